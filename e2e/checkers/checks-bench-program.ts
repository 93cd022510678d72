// Measures the checks of tandemd and keepalived in turn, in a user-mode kernel, and prints one line
// of JSON: CPU time and system calls per check of many real servers, how late checks are, memory,
// and the time from a failed answer to the changed table. Arguments: how many real servers, seconds,
// and what to leave out: tcp, http, failure, tandemd, keepalived.
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Background, run } from '../lib/command.ts';
import { distribution } from '../lib/distribution.ts';
import { cpuUs, memoryMib } from '../lib/process-usage.ts';
import { standBehind } from '../lib/stand-behind.ts';
import { tcpCounter } from '../lib/tcp-counter.ts';
import { waitUntil } from '../lib/wait.ts';
import { checkedServers, type CheckKind } from './bench-configuration.ts';
import { CheckingDaemon, type Contestant } from './bench-contestant.ts';

const KINDS: Readonly<Record<string, CheckKind>> = { tcp: 'TCP_CHECK', http: 'HTTP_GET' };
const PERIOD_MS = 10_000;
/** Until the first checks have been made, which the warm-up spreads out, and compiled code is there. */
const SETTLING_MS = 2.5 * PERIOD_MS;
const TRACE_MS = 5000;
const FAILURES = 15;
const LIMIT_MS = 1000;
/** Between looks at the table, which are shorter. */
const LOOK_MS = 0.1;
const PAGE = '<html><body><h1>It works!</h1></body></html>';
const FAILING = '127.9.9.9';

let tableFile: number | undefined;
const tableBytes = Buffer.alloc(4096);

