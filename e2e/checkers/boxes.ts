// Directors with the servers that they check, one for each daemon, and whether they say the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Background } from '../lib/command.ts';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { table } from '../lib/ipvs-table.ts';
import type { Host } from '../lib/lan.ts';
import { programPath } from '../lib/program.ts';
import { waitUntil } from '../lib/wait.ts';
import { makeCertificates } from './certificates.ts';
import { bracketed, configurationOf, WEIGHT, type Case } from './case.ts';
import type { Mode } from './servers.ts';

/** A director with the servers that it checks. */
export interface Box {
  readonly host: Host;
  readonly daemon: Daemon;
  readonly servers: Background;
  readonly cases: readonly Case[];
}

/** What runs on a machine. */
export interface BoxPlan {
  /** Name of the program that runs the servers. */
  readonly program: string;
  readonly cases: readonly Case[];
  /** What the file has beside the virtual server. */
  readonly globals: (host: Host) => string;
}

/** Whatever hangs, this is what the slowest of the others needs. */
const LIMIT_MS = 30_000;

export const NAMES: readonly Implementation[] = ['tandemd', 'keepalived'];

/**
 * @param plan - what runs there
 * @returns a machine with servers that run, and a daemon that does not yet
 */
export async function createBox(
  host: Host,
  name: Implementation,
  { program, cases, globals }: BoxPlan,
): Promise<Box> {
  const { folder } = host;
  await makeCertificates(host);
  const addresses = cases.map(({ address }) => address).filter(isIPv6);
  const input = addresses.map((each) => `addr add ${each}/128 dev lo nodad\n`).join('');
  await host.exec(['ip', '-batch', '-'], { input });
  const servers = host.start('servers', [
    process.execPath,
    programPath(program),
    folder,
    ...cases.map((each) => each.name),
  ]);
  const said = (): boolean => readFileSync(join(folder, 'servers.log'), 'utf8').includes('ready\n');
  await waitUntil('servers', said, { limitMs: LIMIT_MS });
  const configuration = configurationOf(cases, folder, globals(host));
  const daemon = new Daemon(host, name, { configuration, flags: ['-C'] });
  return { host, daemon, servers, cases };
}

/** Waits until the table is what the servers' mode asks for, and every checker has judged them so. */
export async function settled(
  { host, daemon, cases }: Box,
  mode: Mode,
  limitMs: number = LIMIT_MS,
): Promise<void> {
  const expected = cases.flatMap(({ address, port, bad, good = WEIGHT, differs }) => {
    const weight = mode === 'good' ? good : bad;
    const isAbsent = weight === undefined || differs === true;
    return isAbsent ? [] : [`${bracketed(address)}:${port} ${weight}`];
  });
  const differing = cases.flatMap(({ address, port, differs }) =>
    differs === true ? [`${bracketed(address)}:${port}`] : [],
  );
  let last: string[] = [];
  const right = async (): Promise<boolean> => {
    const services = await table(host);
    last = services
      .flatMap(({ destinations }) => destinations)
      .filter(({ server }) => !differing.includes(server))
      .map(({ server, weight }) => `${server} ${weight}`);
    const isRight = last.toSorted().join() === expected.toSorted().join();
    return isRight && firstResults(daemon.log(), cases);
  };
  try {
    await waitUntil(`${daemon.implementation}: ${mode}`, right, { limitMs });
  } catch (error) {
    const missing = expected.filter((each) => !last.includes(each));
    const surplus = last.filter((each) => !expected.includes(each));
    throw new Error(`${String(error)}: missing ${missing.join()}, surplus ${surplus.join()}`, {
      cause: error,
    });
  }
}

/** Every checker that says so has succeeded once: before, there is nothing to go bad. */
function firstResults(log: string, cases: readonly Case[]): boolean {
  const quiet = /^(six-)?(dns|file)-/;
  return cases.every(
    ({ name, address }) => quiet.test(name) || new RegExp(`\\[${address}\\].* succe`).test(log),
  );
}

/** Lines and mails come later than what they tell of. */
export async function assertSame<T, B>(
  boxes: readonly B[],
  tell: (box: B) => T,
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
export function isLate(name: string, line: string): boolean {
  return (
    / tim(?:ed out|eout)/.test(line) &&
    !/-(?:hang|silent|foreign|stuck|half|endless|late)$/.test(name)
  );
}

/** What is said of each real server. */
export function linesByServer({ daemon, cases }: Box): Record<string, string[]> {
  return linesIn(daemon.log(), cases);
}

/**
 * @param log - all of it, or a part
 * @returns what it says of each real server
 */
export function linesIn(log: string, cases: readonly Case[]): Record<string, string[]> {
  const said = log
    .split('\n')
    .map((line) => line.replace(/^\w{3} \w{3} [ \d:]+ \d{4}: /, ''))
    .filter((line) => !line.includes('since the last good page'))
    .filter((line) => !line.startsWith('Activating') && !line.startsWith('Shutting'));
  const compared = cases.flatMap(({ name, address, differs }) => {
    if (differs === true) return [];
    const own = said.filter((line) => line.includes(`[${address}]`) && !isLate(name, line));
    return [[name, [...new Set(own)].toSorted()] as const];
  });
  return Object.fromEntries(compared);
}
