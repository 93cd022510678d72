// Measures what tandemd and keepalived make of many virtual servers, in turn: start until the table
// is full, a reload that changes 1 %, one that changes nothing, stop. Prints one line of JSON. Must
// run where the table may be changed, in a user-mode kernel. Argument: SERVICESxREALSERVERS, ….
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Background, run } from '../lib/command.ts';
import { repositoryRoot } from '../lib/program.ts';
import { benchConfiguration, benchTable, type Size } from './bench-configuration.ts';

interface Requests {
  readonly changes: number;
  readonly reads: number;
}

/** Times in milliseconds; requests are messages that the kernel got. */
interface Measurement {
  startMs?: number;
  reloadOnePercentMs?: number;
  reloadNothingMs?: number;
  stopMs?: number;
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
/** @see linux/netlink.h */
const NLM_F_DUMP = 0x300;
/** @see linux/genetlink.h */
const GENL_ID_CTRL = 16;
/** strace takes this long to start. */
const ATTACH_MS = 1000;

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
    const table = benchTable(size, () => 1);
    const kernelMs = await kernelLimit(table);
    const tandemd = await measure('tandemd', size);
    const keepalived = await measure('keepalived', size);
    results[name] = { ipvsadmMs: kernelMs, tandemd, keepalived };
    process.stderr.write(`${name}: ${JSON.stringify(results[name])}\n`);
  }
  process.stdout.write(`${JSON.stringify({ benchmark: 'services', ...results })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** How long the kernel takes when a program does nothing but ask it. */
async function kernelLimit(table: readonly string[]): Promise<{ fill: number; clear: number }> {
  const start = performance.now();
  await run(['ipvsadm', '-R'], { input: table.join('\n') });
  const full = performance.now();
  await run(['ipvsadm', '-C']);
  return { fill: Math.round(full - start), clear: Math.round(performance.now() - full) };
}

async function measure(contestant: Contestant, size: Size): Promise<Measurement> {
  const result: Measurement = { wrong: {}, requests: {} };
  const file = join(folder, 'keepalived.conf');
  const log = join(folder, `${contestant}.log`);
  writeFileSync(log, '');
  const weights = { plain: () => 1, changed: (i: number) => (i % 100 === 0 ? 2 : 1) };
  writeFileSync(file, benchConfiguration(size, weights.plain));
  const pids = ['p', 'r', 'c'].flatMap((each) => [`-${each}`, join(folder, `${each}.pid`)]);
  const words = [...CONTESTANTS[contestant].words, '-n', '-l', '-D', '-C', '-f', file, ...pids];
  const begin = performance.now();
  const daemon = Background.start(words, log, { TMPDIR: folder });
  const said = async (times: number): Promise<void> => {
    const limit = performance.now() + LIMIT_MS;
    while ((readFileSync(log, 'latin1').match(CONTESTANTS[contestant].done) ?? []).length < times) {
      if (daemon.ended) throw new Error('it has ended');
      if (performance.now() > limit) throw new Error(`not done within ${LIMIT_MS} ms`);
      await delay(EVERY_MS);
    }
  };
  /** Until the table is right, and it has said that it is done, which may come before. */
  const took = async (from: number, times: number, wanted: readonly string[]): Promise<number> => {
    await said(times);
    let ms = performance.now() - from;
    while ((await wrongLines(wanted)) > 0 && ms < LIMIT_MS) {
      await delay(LOOK_MS);
      ms = performance.now() - from;
    }
    return Math.round(ms);
  };
  const reload = (weight: (i: number) => number, times: number): Promise<number> => {
    const wanted = benchTable(size, weight);
    writeFileSync(file, benchConfiguration(size, weight));
    const from = performance.now();
    daemon.signal('SIGHUP');
    return took(from, times, wanted);
  };
  const check = async (step: string, wanted: readonly string[]): Promise<void> => {
    result.wrong[step] = await wrongLines(wanted);
  };
  try {
    result.startMs = await took(begin, 1, benchTable(size, weights.plain));
    await check('start', benchTable(size, weights.plain));
    result.reloadOnePercentMs = await reload(weights.changed, 2);
    await check('reload 1 %', benchTable(size, weights.changed));
    result.reloadNothingMs = await reload(weights.changed, 3);
    await check('reload nothing', benchTable(size, weights.changed));
    const child = readFileSync(join(folder, 'c.pid'), 'utf8').trim();
    result.requests = {
      'reload 1 %': await requests(child, () => reload(weights.plain, 4)),
      'reload nothing': await requests(child, () => reload(weights.plain, 5)),
    };
    await check('reload back', benchTable(size, weights.plain));
  } catch (error) {
    result.failed = (error as Error).message;
  }
  const end = performance.now();
  await daemon.stop('SIGTERM', LIMIT_MS);
  result.stopMs = Math.round(performance.now() - end);
  await check('stop', []);
  await run(['ipvsadm', '-C']);
  return result;
}

/** What a process asks of IPVS during an action; apart from the measured ones, which it slows. */
async function requests(pid: string, action: () => Promise<unknown>): Promise<Requests> {
  const file = join(folder, 'trace');
  const options = '-f -qq -xx -s 65536 -e trace=sendmsg,sendmmsg -e abbrev=none'.split(' ');
  const tracer = Background.start(['strace', ...options, '-o', file, '-p', pid], `${file}.log`);
  await delay(ATTACH_MS);
  await action();
  await tracer.stop('SIGINT');
  const trace = readFileSync(file, 'latin1');
  const isDump = [...messageFlags(trace)].map((flags) => (flags & NLM_F_DUMP) !== 0);
  const reads = isDump.filter(Boolean).length;
  return { changes: isDump.length - reads, reads };
}

/** Flags of generic netlink messages; strace takes those of sendmsg to pieces, and no others. */
function* messageFlags(trace: string): Generator<number> {
  for (const [, flags = ''] of trace.matchAll(/nlmsg_type=IPVS, nlmsg_flags=([\w|]+)/g))
    yield flags.includes('NLM_F_DUMP') ? NLM_F_DUMP : 0;
  for (const [, text = ''] of trace.matchAll(/iov_base="((?:\\x\w\w)+)"/g)) {
    const bytes = Buffer.from(text.replaceAll('\\x', ''), 'hex');
    for (let at = 0; at + 16 <= bytes.length; at += Math.max(16, bytes.readUInt32LE(at)))
      if (bytes.readUInt16LE(at + 4) > GENL_ID_CTRL) yield bytes.readUInt16LE(at + 6);
  }
}

async function wrongLines(wanted: readonly string[]): Promise<number> {
  const list = join(folder, 'table');
  await run(['sh', '-c', `ipvsadm -Sn >${list}`]);
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
