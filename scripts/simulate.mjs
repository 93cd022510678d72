// Runs simulations on two cores and tells what came of them: one line of JSON on standard output.
// Of the first seed that fails, the script of faults and what happened go to standard error.
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from './bundle-options.mjs';
import { readNumber, runCommand } from './command.mjs';

const USAGE = `Usage: sim [--runs N] [--from SEED] [--reloads SECONDS]
       sim --seed SEED [--addresses N] [--reloads SECONDS] [--trace]

  --runs N     as many runs, with seeds one after the other; 100000 without
  --from SEED  the first of them; 0 without
  --seed SEED  one run, and if it fails the faults that it takes to fail
  --trace      tell all that happens in it
  --reloads S  nothing goes wrong, but in each of so many seconds a router reads its configuration
               again, and nobody may change its state or be late; 86400 are a day
  --addresses N  of the one run: two routers with so many virtual addresses in ten instances

Exit status 1 when an invariant was violated, or when one run with reloads needed more than 4 MiB more
memory in its last quarter than in its second one.
`;

const root = new URL('..', import.meta.url).pathname;
const THREADS = 2;
/** Runs between two words of a worker. */
const BATCH = 200;
/** Lines before a violation that are shown. */
const TAIL = 60;
const FAILURES_SHOWN = 20;
/** Of the memory, in one run. */
const MEMORY_SAMPLES = 24;
const GROWTH_MIB_MAX = 4;

if (isMainThread)
  process.exitCode = await runCommand({ name: 'sim', usage: USAGE, readOptions, run });
else await work(workerData);

async function run(options) {
  const library = await bundle();
  return options.seed === undefined ? runMany(library, options) : runOne(library, options);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '100000' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string' },
      trace: { type: 'boolean', default: false },
      reloads: { type: 'string', default: '0' },
      addresses: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { runs, from, seed, reloads, addresses, ...others } = values;
  if (readNumber(runs) === 0) throw new Error('at least one run is made');
  if (addresses !== undefined && seed === undefined) throw new Error('--addresses is for one run');
  return {
    ...others,
    runs: readNumber(runs),
    from: readNumber(from),
    reloadSeconds: readNumber(reloads),
    ...(addresses === undefined ? {} : { addresses: readNumber(addresses) }),
    seed: seed === undefined ? undefined : readNumber(seed),
  };
}

function show(line) {
  process.stderr.write(`${line}\n`);
}

/** The simulator with all that it imports, as one module that starts fast. */
async function bundle() {
  const outdir = join(root, '.cache/sim');
  await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'packages/sim/src/index.ts')],
    outdir,
    ...BUNDLE_OPTIONS,
  });
  return join(outdir, 'index.mjs');
}

async function runOne(library, { seed, trace, ...what }) {
  const { simulate, shrink } = await import(library);
  const { reloadSeconds } = what;
  const memory = [];
  const look = () => memory.push(memoryMib());
  const watch = { times: reloadSeconds === 0 ? 0 : MEMORY_SAMPLES, look };
  const started = performance.now();
  const outcome = simulate(seed, { ...what, watch });
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  for (const line of outcome.script) show(line);
  if (trace) simulate(seed, { ...what, trace: show });
  if (outcome.violation !== undefined) {
    show(`violated: ${outcome.violation.rule}: ${outcome.violation.text}`);
    if (reloadSeconds === 0) showSmallest(simulate, seed, shrink(outcome));
  }
  const { script: _, ...summary } = outcome;
  const growthMib = growthOf(memory);
  const measured = growthMib === undefined ? {} : { memoryMib: memory, growthMib };
  process.stdout.write(`${JSON.stringify({ ...summary, seconds, ...measured })}\n`);
  return outcome.violation === undefined && !(growthMib > GROWTH_MIB_MAX) ? 0 : 1;
}

/** After a garbage collection. */
function memoryMib() {
  globalThis.gc?.();
  return Number((process.memoryUsage().heapUsed / 2 ** 20).toFixed(2));
}

/** From the second quarter of a run to its last one; what it is told to do is forgotten meanwhile. */
function growthOf(memory) {
  if (memory.length < MEMORY_SAMPLES) return undefined;
  const quarter = MEMORY_SAMPLES / 4;
  const least = (from) => Math.min(...memory.slice(from, from + quarter));
  return Number((least(MEMORY_SAMPLES - quarter) - least(quarter)).toFixed(2));
}

function showSmallest(simulate, seed, only) {
  const lines = [];
  simulate(seed, { only, trace: (line) => lines.push(line) });
  show(`it takes faults ${[...only].join(', ') || 'at all none'}; with these alone, at the end:`);
  for (const line of lines.slice(-TAIL)) show(line);
}

async function runMany(library, { runs, from, reloadSeconds }) {
  const started = performance.now();
  const threads = Array.from({ length: Math.min(THREADS, runs) }, (_, i) => {
    const seeds = { first: from + i, end: from + runs, stride: THREADS };
    const data = { library, reloadSeconds, ...seeds };
    return new Worker(new URL(import.meta.url), { workerData: data });
  });
  const total = { runs: 0, actions: 0, adverts: 0, failed: [], settledAfterMost: 0 };
  for (const thread of threads) thread.on('message', (part) => add(total, part));
  const ends = await Promise.all(threads.map((thread) => once(thread, 'exit')));
  const seconds = (performance.now() - started) / 1000;
  const failed = total.failed.toSorted((a, b) => a.seed - b.seed);
  const summary = {
    runs: total.runs,
    failed: failed.length,
    seeds: failed.slice(0, FAILURES_SHOWN),
    seconds: Number(seconds.toFixed(1)),
    runsPerSecond: Math.round(total.runs / seconds),
    actions: total.actions,
    adverts: total.adverts,
    settledAfterAdvertsMost: Number(total.settledAfterMost.toFixed(1)),
  };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  if (failed.length > 0)
    await runOne(library, { seed: failed[0].seed, trace: false, reloadSeconds });
  const isWhole = total.runs === runs && ends.every(([code]) => code === 0);
  return failed.length === 0 && isWhole ? 0 : 1;
}

function add(total, part) {
  total.runs += part.runs;
  total.actions += part.actions;
  total.adverts += part.adverts;
  total.failed.push(...part.failed);
  total.settledAfterMost = Math.max(total.settledAfterMost, part.settledAfterMost);
}

/** One thread: every so many-th seed, and a word after each batch. */
async function work({ library, first, end, stride, reloadSeconds }) {
  const { simulate } = await import(library);
  for (let start = first; start < end; start += BATCH * stride) {
    const part = { runs: 0, actions: 0, adverts: 0, failed: [], settledAfterMost: 0 };
    for (let seed = start; seed < Math.min(end, start + BATCH * stride); seed += stride) {
      const { violation, actions, adverts, settledAfter } = simulate(seed, { reloadSeconds });
      const failed = violation === undefined ? [] : [{ seed, rule: violation.rule }];
      const settledAfterMost = failed.length === 0 ? settledAfter : 0;
      add(part, { runs: 1, actions, adverts, failed, settledAfterMost });
    }
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
    parentPort.postMessage(part);
  }
}
