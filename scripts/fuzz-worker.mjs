// One target of scripts/fuzz.mjs, in a thread: makes inputs and keeps those that reach something new.
// What is new is told by V8's block coverage, and by the words that the target answers with.
import { Session } from 'node:inspector';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';

/** Inputs between two looks at the coverage. */
const BATCH = 1000;
const STACK_LINES = 4;
const now = () => performance.now();

const { shared, runs, seed } = workerData;
const counter = new Int32Array(shared, 0, 2);
const current = new Uint8Array(shared, 8);
const session = startCoverage();
const engine = await import(workerData.engine);
const target = await import(workerData.target);
/** What the target has answered so far. */
const words = new Set();
const listening = {
  read(input) {
    for (const word of target.read(input)) words.add(word);
  },
};
/** By function: which of its characters have run. */
const reached = new Map();

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
parentPort.postMessage(main());

function main() {
  if (workerData.input !== undefined) {
    const { finding } = tryInput(engine.parseHex(workerData.input));
    return { finding, words: [...words] };
  }
  const given = engine.parseCorpus(workerData.corpus);
  const kept = new Set();
  const finding = explore(given, kept);
  const summary = { words: words.size, characters: charactersReached(), finding };
  if (finding !== undefined) return summary;
  const added = additions(given, kept);
  return { ...summary, added: added.length, corpus: engine.formatCorpus([...given, ...added]) };
}

/** Long inputs, the corpus, then changed inputs; those that bring news are changed again. */
function explore(given, kept) {
  const mutator = new engine.Mutator(seed, given);
  const keep = (input) => {
    if (!kept.has(input)) mutator.add(input);
    kept.add(input);
  };
  for (const input of engine.stretched(given)) {
    const { finding } = tryInput(input);
    if (finding !== undefined) return finding;
  }
  let batch = given;
  for (let left = runs; ; left -= batch.length) {
    for (const input of batch) {
      const { finding, isNews } = tryInput(input);
      if (finding !== undefined) return finding;
      if (isNews) keep(input);
    }
    if (isNewCode(sample())) attribute(batch, keep);
    if (left <= 0) return undefined;
    batch = Array.from({ length: Math.min(BATCH, left) }, () => mutator.next());
  }
}

/** Finds by halves which inputs of a batch have reached new code. */
function attribute(batch, keep) {
  const half = Math.ceil(batch.length / 2);
  for (const part of [batch.slice(0, half), batch.slice(half)]) {
    for (const input of part) target.read(input);
    const functions = sample();
    if (!isNewCode(functions)) continue;
    if (part.length > 1) attribute(part, keep);
    else {
      merge(functions);
      keep(part[0]);
    }
  }
}

/** The shortest of the kept inputs that together reach what the given ones do not. */
function additions(given, kept) {
  words.clear();
  reached.clear();
  for (const input of given) tryInput(input);
  merge(sample());
  return [...kept]
    .toSorted((a, b) => a.length - b.length)
    .filter((input) => {
      const { isNews } = tryInput(input);
      const functions = sample();
      const isNew = isNews || isNewCode(functions);
      merge(functions);
      return isNew;
    });
}

function tryInput(input) {
  current.set(input.subarray(0, current.length));
  counter[1] = Math.min(input.length, current.length);
  Atomics.add(counter, 0, 1);
  const before = words.size;
  const failed = (error) => ({ finding: { hex: engine.formatHex(input), error }, isNews: false });
  try {
    const slow = engine.slowness(listening, input, now);
    if (slow !== undefined) return failed(slow);
  } catch (error) {
    return failed(error.stack.split('\n').slice(0, STACK_LINES).join(''));
  }
  return { finding: undefined, isNews: words.size > before };
}

function startCoverage() {
  const made = new Session();
  made.connect();
  made.post('Profiler.enable');
  made.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return made;
}

/** What has run since the last time: by function, one byte for each of its characters. */
function sample() {
  const functions = new Map();
  session.post('Profiler.takePreciseCoverage', (error, { result }) => {
    if (error) throw error;
    for (const script of result) {
      if (!script.url.startsWith('file:') || script.url.endsWith('fuzz-worker.mjs')) continue;
      for (const { ranges } of script.functions) {
        const [{ startOffset: start, endOffset: end }] = ranges;
        const characters = new Uint8Array(end - start);
        for (const { startOffset, endOffset, count } of ranges) {
          characters.fill(count > 0 ? 1 : 0, startOffset - start, endOffset - start);
        }
        functions.set(`${script.url} ${start} ${end}`, characters);
      }
    }
  });
  return functions;
}

function isNewCode(functions) {
  for (const [name, characters] of functions) {
    const known = reached.get(name);
    if (characters.some((is, at) => is > (known?.[at] ?? 0))) return true;
  }
  return false;
}

function merge(functions) {
  for (const [name, characters] of functions) {
    const known = reached.get(name);
    if (known === undefined) reached.set(name, characters);
    else for (const [at, is] of characters.entries()) known[at] |= is;
  }
}

function charactersReached() {
  let sum = 0;
  for (const characters of reached.values()) sum += characters.reduce((a, b) => a + b, 0);
  return sum;
}
