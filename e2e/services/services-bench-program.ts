// Measures what tandemd and keepalived make of many virtual servers, in turn: start until the table
// is full, a reload that changes 1 %, one that changes nothing, stop. Prints one line of JSON. Must
// run where network namespaces may be made, in a user-mode kernel. Each has one of its own: a kernel
// is slow for a minute to add destinations where others have been deleted. Arguments:
// SERVICESxREALSERVERS,… and what to leave out of limits, tandemd, keepalived, reload, requests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../lib/command.ts';
import { programPath, repositoryRoot } from '../lib/program.ts';
import { benchTable, lastChanged, type Size } from './bench-configuration.ts';
import { BenchDaemon, type Memory, type Reload } from './bench-daemon.ts';
import type { Requests } from './request-count.ts';

/** Times in milliseconds, memory in MiB; requests are messages that the kernel got. */
interface Measurement {
  startMs?: number;
  reloadOnePercent?: Reload;
  reloadNothing?: Reload;
  stopMs?: number;
  /** Resident now and at the most, of the daemon and of its process for IPVS. */
  memoryMib: Record<string, readonly Memory[]>;
  /** Lines of the table that are not as they should be, after each step. */
  wrong: Record<string, number>;
  requests: Record<string, Requests>;
  failed?: string;
}

const TANDEMD = join(repositoryRoot(), 'packages/tandemd/bin/tandemd.cjs');
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
type Contestant = keyof typeof CONTESTANTS;

const without = new Set((process.argv[3] ?? '').split(','));
const folder = mkdtempSync(join(tmpdir(), 'tandem-bench-'));
const sizes = (process.argv[2] ?? '').split(',').map((each): Size => {
  const [services = 0, realServers = 0] = each.split('x').map(Number);
  return { services, realServers };
});
try {
  const results: Record<string, unknown> = {};
  for (const size of sizes) {
    const name = `${size.services} services, ${size.realServers} real servers`;
    const ipvsadmMs = await part('limits', (words) => ipvsadmLimit(size, words));
    const kernelMs = await part('limits', (words) => kernelLimit(size, words));
    const tandemd = await part('tandemd', (words) => measure('tandemd', size, words));
    const keepalived = await part('keepalived', (words) => measure('keepalived', size, words));
    results[name] = { ipvsadmMs, kernelMs, tandemd, keepalived };
    process.stderr.write(`${name}: ${JSON.stringify(results[name])}\n`);
  }
  process.stdout.write(`${JSON.stringify({ benchmark: 'services', ...results })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param what - its name among those that may be left out
 * @param action - given the words before a command that is to run in a new network namespace
 * @returns undefined when it is left out
 */
async function part<T>(
  what: string,
  action: (words: readonly string[]) => Promise<T>,
): Promise<T | undefined> {
  if (without.has(what)) return undefined;
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
  await run([...words, 'ipvsadm', '-R'], { input: benchTable(size, plain).join('\n') });
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

function plain(): number {
  return 1;
}

function changed(service: number): number {
  return service % 100 === 0 ? 2 : 1;
}

function changedAgain(service: number): number {
  return service % 100 === 0 ? 3 : 1;
}

async function measure(
  contestant: Contestant,
  size: Size,
  namespace: readonly string[],
): Promise<Measurement> {
  const result: Measurement = { wrong: {}, requests: {}, memoryMib: {} };
  const daemon = new BenchDaemon(CONTESTANTS[contestant], { size, namespace, folder });
  const check = async (step: string, wanted: readonly string[]): Promise<void> => {
    result.wrong[step] = await daemon.wrongLines(wanted);
    if (!daemon.ended) result.memoryMib[step] = daemon.memoryMib();
  };
  try {
    result.startMs = await daemon.start(plain);
    await check('start', benchTable(size, plain));
    if (!without.has('reload')) {
      result.reloadOnePercent = await daemon.watchedReload(changed, lastChanged(size));
      await check('reload 1 %', benchTable(size, changed));
      result.reloadNothing = await daemon.reload(changed);
      await check('reload nothing', benchTable(size, changed));
    }
    if (!without.has('requests')) {
      result.requests = {
        'reload 1 %': await daemon.requests(() => daemon.reload(changedAgain)),
        'reload nothing': await daemon.requests(() => daemon.reload(changedAgain)),
      };
      await check('reload again', benchTable(size, changedAgain));
    }
  } catch (error) {
    result.failed = (error as Error).message;
  }
  result.stopMs = await daemon.stop();
  await check('stop', []);
  return result;
}
