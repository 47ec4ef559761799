// SPDX-License-Identifier: Apache-2.0
// Loaded by jsii's Node before its kernel (bindings.py): two waits that it need not have.
"use strict";

const Module = require("node:module");
const path = require("node:path");
const threads = require("node:worker_threads");

// The index.js of @cdktf/provider-aws requires its 2,100 resource modules, which takes 3 s. Each
// becomes a getter, so that only those in use are read. Should a later index.js be written
// otherwise, nothing matches and it loads as it is: slow, not wrong.
const INDEX = path.join("@cdktf", "provider-aws", "lib", "index.js");
const EAGER = /^exports\.(\w+) = require\(("[^"]+")\);$/gm;
const LAZY = 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => require($2) });';

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  const lazy = filename.endsWith(INDEX) ? source.replace(EAGER, LAZY) : source;
  return compile.call(this, lazy, filename, ...rest);
};

// When its cache is new, jsii indexes the provider's 120 MB of types in a worker, which saves every
// later run 2 s. A synthesis ends before that is done and would kill it, each time: so let it end.
const workers = new Set();
threads.Worker = class extends threads.Worker {
  constructor(...args) {
    super(...args);
    workers.add(this);
    this.once("exit", () => workers.delete(this));
  }
};

const exit = process.exit;
process.exit = (code) => {
  if (workers.size === 0) exit(code);
  for (const worker of workers) worker.once("exit", () => process.exit(code));
};
