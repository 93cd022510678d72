// Makes the end-to-end tests, the demo and the programs they start: plain ES modules, all in one
// folder, because a test runner that transforms sources takes many seconds to start in a user-mode
// kernel. FOLDER/NAME.test.ts becomes FOLDER.NAME.test.mjs. Run from anywhere.
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from './bundle-options.mjs';

const root = new URL('..', import.meta.url).pathname;
const outdir = join(root, '.cache/e2e');

/** Files that are started by themselves, as path below e2e. */
function entries() {
  const files = readdirSync(join(root, 'e2e'), { recursive: true });
  return files.filter(
    (file) =>
      !/(^|\/)(dist|node_modules)\//.test(file) &&
      (file.endsWith('.test.ts') || file.endsWith('-program.ts')),
  );
}

/** Programs are found by their name alone; tests of two folders may have the same one. */
function nameOf(file) {
  const path = file.replace(/\.ts$/, '');
  return file.endsWith('.test.ts') ? path.replaceAll('/', '.') : path.replace(/.*\//, '');
}

await rm(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: entries().map((file) => ({ in: join(root, 'e2e', file), out: nameOf(file) })),
  outdir,
  chunkNames: '[name]-[hash]',
  ...BUNDLE_OPTIONS,
});
