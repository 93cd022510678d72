// Measures what tandemd and keepalived make of many virtual servers, in turn: start until the table
// is full, a reload that changes 1 %, one that changes nothing, stop. Prints one line of JSON. Must
// run where network namespaces may be made, in a user-mode kernel. Each has one of its own: a kernel
// is slow for a minute to add destinations where others have been deleted. Argument:
// SERVICESxREALSERVERS, ….
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Background, run } from '../lib/command.ts';
import { programPath, repositoryRoot } from '../lib/program.ts';
import { benchConfiguration, benchTable, lastChanged, type Size } from './bench-configuration.ts';
import { GrowingFile } from './growing-file.ts';
import { requests, type Requests } from './request-count.ts';

/** A reload: until what changes is in the kernel, and until the daemon says that it is done. */
interface Reload {
  readonly changedMs?: number;
  readonly completeMs: number;
}

/** Times in milliseconds, memory in MiB; requests are messages that the kernel got. */
interface Measurement {
  startMs?: number;
  reloadOnePercent?: Reload;
  reloadNothing?: Reload;
  stopMs?: number;
  /** Resident now and at the most, of the daemon and of its process for IPVS. */
  memoryMib: Record<string, readonly (readonly [now: number, peak: number])[]>;
  /** Lines of the table that are not as they should be, after each step. */
  wrong: Record<string, number>;
  requests: Record<string, Requests>;
  failed?: string;
}

