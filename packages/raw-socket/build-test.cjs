// Whether the addon's build can stay: it loads and no source is newer. node-gyp-build asks this at
// install ("prebuild.test" in package.json) and compiles when it fails.
'use strict';

const { readdirSync, statSync } = require('node:fs');
const path = require('node:path');

const addon = path.join(__dirname, 'build/Release/raw_socket.node');
const native = path.join(__dirname, 'native');
const sources = readdirSync(native).map((name) => path.join(native, name));
const builtAt = statSync(addon).mtimeMs;
for (const source of [path.join(__dirname, 'binding.gyp'), ...sources])
  if (statSync(source).mtimeMs > builtAt) throw new Error(`${source} is newer than ${addon}`);
require(addon);
