// SPDX-License-Identifier: Apache-2.0
// jsii's Node loads this before its kernel (bindings.py). It removes two waits.
"use strict";

const Module = require("node:module");
const path = require("node:path");
const threads = require("node:worker_threads");

// The index.js of @cdktf/provider-aws requires its 2,100 resource modules, which takes 3 s. Each
// require becomes a getter, so that only the modules in use are read. If a later index.js is
// written differently, nothing matches and it loads unchanged: slower, but correct.
const INDEX = path.join("@cdktf", "provider-aws", "lib", "index.js");
const EAGER = /^exports\.(\w+) = require\(("[^"]+")\);$/gm;
const LAZY = 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => require($2) });';

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  const lazy = filename.endsWith(INDEX) ? source.replace(EAGER, LAZY) : source;
  return compile.call(this, lazy, filename, ...rest);
};

// With an empty cache, jsii indexes the provider's 120 MB of types in a worker, which saves 2 s in
// every later run. A synthesis would exit first and end that worker every time: so wait for it.
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
