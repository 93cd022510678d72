/**
 * `tandemctl cleanup`: takes out of the kernel what a daemon has left of which all processes were
 * killed, and what one leaves that is stopped, when none is to run any more.
 */
import { existsSync } from 'node:fs';
import {
  isNothing,
  NOTHING_LEFT,
  type KernelRecord,
  type VrrpRecord,
  type IpvsRecord,
} from '../kernel-record.ts';
import { clearTable, openIpvs, withdraw } from './clean-up.ts';
import type { CommandLine } from './command-line.ts';
import { presentOfIpvs, presentOfVrrp } from './inventory.ts';
import { placeIn } from './load.ts';
import { whyNotAdministrator } from './network-administrator.ts';
import { neighbourRecords, otherRecords } from './other-records.ts';
import { AlreadyRunningError, removePidFile, runningPid, writePidFile } from './pid-file.ts';
import { NO_PLACE, placed, removeEmptyFolders, whyNotEntered } from './place.ts';
import { RecordFile, recordPath } from './record-file.ts';
import { removeStaleFile, staleFiles } from './stale-files.ts';

/** What the kernel is asked for and made to do. */
export interface CleanupPorts {
  presentOfVrrp(record: VrrpRecord): Promise<readonly string[]>;
  presentOfIpvs(record: IpvsRecord): Promise<readonly string[]>;
  withdraw(record: VrrpRecord, say: (text: string) => void): Promise<void>;
  clearTable(record: IpvsRecord, say: (text: string) => void): Promise<void>;
  /** Of rules that no record names, as a stop leaves them too. */
  presentRedirects(): Promise<readonly string[]>;
  /** @returns why some stay, one sentence each */
  removeRedirects(): Promise<readonly string[]>;
  readonly otherRecords: typeof otherRecords;
  readonly neighbourRecords: typeof neighbourRecords;
  readonly whyNotAdministrator: () => string | undefined;
}

type Options = Parameters<typeof staleFiles>[0] & Pick<CommandLine, 'cleanup'>;

const FAILED = 1;
const CANNOT_RUN = 2;
const KERNEL: CleanupPorts = {
  presentOfVrrp: askRouting,
  presentOfIpvs: askIpvs,
  withdraw,
  clearTable: (record, say) => clearTable({ ...record, flush: false }, say),
  presentRedirects: async () => (await import('../vrrp/redirect-means.ts')).presentRedirects(),
  removeRedirects: async () => (await import('../vrrp/redirect-means.ts')).removeRedirects(),
  otherRecords,
  neighbourRecords,
  whyNotAdministrator,
};

/**
 * Goes where the daemon was that is meant, and cleans up there.
 * @param asked - the command line
 * @param print - a line for the operator
 * @returns the exit status: that of `cleanUpAfterCrash`; 2 when the configuration cannot be read, or
 *   the network namespace not be entered
 */
export async function cleanUpAsAsked(
  asked: CommandLine,
  print: (line: string) => void,
): Promise<number> {
  const place = asked.namedFile === undefined ? NO_PLACE : placeIn(asked);
  const namespace = asked.namespace ?? (typeof place === 'string' ? undefined : place.namespace);
  const obstacle = namespace === undefined ? undefined : whyNotEntered(namespace);
  if (typeof place !== 'string' && obstacle === undefined)
    return cleanUpAfterCrash(placed(asked, place), print);
  process.stderr.write(`tandemd: ${typeof place === 'string' ? place : obstacle}\n`);
  return CANNOT_RUN;
}

/**
 * @param options - whose pid files say which daemon is meant; `cleanup` may be `show`
 * @param print - a line for the operator
 * @returns the exit status: 0 when nothing is left, or only to be shown; 1 when something is, here
 *   or where it has not been looked for, or a daemon runs; 2 when this user may not look for it
 */
export async function cleanUpAfterCrash(
  options: Options,
  print: (line: string) => void,
  ports: CleanupPorts = KERNEL,
): Promise<number> {
  const { pidFile, vrrpPidFile, ipvsPidFile, bfdPidFile } = options;
  for (const path of [pidFile, vrrpPidFile, ipvsPidFile, bfdPidFile]) {
    const pid = runningPid(path);
    if (pid === undefined) continue;
    print(
      `nothing is done: tandemd runs, pid ${pid} of ${path}; it removes all when it is stopped`,
    );
    return FAILED;
  }
  const obstacle = ports.whyNotAdministrator();
  if (obstacle !== undefined) {
    print(`nothing is done: ${obstacle}`);
    return CANNOT_RUN;
  }
  const file = new WatchedRecord(recordPath(options), print);
  const stale = await staleFiles(options);
  if (options.cleanup === 'show') {
    const exitStatus = await show(file, options, await sparing(options, { ...ports, print }));
    for (const each of stale) print(`would remove ${each}`);
    return file.hasFailed ? FAILED : exitStatus;
  }
  try {
    // No daemon starts meanwhile.
    writePidFile(pidFile, process.pid, () => undefined);
  } catch (error) {
    if (!(error instanceof AlreadyRunningError)) throw error;
    print(`nothing is done: ${error.message}`);
    return FAILED;
  }
  try {
    const exitStatus = await cleanUp(file, options, await sparing(options, { ...ports, print }));
    for (const each of stale) print(removeStaleFile(each));
    return file.hasFailed ? FAILED : exitStatus;
  } finally {
    removePidFile(pidFile, process.pid);
    removeEmptyFolders(options);
  }
}

