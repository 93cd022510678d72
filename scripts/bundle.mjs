// Makes the programs: each package's entry points with everything they import, as ES modules that
// start fast. Shared code and lazy imports become chunks beside them. Run from anywhere; arguments
// name the packages to make, all without.
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from './bundle-options.mjs';

const root = new URL('..', import.meta.url).pathname;

/** Entry points of each program's package; they end up as dist/NAME.mjs. */
const PROGRAMS = [
  { folder: 'packages/tandemd', entries: ['tandemd', 'vrrp-child', 'ipvs-child', 'bfd-child'] },
  { folder: 'packages/tandemctl', entries: ['tandemctl'] },
  { folder: 'packages/genhash', entries: ['genhash'] },
];

const wanted = process.argv.slice(2);

for (const { folder, entries } of PROGRAMS) {
  if (wanted.length > 0 && !wanted.includes(folder.slice('packages/'.length))) continue;
  const entryPoints = entries.map((entry) => join(root, folder, 'src', `${entry}.ts`));
  const outdir = join(root, folder, 'dist');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    ...BUNDLE_OPTIONS,
    write: false,
  });
  await replace(outdir, outputFiles);
}

/** Chunks come first and old ones go last, so that a program started meanwhile finds its own. */
async function replace(outdir, files) {
  const chunks = join(outdir, 'chunks');
  await mkdir(chunks, { recursive: true });
  const isChunk = ({ path }) => dirname(path) === chunks;
  for (const file of files.filter(isChunk)) await put(file.path, file.contents);
  for (const file of files.filter((file) => !isChunk(file))) await put(file.path, file.contents);
  const current = new Set(files.map((file) => basename(file.path)));
  for (const name of await readdir(chunks)) {
    if (!current.has(name)) await rm(join(chunks, name));
  }
}

async function put(path, contents) {
  await writeFile(`${path}.${process.pid}`, contents);
  await rename(`${path}.${process.pid}`, path);
}