const [servers = '1000', duration = '20', without = ''] = process.argv.slice(2);
const [count, seconds] = [Number(servers), Number(duration)];
const leftOut = without.split(',');
const CONTESTANTS = (['tandemd', 'keepalived'] as const).filter((each) => !leftOut.includes(each));
const folder = mkdtempSync(join(tmpdir(), 'tandem-bench-'));
try {
  await run(['ip', 'link', 'set', 'lo', 'up']);
  // The kernel has a table from then on.
  await run(['ipvsadm', '-C']);
  const results: Record<string, unknown>[] = [];
  const web = await startWebServer();
  for (const [part, kind] of Object.entries(KINDS)) {
    if (leftOut.includes(part)) continue;
    for (const contestant of CONTESTANTS) {
      const result = { kind, contestant, ...(await measure(contestant, kind)) };
      process.stderr.write(`${JSON.stringify(result)}\n`);
      results.push(result);
    }
  }
  await web.stop();
  const failedToTableMs: Record<string, unknown> = {};
  for (const contestant of leftOut.includes('failure') ? [] : CONTESTANTS)
    failedToTableMs[contestant] = await measureFailure(contestant);
  const setting = { realServers: count, periodMs: PERIOD_MS, seconds };
  process.stdout.write(
    `${JSON.stringify({ benchmark: 'checks', ...setting, results, failedToTableMs })}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Debian's nginx on every address of loopback. */
async function startWebServer(): Promise<Background> {
  const file = join(folder, 'nginx.conf');
  mkdirSync(join(folder, 'www'));
  writeFileSync(join(folder, 'www/index.html'), PAGE);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(
    file,
    `daemon off;
master_process off;
user root;
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
  log_format times '$server_addr $msec';
  access_log ${folder}/access.log times buffer=64k flush=1s;
${paths.map((each) => `  ${each}_temp_path ${folder}/${each};`).join('\n')}
  server {
    listen 80 backlog=4096;
    root ${folder}/www;
  }
}
`,
  );
  const words = ['nginx', '-p', folder, '-c', file, '-e', join(folder, 'nginx-error.log')];
  const server = Background.start(words, join(folder, 'nginx.log'));
  await waitUntil('web server', listens, { limitMs: 20_000 });
  return server;
}

async function listens(): Promise<boolean> {
  return (await run(['ss', '-Hltn', 'sport = :80'])).stdout.includes(':80');
}

async function measure(contestant: Contestant, kind: CheckKind): Promise<Record<string, unknown>> {
  const daemon = await CheckingDaemon.start(
    contestant,
    folder,
    checkedServers({ kind, count, periodMs: PERIOD_MS, path: '/' }),
  );
  try {
    await delay(SETTLING_MS);
    const from = { atMs: Date.now(), cpu: cpuUs(daemon.pid), checks: connections() };
    await delay(seconds * 1000);
    const until = { atMs: Date.now(), cpu: cpuUs(daemon.pid), checks: connections() };
    const memory = memoryMib(daemon.pid);
    const before = connections();
    const calls = await daemon.systemCalls(folder, TRACE_MS);
    const traced = connections() - before;
    const all = [...calls.values()].reduce((sum, each) => sum + each, 0);
    const { wrong, lines } = await table();
    return {
      cpuMsPerCheck: rounded((until.cpu - from.cpu) / 1000 / (until.checks - from.checks)),
      systemCallsPerCheck: rounded(all / traced),
      systemCalls: Object.fromEntries(
        [...calls].map(([name, times]) => [name, rounded(times / traced)] as const),
      ),
      checks: until.checks - from.checks,
      ...(kind === 'HTTP_GET' && { lateMs: await lateness(from.atMs, until.atMs) }),
      memoryMib: rounded(memory),
      serversInTable: lines,
      wrong,
    };
  } finally {
    await daemon.stop();
  }
}

async function table(): Promise<{ readonly lines: number; readonly wrong: number }> {
  const { stdout } = await run(['ipvsadm', '-Sn']);
  const lines = stdout.split('\n').filter((each) => each.startsWith('-a')).length;
  return { lines, wrong: count - lines };
}

/** Connections that this box has begun; nobody but the daemon begins any. */
function connections(): number {
  return tcpCounter(readFileSync('/proc/net/snmp', 'utf8'), 'ActiveOpens');
}

/** How much later than the period the next check of a server is; the check itself is part of it. */
async function lateness(fromMs: number, untilMs: number): Promise<unknown> {
  // The web server writes its lines every second.
  await delay(1500);
  const last = new Map<string, number>();
  const late: number[] = [];
  for (const line of readFileSync(join(folder, 'access.log'), 'utf8').split('\n')) {
    const [address = '', time] = line.split(' ');
    const atMs = Number(time) * 1000;
    const before = last.get(address);
    last.set(address, atMs);
    if (before !== undefined && atMs >= fromMs && atMs < untilMs)
      late.push(atMs - before - PERIOD_MS);
  }
  return distribution(late.filter((each) => each < PERIOD_MS / 2));
}

/**
 * From when a bad answer is about to be sent until the real server is out of the table, and the daemon
 * has nothing more to do.
 */
async function measureFailure(contestant: Contestant): Promise<unknown> {
  standBehind();
  let isGood = true;
  let badAtMs: ((at: number) => void) | undefined;
  const answer = (socket: Socket): void => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      const status = isGood ? '200 OK' : '500 Broken';
      const [at, said] = [performance.now(), isGood ? undefined : badAtMs];
      socket.end(`HTTP/1.0 ${status}\r\nContent-Length: 1\r\n\r\nx`, () => said?.(at));
    });
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(80, FAILING, resolve);
  });
  const daemon = await CheckingDaemon.start(
    contestant,
    folder,
    `virtual_server 10.9.9.9 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\ndelay_loop 1\nreal_server ${FAILING} 80 {\nHTTP_GET {\nretry 0\ndelay_before_retry 1\nwarmup 0\nurl {\npath /\n}\n}\n}\n}\n`,
  );
  const times: number[] = [];
  try {
    for (let i = 0; i < FAILURES; i += 1) {
      isGood = true;
      await waitUntil('good server', () => isListed(), { limitMs: 30_000, everyMs: 20 });
      // Checks of the good server, so that nothing is new any more.
      await delay(2200);
      const bad = new Promise<number>((resolve) => {
        badAtMs = resolve;
      });
      isGood = false;
      const at = await bad;
      while (isListed() && performance.now() - at < LIMIT_MS) pause();
      times.push(performance.now() - at);
    }
  } finally {
    await daemon.stop();
    server.close();
  }
  return distribution(times);
}

/** Whoever asks without a pause keeps the only processor from the daemon. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
}

/** In one system call: the daemon that is measured waits for the processor meanwhile. */
function isListed(): boolean {
  tableFile ??= openSync('/proc/net/ip_vs', 'r');
  const length = readSync(tableFile, tableBytes, 0, tableBytes.length, 0);
  // In hexadecimal digits.
  return tableBytes.toString('latin1', 0, length).includes('-> 7F090909:0050');
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
