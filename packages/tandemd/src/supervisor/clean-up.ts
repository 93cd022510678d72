/**
 * Puts in order what a child left behind that hung or died and is not replaced. The adapters are
 * loaded when they are needed, which is nearly never.
 */
import type { IpvsClient } from '@tandem/ipvs-netlink';
import type { Rtnetlink } from '@tandem/netlink';
import type { VirtualAddress } from '@tandem/vrrp';
import type { LogLevel } from '../ipc.ts';
import { TableKeeper, type TableKeeperOptions } from '../ipvs/table-keeper.ts';
import type { IpvsRecord, VrrpRecord } from '../kernel-record.ts';
import { inNamespace } from '../network-namespace.ts';
import { systemClock } from '../system-clock.ts';
import { AddressKeeper } from '../vrrp/address-keeper.ts';
import { InterfaceTable } from '../vrrp/interface-table.ts';
import {
  KernelChanges,
  PROC_NUMBERS,
  putBack,
  type KernelNumbers,
} from '../vrrp/kernel-changes.ts';
import { KernelEntries } from '../vrrp/kernel-entries.ts';
import { SecondaryPromotion } from '../vrrp/secondary-promotion.ts';
import { removeLinks } from '../vrrp/virtual-links.ts';
import type { RouteTables } from '../vrrp/kernel-view.ts';

type Say = (text: string, level: LogLevel) => void;

/** What is needed of rtnetlink. */
type Tables = RouteTables & Pick<Rtnetlink, 'close'> & { removeTable(name: string): Promise<void> };

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
  { addresses, entries, links, kernelChanges, tables: dropTables }: VrrpRecord,
  say: Say,
  { open, numbers }: KernelPorts = KERNEL,
): Promise<void> {
  putBack(kernelChanges, numbers);
  if (addresses.length + entries.length + links.length + dropTables.length === 0) return;
  let tables: Tables | undefined;
  try {
    tables = await open();
    const interfaces = new InterfaceTable();
    interfaces.load(await tables.links(), await tables.addresses());
    const changes = new KernelChanges(numbers, unheard, unheard);
    const promotion = new SecondaryPromotion(changes);
    const keeper = new AddressKeeper(tables, interfaces, promotion);
    const kernel = new KernelEntries({ requests: tables, interfaces, addresses: keeper });
    const unremoved = await kernel.removeAll(entries);
    for (const each of unremoved) say(`The VRRP process left ${each}`, 'err');
    const left = await keeper.remove(addresses, addresses);
    for (const { address, error } of left) say(whyLeft(address, error), 'err');
    const kept = await removeLinks(links, { requests: tables, interfaces });
    for (const each of kept) say(`The VRRP process left ${each}`, 'err');
    for (const each of dropTables) await tables.removeTable(each);
    if (left.length + unremoved.length === 0)
      say('The VRRP process left its addresses behind: removed', 'notice');
  } catch (error) {
    say(`The addresses of the VRRP process may still be there: ${String(error)}`, 'err');
  } finally {
    tables?.close();
  }
}

/** What is to go, and whether all else is to go from the table as well. */
export type LeftTable = IpvsRecord & { readonly flush: boolean };

/**
 * @param left - what is to go
 * @param open - generic netlink
 */
export async function clearTable(
  { services, timeouts, daemons, flush, namespace }: LeftTable,
  say: Say,
  open: TableKeeperOptions['open'] = () => openIpvs(namespace),
): Promise<void> {
  const keeper = new TableKeeper({
    wanted: () => ({ services: [], daemons: daemons ? [] : undefined, timeouts: undefined }),
    open,
    loadModule: () => Promise.resolve(),
    clock: systemClock,
    log: (level, text) => say(text, level),
    problemsChanged: () => undefined,
    looked: () => undefined,
    timeoutsChanged: () => undefined,
  });
  keeper.inherit(services);
  keeper.inheritTimeouts(timeouts);
  await keeper.close(flush ? 'flush' : 'remove');
}

function whyLeft({ address, device }: VirtualAddress, error: string | undefined): string {
  return `The VRRP process left ${address} on ${device}: ${error ?? ''}`;
}

/** For a moment, nobody is told of what changes. */
function unheard(): void {}

async function openTables(): Promise<Tables> {
  const { removeTable, Rtnetlink } = await import('@tandem/netlink');
  return Object.assign(Rtnetlink.open(), { removeTable });
}

/**
 * @param namespace - absent: this one
 * @throws IpvsUnavailableError; SocketError, also for want of the namespace
 */
export async function openIpvs(namespace: string | undefined): Promise<IpvsClient> {
  const { IpvsClient } = await import('@tandem/ipvs-netlink');
  return inNamespace(namespace, () => IpvsClient.open());
}
