// SPDX-License-Identifier: Apache-2.0
// Node loads this before the jsii kernel (bindings.py). The index.js of @cdktf/provider-aws requires
// its 2,100 resource modules, 3 s; here each becomes a getter, so only those that we use are read.
// Should a later index.js be written otherwise, nothing matches and it loads as it is: slow, not wrong.
"use strict";

const Module = require("node:module");
const path = require("node:path");

const INDEX = path.join("@cdktf", "provider-aws", "lib", "index.js");
const EAGER = /^exports\.(\w+) = require\(("[^"]+")\);$/gm;
const LAZY = 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => require($2) });';

const compile = Module.prototype._compile;
Module.prototype._compile = function (source, filename, ...rest) {
  const lazy = filename.endsWith(INDEX) ? source.replace(EAGER, LAZY) : source;
  return compile.call(this, lazy, filename, ...rest);
};
