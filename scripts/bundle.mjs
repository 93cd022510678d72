// Makes the programs: each package's entry points with everything they import, as ES modules that
// start fast: one file each, as every other one costs a millisecond of the start, however small.
// Lazy imports, and what they share with the program, become chunks beside it. Run from anywhere;
// arguments name the packages to make, all without.
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
  const outdir = join(root, folder, 'dist');
  const made = await Promise.all(entries.map((entry) => bundle(folder, entry, outdir)));
  // What two programs have in common has the same name and contents.
  const files = new Map(made.flat().map((file) => [file.path, file]));
  await replace(outdir, [...files.values()]);
}

/** By itself: what programs share would become chunks, too. */
async function bundle(folder, entry, outdir) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, folder, 'src', `${entry}.ts`)],
    outdir,
    chunkNames: 'chunks/[name]-[hash]',
    ...BUNDLE_OPTIONS,
    write: false,
  });
  return outputFiles;
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
