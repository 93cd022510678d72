// kernel: ipvs
// All checkers at the same time, beside keepalived: good servers, then bad ones, then good again.
// Tables, log lines and mails are the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Background } from '../lib/command.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { table } from '../lib/ipvs-table.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { MailSink } from '../lib/mail-sink.ts';
import { programPath } from '../lib/program.ts';
import { waitUntil } from '../lib/wait.ts';
import { addressOf, CASES, configurationOf } from './cases.ts';
import type { Mode } from './servers.ts';

/** A director with the servers that it checks. */
interface Box {
  readonly host: Host;
  readonly daemon: Daemon;
  readonly servers: Background;
  readonly mails: MailSink;
}

const WEIGHT = 10;
/** Not in the table. */
const OUT = undefined;
/** Whatever hangs, this is what the slowest of the others needs. */
const LIMIT_MS = 30_000;
/** Each mail takes half a second of the user-mode kernel. */
const MAILS_LIMIT_MS = 120_000;

const NAMES: readonly Implementation[] = ['tandemd', 'keepalived'];

void test('all checkers judge servers as keepalived does', async (context) => {
  const lan = await Lan.create(NAMES.map((name, i) => ({ name, address: `10.9.9.${i + 1}/24` })));
  context.after(() => lan.destroy());
  const boxes = await Promise.all(NAMES.map((name) => createBox(lan.host(name), name)));
  await context.test('good servers are up, with the weights of scripts and files', async () => {
    // One after the other: what one is busy with at its start would look like slow servers.
    for (const box of boxes) {
      box.daemon.start();
      await settled(box, 'good');
    }
  });
  await context.test('bad servers go, each in its own way, and hold no other up', async () => {
    for (const { servers } of boxes) servers.signal('SIGUSR2');
    await Promise.all(boxes.map((box) => settled(box, 'bad')));
  });
  await context.test('they come back', async () => {
    for (const { servers } of boxes) servers.signal('SIGHUP');
    await Promise.all(boxes.map((box) => settled(box, 'good')));
  });
  await context.test('the log says the same of each of them', async () => {
    await assertSame(boxes, ({ daemon }) => linesByServer(daemon.log()));
  });
  await context.test('the mails are the same', async () => {
    const told = await assertSame(boxes, ({ mails }) => bodies(mails), MAILS_LIMIT_MS);
    assert.ok((told?.length ?? 0) > CASES.length);
  });
  await Promise.all(boxes.map(({ daemon }) => daemon.stop()));
});

async function createBox(host: Host, name: Implementation): Promise<Box> {
  const { folder } = host;
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2';
  const words = ['openssl', ...request.split(' '), '-keyout', key, '-out', cert];
  await host.exec([...words, '-subj', '/CN=other.example']);
  const mails = await MailSink.start(host);
  const servers = host.start('servers', [
    process.execPath,
    programPath('check-servers-program'),
    folder,
  ]);
  const said = (): boolean => readFileSync(join(folder, 'servers.log'), 'utf8').includes('ready\n');
  await waitUntil('servers', said, { limitMs: LIMIT_MS });
  const configuration = configurationOf(folder, '127.0.0.1');
  return { host, daemon: new Daemon(host, name, { configuration, flags: ['-C'] }), servers, mails };
}

/** Waits until the table is what the servers' mode asks for, and every checker has judged them so. */
async function settled({ host, daemon }: Box, mode: Mode): Promise<void> {
  const expected = CASES.flatMap(({ port, bad, good = WEIGHT, differs }, i) => {
    const weight = mode === 'good' ? good : bad;
    return weight === undefined || differs === true ? [] : [`${addressOf(i)}:${port} ${weight}`];
  });
  const differing = CASES.flatMap(({ port, differs }, i) =>
    differs === true ? [`${addressOf(i)}:${port}`] : [],
  );
  let last: string[] = [];
  const right = async (): Promise<boolean> => {
    const [service] = await table(host);
    last = (service?.destinations ?? [])
      .filter(({ server }) => !differing.includes(server))
      .map(({ server, weight }) => `${server} ${weight}`);
    return last.join() === expected.join() && firstResults(daemon.log());
  };
  try {
    await waitUntil(`${daemon.implementation}: ${mode}`, right, { limitMs: LIMIT_MS });
  } catch (error) {
    const missing = expected.filter((each) => !last.includes(each));
    const surplus = last.filter((each) => !expected.includes(each));
    throw new Error(`${String(error)}: missing ${missing.join()}, surplus ${surplus.join()}`, {
      cause: error,
    });
  }
}

/** Every checker that says so has succeeded once: before, there is nothing to go bad. */
function firstResults(log: string): boolean {
  const quiet = /^(dns|file)-/;
  return CASES.every(
    ({ name }, i) => quiet.test(name) || new RegExp(`\\[${addressOf(i)}\\].* succe`).test(log),
  );
}

/** Lines and mails come later than what they tell of. */
async function assertSame<T>(
  boxes: readonly Box[],
  tell: (box: Box) => T,
  limitMs = LIMIT_MS,
): Promise<T | undefined> {
  const look = (): boolean => new Set(boxes.map((box) => JSON.stringify(tell(box)))).size === 1;
  await waitUntil('the same', look, { limitMs }).catch(() => undefined);
  const [ours, theirs] = boxes.map(tell);
  assert.deepEqual(ours, theirs);
  return ours;
}

/**
 * What only a busy machine says of servers that answer at once.
 * @param name - of the case
 */
function isLate(name: string, line: string): boolean {
  return / tim(?:ed out|eout)/.test(line) && !/-(?:hang|silent|foreign)$/.test(name);
}

/** What is said of each real server. */
function linesByServer(log: string): Record<string, string[]> {
  const said = log
    .split('\n')
    .map((line) => line.replace(/^\w{3} \w{3} [ \d:]+ \d{4}: /, ''))
    .filter((line) => !line.startsWith('Activating') && !line.startsWith('Shutting'));
  const compared = CASES.flatMap(({ name, differs }, i) => {
    if (differs === true) return [];
    const own = said.filter((line) => line.includes(`[${addressOf(i)}]`) && !isLate(name, line));
    return [[name, [...new Set(own)].toSorted()] as const];
  });
  return Object.fromEntries(compared);
}

/** Subject and text of mails about servers that went; keepalived also writes of scripts' first success. */
function bodies(sink: MailSink): string[] {
  const told = sink.mails().flatMap(({ subject, text }) => {
    const [, address, word] = /^\[LB\] Realserver \[(.*?)\].* - (\w+)$/.exec(subject) ?? [];
    const index = CASES.findIndex((_, i) => addressOf(i) === address);
    const { name, differs, bad } = CASES[index] ?? {};
    if (name === undefined || differs === true || (word === 'UP' && bad !== OUT)) return [];
    const body = /^=> .*$/m.exec(text)?.[0] ?? '';
    return isLate(name, body) ? [] : [`${subject} ${body}`];
  });
  return [...new Set(told)].toSorted();
}
