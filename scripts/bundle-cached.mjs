// Makes programs that start fast of the ES modules that esbuild has made of them: functions in files
// that are named after their contents, a file for each program that starts it by way of
// code-cache.ts, and what V8 compiles of it with the options that the daemon runs it with.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { build, transform } from 'esbuild';
import { BUNDLE_OPTIONS } from './bundle-options.mjs';

const MAKER = new URL('bundle-code-cache.mjs', import.meta.url).pathname;
const MAKER_MS = 30_000;

/** @returns an ES module as a function of what a CommonJS module sees */
export async function asFunction({ path, text }) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: 'node',
    target: BUNDLE_OPTIONS.target,
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'importMetaUrl' },
    legalComments: 'none',
    logLevel: 'warning',
  });
  const renamed = code.replaceAll(/require\("(\.[^"]*)\.mjs"\)/g, 'require("$1.cjs")');
  const contents = `(function (module, require, importMetaUrl) {${renamed}\n})\n`;
  return { path: path.replace(/\.mjs$/, '.cjs'), contents };
}

/**
 * @param loader - contents of what starts programs with their caches
 * @param mains - own chunk of each program, the first of which starts the others
 * @returns files that start the programs. All but the first one's are chunks, too, which stay when
 *   others come: a daemon that runs starts the children that it was made with
 */
export function starters(outdir, loader, mains) {
  const load = chunk(outdir, 'code-cache', loader);
  const [first, ...others] = Object.keys(mains);
  const startOf = (name, { from, folder, query }) => `'use strict';
const { CachedBundle } = require('${from}/${basename(load.path)}');
const program = { name: '${name}', query: '${query}' };
new CachedBundle(${folder}, program, require).load('${mains[name]}');
`;
  const fromChunks = { from: '.', folder: "require('node:path').dirname(__dirname)", query: '' };
  const children = others.map((name) => chunk(outdir, `${name}-start`, startOf(name, fromChunks)));
  const places = others.map((name, i) => [name, `chunks/${basename(children[i].path)}`]);
  const query = `?${new URLSearchParams(places)}`;
  const contents = startOf(first, { from: './chunks', folder: '__dirname', query });
  return { files: [load, ...children, { path: join(outdir, `${first}.cjs`), contents }], load };
}

/** @returns a file that is named after its contents */
function chunk(outdir, name, contents) {
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 8).toUpperCase();
  return { path: join(outdir, 'chunks', `${name}-${hash}.cjs`), contents };
}

/** @returns a module as a plain CommonJS one, or as an ES module to import here */
export async function single(source, outfile, format = 'cjs') {
  const { outputFiles } = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [source],
    outfile,
    format,
    splitting: false,
    outExtension: {},
    banner: {},
    sourcemap: false,
    write: false,
  });
  return outputFiles[0];
}

/**
 * @param load - path of the loader
 * @param files - those of the program
 * @param plan - its own chunk, V8's options, words of the command line that make it run much of itself
 *   and nothing else, and beginnings of the names of chunks that it does not load with them
 */
export async function makeCache(outdir, load, { program, files, main, options, words, chunks }) {
  const names = files.map(({ path }) => basename(path));
  const first = names.filter((name) => chunks.some((each) => name.startsWith(`${each}-`)));
  const command = [...options, MAKER, load, program, first.join(), main, ...words];
  try {
    await promisify(execFile)(process.execPath, command, { timeout: MAKER_MS });
  } catch (error) {
    process.stderr.write(`bundle: ${program} will start slowly: ${error.message}\n`);
  }
}
