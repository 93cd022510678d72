/**
 * Puts in order what a child left behind that hung or died and is not replaced. The adapters are
 * loaded when they are needed, which is nearly never.
 */
import type { Settings } from '@tandem/config';
import type { ServiceKey } from '@tandem/ipvs';
import type { Rtnetlink } from '@tandem/netlink';
import type { StaticEntry, VirtualAddress } from '@tandem/vrrp';
import type { LogLevel } from '../ipc.ts';
import { wantsDaemons } from '../ipvs/sync-daemon.ts';
import { TableKeeper, type TableKeeperOptions } from '../ipvs/table-keeper.ts';
import type { TimeoutsChange } from '../ipvs/timeouts.ts';
import { systemClock } from '../system-clock.ts';
import { AddressKeeper } from '../vrrp/address-keeper.ts';
import { InterfaceTable } from '../vrrp/interface-table.ts';
import {
  PROC_NUMBERS,
  putBack,
  type KernelChange,
  type KernelNumbers,
} from '../vrrp/kernel-changes.ts';
import { KernelEntries } from '../vrrp/kernel-entries.ts';
import { removeLinks, type VirtualLink } from '../vrrp/virtual-links.ts';
import type { RouteTables } from '../vrrp/kernel-view.ts';

type Say = (text: string, level: LogLevel) => void;

/** What is needed of rtnetlink. */
type Tables = Omit<RouteTables, 'addresses'> &
  Pick<Rtnetlink, 'close'> & { removeTable(name: string): Promise<void> };

/** What a vrrp process may have left in the kernel. */
export interface LeftByVrrp {
  /** On their interfaces. */
  readonly addresses: readonly VirtualAddress[];
  /** Routes, rules and static addresses. */
  readonly entries: readonly StaticEntry[];
  readonly links: readonly VirtualLink[];
  /** The kernel's numbers that are not as they were. */
  readonly kernelChanges: readonly KernelChange[];
  /** The one of nftables that drops packets, where there may be one. */
  readonly table?: string | undefined;
}

/** The kernel. */
interface KernelPorts {
  /** Rtnetlink; closed in the end. */
  readonly open: () => Promise<Tables>;
  readonly numbers: Pick<KernelNumbers, 'read' | 'write'>;
}

const KERNEL: KernelPorts = { open: openTables, numbers: PROC_NUMBERS };

/**
 * @param left - what is to go
 * @param kernel - from which
 */
export async function withdraw(
  { addresses, entries, links, kernelChanges, table }: LeftByVrrp,
  say: Say,
  { open, numbers }: KernelPorts = KERNEL,
): Promise<void> {
  putBack(kernelChanges, numbers);
  if (addresses.length + entries.length + links.length === 0 && table === undefined) return;
  let tables: Tables | undefined;
  try {
    tables = await open();
    const interfaces = new InterfaceTable();
    interfaces.load(await tables.links(), []);
    const keeper = new AddressKeeper(tables, interfaces);
    const kernel = new KernelEntries({ requests: tables, interfaces, addresses: keeper });
    const unremoved = await kernel.removeAll(entries);
    for (const each of unremoved) say(`The VRRP process left ${each}`, 'err');
    const left = await keeper.remove(addresses, addresses);
    for (const { address, error } of left) say(whyLeft(address, error), 'err');
    const kept = await removeLinks(links, { requests: tables, interfaces });
    for (const each of kept) say(`The VRRP process left ${each}`, 'err');
    if (table !== undefined) await tables.removeTable(table);
    if (left.length + unremoved.length === 0)
      say('The VRRP process left its addresses behind: removed', 'notice');
  } catch (error) {
    say(`The addresses of the VRRP process may still be there: ${String(error)}`, 'err');
  } finally {
    tables?.close();
  }
}

/** What an ipvs process may have left in the kernel. */
export interface LeftTable {
  readonly services: readonly ServiceKey[];
  /** Timeouts that are not as they were. */
  readonly timeouts: TimeoutsChange | undefined;
  /** Say whether the table is to be emptied, and the sync daemons stopped. */
  readonly settings: Settings;
}

/**
 * @param left - what is to go
 * @param open - generic netlink
 */
export async function clearTable(
  { services, timeouts, settings }: LeftTable,
  say: Say,
  open: TableKeeperOptions['open'] = openIpvs,
): Promise<void> {
  const ownsDaemons = wantsDaemons(settings);
  const keeper = new TableKeeper({
    wanted: () => ({ services: [], daemons: ownsDaemons ? [] : undefined, timeouts: undefined }),
    open,
    loadModule: () => Promise.resolve(),
    clock: systemClock,
    log: (level, text) => say(text, level),
    problemsChanged: () => undefined,
    timeoutsChanged: () => undefined,
  });
  keeper.inherit(services);
  keeper.inheritTimeouts(timeouts);
  await keeper.close(settings.global.lvsFlushOnStop ? 'flush' : 'remove');
}

function whyLeft({ address, device }: VirtualAddress, error: string | undefined): string {
  return `The VRRP process left ${address} on ${device}: ${error ?? ''}`;
}

async function openTables(): Promise<Tables> {
  const { removeTable, Rtnetlink } = await import('@tandem/netlink');
  return Object.assign(Rtnetlink.open(), { removeTable });
}

async function openIpvs(): ReturnType<TableKeeperOptions['open']> {
  const { IpvsClient } = await import('@tandem/ipvs-netlink');
  return IpvsClient.open();
}