const TANDEMD = join(repositoryRoot(), 'packages/tandemd/bin/tandemd.mjs');
/** Such as --cpu-prof. */
const NODE_FLAGS = (process.env['TANDEM_BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
/** How each is started, and what it logs once when it has started or reloaded. */
const CONTESTANTS = {
  tandemd: {
    words: [process.execPath, ...NODE_FLAGS, TANDEMD],
    done: /(?:Startup|Reload) complete/g,
  },
  keepalived: { words: ['keepalived'], done: /Activating BFD healthchecker/g },
} as const;
const LIMIT_MS = 240_000;
const EVERY_MS = 5;
/** Between looks at a table that is not right yet. */
const LOOK_MS = 500;

type Contestant = keyof typeof CONTESTANTS;

const folder = mkdtempSync(join(tmpdir(), 'tandem-bench-'));
const sizes = (process.argv[2] ?? '').split(',').map((each): Size => {
  const [services = 0, realServers = 0] = each.split('x').map(Number);
  return { services, realServers };
});
try {
  const results: Record<string, unknown> = {};
  for (const size of sizes) {
    const name = `${size.services} services, ${size.realServers} real servers`;
    const ipvsadmMs = await inNamespace((words) => ipvsadmLimit(size, words));
    const kernelMs = await inNamespace((words) => kernelLimit(size, words));
    const tandemd = await inNamespace((words) => measure('tandemd', size, words));
    const keepalived = await inNamespace((words) => measure('keepalived', size, words));
    results[name] = { ipvsadmMs, kernelMs, tandemd, keepalived };
    process.stderr.write(`${name}: ${JSON.stringify(results[name])}\n`);
  }
  process.stdout.write(`${JSON.stringify({ benchmark: 'services', ...results })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param action - given the words before a command that is to run in a new network namespace */
async function inNamespace<T>(action: (words: readonly string[]) => Promise<T>): Promise<T> {
  const name = `tandem-bench-${process.pid}`;
  await run(['ip', 'netns', 'add', name]);
  try {
    // Where there is no address at all, none is one of a destination.
    await run(['ip', '-n', name, 'link', 'set', 'lo', 'up']);
    return await action(['ip', 'netns', 'exec', name]);
  } finally {
    await run(['ip', 'netns', 'delete', name]);
  }
}

/** How long a program takes that does each change by itself. */
async function ipvsadmLimit(size: Size, words: readonly string[]): Promise<object> {
  const start = performance.now();
  await run([...words, 'ipvsadm', '-R'], { input: benchTable(size, () => 1).join('\n') });
  const full = performance.now();
  await run([...words, 'ipvsadm', '-C']);
  return { fill: Math.round(full - start), clear: Math.round(performance.now() - full) };
}

/** How long the kernel takes for the same requests when it is asked nothing else. */
async function kernelLimit(size: Size, words: readonly string[]): Promise<object> {
  const { services, realServers } = size;
  const program = [process.execPath, programPath('bench-kernel-program'), 'fill'];
  const numbers = [String(services), String(realServers)];
  return JSON.parse((await run([...words, ...program, ...numbers])).stdout) as object;
}

async function measure(
  contestant: Contestant,
  size: Size,
  namespace: readonly string[],
): Promise<Measurement> {
  const result: Measurement = { wrong: {}, requests: {}, memoryMib: {} };
  const file = join(folder, 'keepalived.conf');
  const log = join(folder, `${contestant}.log`);
  writeFileSync(log, '');
  const said = new GrowingFile(log, CONTESTANTS[contestant].done);
  const weights = { plain: () => 1, changed: (i: number) => (i % 100 === 0 ? 2 : 1) };
  writeFileSync(file, benchConfiguration(size, weights.plain));
  const pids = ['p', 'r', 'c'].flatMap((each) => [`-${each}`, join(folder, `${each}.pid`)]);
  const words = [...CONTESTANTS[contestant].words, '-n', '-l', '-D', '-C', '-f', file, ...pids];
  const begin = performance.now();
  const daemon = Background.start([...namespace, ...words], log, { TMPDIR: folder });
  const wrongLines = (wanted: readonly string[]): Promise<number> => wrong(wanted, namespace);
  /** Until it has said that it is done, and the table is right, which may come later. */
  const took = async (from: number, times: number, wanted: readonly string[]): Promise<number> => {
    while (said.count() < times) {
      if (daemon.ended) throw new Error('it has ended');
      if (performance.now() > from + LIMIT_MS) throw new Error(`not done within ${LIMIT_MS} ms`);
      await delay(EVERY_MS);
    }
    let ms = performance.now() - from;
    while ((await wrongLines(wanted)) > 0 && ms < LIMIT_MS) {
      await delay(LOOK_MS);
      ms = performance.now() - from;
    }
    return Math.round(ms);
  };
  const reload = async (weight: (i: number) => number, times: number): Promise<Reload> => {
    const wanted = benchTable(size, weight);
    writeFileSync(file, benchConfiguration(size, weight));
    const from = performance.now();
    daemon.signal('SIGHUP');
    return { completeMs: await took(from, times, wanted) };
  };
  const changed = async (weight: (i: number) => number, times: number): Promise<Reload> => {
    const address = lastChanged(size);
    const program = [process.execPath, programPath('bench-kernel-program'), 'watch'];
    const watched = join(folder, 'watched');
    writeFileSync(watched, '');
    const lines = new GrowingFile(watched, /\n/g);
    const watcher = Background.start([...namespace, ...program, address, '2'], watched);
    const heard = async (count: number): Promise<number> => {
      while (lines.count() < count && !watcher.ended) await delay(EVERY_MS);
      return performance.now();
    };
    await heard(1);
    const from = performance.now();
    const end = heard(2);
    const { completeMs } = await reload(weight, times);
    return { changedMs: Math.round((await end) - from), completeMs };
  };
  const check = async (step: string, wanted: readonly string[]): Promise<void> => {
    result.wrong[step] = await wrongLines(wanted);
    if (!daemon.ended) result.memoryMib[step] = [daemon.pid, checker()].map(residentMib);
  };
  const checker = (): number => Number(readFileSync(join(folder, 'c.pid'), 'utf8'));
  try {
    result.startMs = await took(begin, 1, benchTable(size, weights.plain));
    await check('start', benchTable(size, weights.plain));
    result.reloadOnePercent = await changed(weights.changed, 2);
    await check('reload 1 %', benchTable(size, weights.changed));
    result.reloadNothing = await reload(weights.changed, 3);
    await check('reload nothing', benchTable(size, weights.changed));
    const trace = join(folder, 'trace');
    result.requests = {
      'reload 1 %': await requests(checker(), trace, () => reload(weights.plain, 4)),
      'reload nothing': await requests(checker(), trace, () => reload(weights.plain, 5)),
    };
    await check('reload back', benchTable(size, weights.plain));
  } catch (error) {
    result.failed = (error as Error).message;
  }
  const end = performance.now();
  await daemon.stop('SIGTERM', LIMIT_MS);
  result.stopMs = Math.round(performance.now() - end);
  await check('stop', []);
  return result;
}

/** @see proc(5), /proc/PID/status */
function residentMib(pid: number): readonly [now: number, peak: number] {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [now = 0, peak = 0] = ['VmRSS', 'VmHWM'].map((name) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) / 1024),
  );
  return [now, peak];
}

async function wrong(wanted: readonly string[], namespace: readonly string[]): Promise<number> {
  const list = join(folder, 'table');
  await run([...namespace, 'sh', '-c', `ipvsadm -Sn >${list}`]);
  const is = new Set(
    readFileSync(list, 'latin1')
      .split('\n')
      .map((each) => each.trim()),
  );
  is.delete('');
  const should = new Set(wanted);
  return (
    [...is].filter((each) => !should.has(each)).length +
    wanted.filter((each) => !is.has(each)).length
  );
}
