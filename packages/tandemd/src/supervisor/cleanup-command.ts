/**
 * `tandemctl cleanup`: takes out of the kernel what a daemon has left of which all processes were
 * killed, when none is to run any more.
 */
import {
  isNothing,
  type KernelRecord,
  type VrrpRecord,
  type IpvsRecord,
} from '../kernel-record.ts';
import { clearTable, openIpvs, withdraw } from './clean-up.ts';
import type { CommandLine } from './command-line.ts';
import { presentOfIpvs, presentOfVrrp } from './inventory.ts';
import { AlreadyRunningError, removePidFile, runningPid, writePidFile } from './pid-file.ts';
import { placed } from './place.ts';
import { RecordFile, recordPath } from './record-file.ts';

/** What the kernel is asked for and made to do. */
export interface CleanupPorts {
  presentOfVrrp(record: VrrpRecord): Promise<readonly string[]>;
  presentOfIpvs(record: IpvsRecord): Promise<readonly string[]>;
  withdraw(record: VrrpRecord, say: (text: string) => void): Promise<void>;
  clearTable(record: IpvsRecord, say: (text: string) => void): Promise<void>;
}

type Options = Parameters<typeof placed>[0] & Pick<CommandLine, 'cleanup'>;

const FAILED = 1;
const KERNEL: CleanupPorts = {
  presentOfVrrp: askRouting,
  presentOfIpvs: askIpvs,
  withdraw,
  clearTable: (record, say) => clearTable({ ...record, flush: false }, say),
};

/**
 * @param asked - whose pid files say which daemon is meant; `cleanup` may be `show`
 * @param print - a line for the operator
 * @returns the exit status: 0 when nothing is left, or only to be shown; 1 when something is, or a
 *   daemon runs
 */
export async function cleanUpAfterCrash(
  asked: Options,
  print: (line: string) => void,
  ports: CleanupPorts = KERNEL,
): Promise<number> {
  const options = placed(asked);
  const { pidFile, vrrpPidFile, ipvsPidFile } = options;
  for (const path of [pidFile, vrrpPidFile, ipvsPidFile]) {
    const pid = runningPid(path);
    if (pid === undefined) continue;
    print(
      `nothing is done: tandemd runs, pid ${pid} of ${path}; it removes all when it is stopped`,
    );
    return FAILED;
  }
  const file = new RecordFile(recordPath(options), print);
  const record = file.read();
  if (options.cleanup === 'show') {
    const present = await presentOf(record, ports);
    for (const each of present) print(`would remove ${each}`);
    if (present.length === 0) print(nothingIn(file));
    return 0;
  }
  try {
    // No daemon starts meanwhile.
    writePidFile(pidFile, process.pid, print);
  } catch (error) {
    if (!(error instanceof AlreadyRunningError)) throw error;
    print(`nothing is done: ${error.message}`);
    return FAILED;
  }
  try {
    return await cleanUp(record, file, { ...ports, print });
  } finally {
    removePidFile(pidFile, process.pid);
  }
}

async function cleanUp(
  record: KernelRecord,
  file: RecordFile,
  ports: CleanupPorts & { readonly print: (line: string) => void },
): Promise<number> {
  const { print } = ports;
  const before = await presentOf(record, ports);
  if (!isNothing(record.vrrp)) await ports.withdraw(record.vrrp, () => undefined);
  if (!isNothing(record.ipvs)) await ports.clearTable(record.ipvs, () => undefined);
  const left = new Set(await presentOf(record, ports));
  for (const each of before) print(`${left.has(each) ? 'cannot remove' : 'removed'} ${each}`);
  if (left.size > 0) return FAILED;
  if (before.length === 0) print(nothingIn(file));
  file.clear();
  return 0;
}

async function presentOf(
  { vrrp, ipvs }: KernelRecord,
  ports: Pick<CleanupPorts, 'presentOfVrrp' | 'presentOfIpvs'>,
): Promise<string[]> {
  const [ofVrrp, ofIpvs] = await Promise.all([
    isNothing(vrrp) ? [] : ports.presentOfVrrp(vrrp),
    isNothing(ipvs) ? [] : ports.presentOfIpvs(ipvs),
  ]);
  return [...ofVrrp, ...ofIpvs];
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
