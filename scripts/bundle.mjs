// Makes the programs: each package's entry points with everything they import, as modules that start
// fast: one file each, as every other one costs a millisecond of the start, however small. Lazy
// imports, and what they share with the program, become chunks beside it. The daemon's are made to
// start even faster. Run from anywhere; arguments name the packages to make, all without.
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { asFunction, makeCache, single, starters } from './bundle-cached.mjs';
import { BUNDLE_OPTIONS } from './bundle-options.mjs';
import { replacePrograms } from './bundle-replace.mjs';

const root = new URL('..', import.meta.url).pathname;

/** Entry points of each program's package; they end up as dist/NAME.mjs. */
const PROGRAMS = [
  { folder: 'packages/tandemctl', entries: ['tandemctl'] },
  { folder: 'packages/genhash', entries: ['genhash'] },
];

/** The daemon's; they end up as dist/NAME.cjs. */
const DAEMON = 'packages/tandemd';
const CHILDREN = ['vrrp', 'ipvs', 'bfd'];
/**
 * What it begins to run when it has begun to start the others, and what a start makes of a file with
 * instances and of one with servers.
 */
const WARM = {
  words: ['-t', '-f', join(root, 'configs/examples/{dual-stack,web-service-nat}.conf')],
  chunks: ['background', 'child-programs', 'daemon', 'fastify'],
};
const COLD = { words: [], chunks: [] };

const wanted = process.argv.slice(2);
const isWanted = (folder) =>
  wanted.length === 0 || wanted.includes(folder.slice('packages/'.length));

for (const { folder, entries } of PROGRAMS) {
  if (!isWanted(folder)) continue;
  const outdir = join(root, folder, 'dist');
  const made = await Promise.all(entries.map((entry) => bundle(folder, entry)));
  await replacePrograms(outdir, made.flat());
}
if (isWanted(DAEMON)) await bundleDaemon(join(root, DAEMON, 'dist'));

/** By itself: what programs share would become chunks, too. */
async function bundle(folder, entry, options = {}) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, folder, 'src', `${entry}.ts`)],
    outdir: join(root, folder, 'dist'),
    chunkNames: 'chunks/[name]-[hash]',
    ...BUNDLE_OPTIONS,
    ...options,
    write: false,
  });
  return outputFiles;
}

async function bundleDaemon(outdir) {
  const source = join(root, DAEMON, 'src');
  const { text } = await single(join(source, 'supervisor/engine-options.ts'), 'options.mjs', 'esm');
  const { engineOptions } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const plans = [
    { program: 'tandemd', options: [], ...WARM },
    ...CHILDREN.map((name) => {
      return {
        program: `${name}-child`,
        options: engineOptions(name, process.versions.v8),
        ...COLD,
      };
    }),
  ];
  const programs = await Promise.all(plans.map((plan) => bundleCached(plan)));
  const loader = await single(join(source, 'code-cache.ts'), join(outdir, 'code-cache.cjs'));
  const mains = Object.fromEntries(programs.map(({ program, main }) => [program, main]));
  const { files, load } = starters(outdir, loader.text, mains);
  await replacePrograms(outdir, [...files, ...programs.flatMap((each) => each.files)]);
  for (const plan of programs) await makeCache(outdir, load.path, plan);
}

/** @returns the plan, with the files and which of them is the program's own */
async function bundleCached(plan) {
  const entryNames = 'chunks/[name]-[hash]';
  const made = await bundle(DAEMON, plan.program, { entryNames, sourcemap: false, banner: {} });
  const files = await Promise.all(made.map(asFunction));
  const names = files.map(({ path }) => basename(path));
  return { ...plan, files, main: names.find((name) => name.startsWith(`${plan.program}-`)) };
}