/** A record that says whether all of it could be read, and be removed. */
class WatchedRecord extends RecordFile {
  hasFailed = false;

  constructor(path: string, print: (line: string) => void) {
    super(path, (text) => {
      this.hasFailed = true;
      print(text);
      print(
        `look for what is left with 'ip address', 'ip link', 'ip rule', 'nft list tables' and 'ipvsadm -Ln', and then remove ${path}`,
      );
    });
  }
}

type Means = CleanupPorts & { readonly print: (line: string) => void };

/** Rules that redirect have the same names in all of a network namespace: whoever runs there keeps them. */
async function sparing(options: Options, means: Means): Promise<Means> {
  const [neighbour] = means.neighbourRecords(options);
  if (neighbour === undefined) return means;
  for (const each of await means.presentRedirects())
    means.print(`${each} stays, for the daemon of ${neighbour}, which runs`);
  return { ...means, presentRedirects: async () => [], removeRedirects: async () => [] };
}

async function show(file: WatchedRecord, options: Options, ports: Means): Promise<number> {
  const isRecord = existsSync(file.path);
  if (!isRecord && !isOnly(options, ports)) return FAILED;
  const present = await presentOf(isRecord ? file.read() : NOTHING_LEFT, ports);
  for (const each of present) ports.print(`would remove ${each}`);
  if (isRecord && present.length === 0 && !file.hasFailed) ports.print(nothingIn(file));
  return 0;
}

/** Who asks for the wrong daemon is told of the others. */
function isOnly(options: Options, { otherRecords: find, print }: Means): boolean {
  print(`there is no record ${recordPath(options)}: nothing is left that it would name`);
  const others = find(options);
  for (const each of others) print(each);
  return others.length === 0;
}

async function cleanUp(file: WatchedRecord, options: Options, ports: Means): Promise<number> {
  const isRecord = existsSync(file.path);
  if (!isRecord && !isOnly(options, ports)) return FAILED;
  const { print } = ports;
  const record = isRecord ? file.read() : NOTHING_LEFT;
  const before = await presentOf(record, ports);
  if (!isNothing(record.vrrp)) await ports.withdraw(record.vrrp, () => undefined);
  if (!isNothing(record.ipvs)) await ports.clearTable(record.ipvs, () => undefined);
  const reasons = await ports.removeRedirects();
  const left = new Set(await presentOf(record, ports));
  for (const each of before) print(`${left.has(each) ? 'cannot remove' : 'removed'} ${each}`);
  for (const each of reasons) print(each);
  if (left.size > 0 || file.hasFailed) return FAILED;
  if (!isRecord) return 0;
  if (before.length === 0) print(nothingIn(file));
  file.clear();
  return 0;
}

async function presentOf({ vrrp, ipvs }: KernelRecord, ports: CleanupPorts): Promise<string[]> {
  const [ofVrrp, ofIpvs, redirects] = await Promise.all([
    isNothing(vrrp) ? [] : ports.presentOfVrrp(vrrp),
    isNothing(ipvs) ? [] : ports.presentOfIpvs(ipvs),
    ports.presentRedirects(),
  ]);
  return [...ofVrrp, ...ofIpvs, ...redirects];
}

function nothingIn({ path }: RecordFile): string {
  return `nothing is left that ${path} would name, in this network namespace`;
}

async function askRouting(record: VrrpRecord): Promise<string[]> {
  const { hasTable, Rtnetlink } = await import('@tandem/netlink');
  const tables = Rtnetlink.open();
  try {
    return await presentOfVrrp(record, Object.assign(tables, { hasTable }));
  } finally {
    tables.close();
  }
}

/** Where the kernel has no IPVS there is nothing in it. */
async function askIpvs(record: IpvsRecord): Promise<string[]> {
  const kernel = await openIpvs(record.namespace).catch(() => undefined);
  if (kernel === undefined) return [];
  try {
    return await presentOfIpvs(record, kernel);
  } finally {
    kernel.close();
  }
}
