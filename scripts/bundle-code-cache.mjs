// Loads a program as its starter does and writes what V8 has compiled of it: run by bundle-cached.mjs
// with V8's options of the program. Arguments: what loads it, the program, chunks to load
// first, separated by commas, its own chunk, and its words.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A child without a supervisor has nothing to do. */
const LIFE_MS = 300;

const [load, program, first, main, ...words] = process.argv.slice(2);
const folder = dirname(dirname(load));
const starter = join(folder, `${program}.cjs`);
process.argv.splice(1, Infinity, starter, ...words);
const require = createRequire(starter);
const { CachedBundle, doubled } = require(load);
const bundle = new CachedBundle(folder, { name: program }, require);
// Whatever its words come to, or a missing addon: what has been compiled is of use.
process.on('exit', () => {
  process.exitCode = 0;
  mkdirSync(bundle.caches, { recursive: true });
  for (const [chunk, script] of bundle.scripts) put(chunk, doubled(script.createCachedData()));
});
setTimeout(() => process.exit(), LIFE_MS);
for (const chunk of first.split(',').filter(Boolean)) bundle.load(chunk);
bundle.load(main);

/** A loss of power must not leave half of it. */
function put(chunk, data) {
  const path = join(bundle.caches, chunk);
  writeFileSync(`${path}.${process.pid}`, data, { flush: true });
  renameSync(`${path}.${process.pid}`, path);
}
