// Fuzzes the targets packages/*/test/fuzz/*.ts, two at a time, and tells what came of it: one line of
// JSON on standard output. How to see a finding again goes to standard error.
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from './bundle-options.mjs';
import { readNumber, runCommand } from './command.mjs';

const USAGE = `Usage: fuzz [TARGET…] [--runs N] [--seed SEED] [--keep]
       fuzz TARGET --input HEX

  TARGET…      of packages/*/test/fuzz/TARGET.ts; all without
  --runs N     inputs for each target; 1000000 without
  --seed SEED  of chance; 1 without
  --keep       add to the corpora the fewest inputs that reach what is new
  --input HEX  this input alone

Exit status 1 when a target threw, hung, took long or too much memory.
`;

const root = new URL('..', import.meta.url).pathname;
const outdir = join(root, '.cache/fuzz');
const THREADS = 2;
/** Of each thread; the targets keep nothing. */
const HEAP_MEGABYTES_MAX = 512;
/** No input takes so long, however busy the machine. */
const HUNG_MS = 30_000;
const WATCH_MS = 1000;
/** Longest input that is remembered while it is read. */
const INPUT_BYTES_MAX = 65_536;

process.exitCode = await runCommand({ name: 'fuzz', usage: USAGE, readOptions, run });

async function run(options) {
  await bundle(options.targets);
  const started = performance.now();
  const queue = [...options.targets];
  const results = [];
  const work = async () => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
      results.push(await fuzz(target, options));
    }
  };
  await Promise.all(Array.from({ length: THREADS }, work));
  const found = results.filter(({ finding }) => finding !== undefined);
  for (const { target, finding } of found) {
    process.stderr.write(`${target}: ${finding.error}\n  fuzz ${target} --input ${finding.hex}\n`);
  }
  const summary = { seed: options.seed, seconds: secondsSince(started), targets: results };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  return found.length === 0 ? 0 : 1;
}

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'boolean', default: false },
      input: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const targets = findTargets(positionals);
  const { runs, seed, ...others } = values;
  if (others.input !== undefined && targets.length !== 1)
    throw new Error('an input is for one target');
  return { runs: readNumber(runs), seed: readNumber(seed), ...others, targets };
}

/** Name and path without suffix of all targets, or of those that are named. */
function findTargets(names) {
  const all = readdirSync(join(root, 'packages')).flatMap((folder) => {
    const place = join(root, 'packages', folder, 'test/fuzz');
    return filesIn(place)
      .filter((file) => file.endsWith('.ts'))
      .map((file) => ({ name: basename(file, '.ts'), path: join(place, basename(file, '.ts')) }));
  });
  const unknown = names.find((name) => !all.some((target) => target.name === name));
  if (unknown !== undefined) throw new Error(`no target ${unknown}`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

function filesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Each target, and what changes inputs, as modules that start fast. */
async function bundle(targets) {
  const entries = targets.map(({ name, path }) => [`target-${name}`, `${path}.ts`]);
  await build({
    absWorkingDir: root,
    entryPoints: {
      engine: join(root, 'packages/fuzz/src/index.ts'),
      ...Object.fromEntries(entries),
    },
    outdir,
    ...BUNDLE_OPTIONS,
  });
}

/** One target in a thread of its own, which may hang or run out of memory. */
async function fuzz({ name, path }, { runs, seed, keep, input }) {
  const started = performance.now();
  const shared = new SharedArrayBuffer(8 + INPUT_BYTES_MAX);
  const worker = new Worker(new URL('fuzz-worker.mjs', import.meta.url), {
    workerData: {
      engine: join(outdir, 'engine.mjs'),
      target: join(outdir, `target-${name}.mjs`),
      corpus: readFileSync(`${path}.corpus`, 'utf8'),
      shared,
      runs,
      seed,
      input,
    },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES_MAX },
  });
  const result = await endOf(worker, shared);
  const { corpus, ...rest } = result;
  if (keep && corpus !== undefined) writeFileSync(`${path}.corpus`, corpus);
  const done = Atomics.load(new Int32Array(shared), 0);
  const seconds = secondsSince(started);
  return { target: name, inputs: done, perSecond: Math.round(done / seconds), seconds, ...rest };
}

/** What the thread says, or why it said nothing. */
async function endOf(worker, shared) {
  const counter = new Int32Array(shared);
  let seen = { count: -1, at: performance.now() };
  return new Promise((resolve) => {
    const fail = (error) => resolve({ finding: { hex: current(shared), error } });
    const watch = setInterval(() => {
      const count = Atomics.load(counter, 0);
      if (count !== seen.count) seen = { count, at: performance.now() };
      else if (performance.now() - seen.at > HUNG_MS) fail(`not read within ${HUNG_MS} ms`);
    }, WATCH_MS);
    worker.once('message', resolve);
    worker.once('error', (error) => fail(String(error)));
    worker.once('exit', () => fail('the thread ended'));
    void once(worker, 'exit').then(() => clearInterval(watch));
  }).finally(() => worker.terminate());
}

/** The input that was being read. */
function current(shared) {
  const [, length] = new Int32Array(shared);
  return Buffer.from(shared, 8, length).toString('hex');
}

function secondsSince(started) {
  return Number(((performance.now() - started) / 1000).toFixed(1));
}
