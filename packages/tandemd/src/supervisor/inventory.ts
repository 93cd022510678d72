/** Which of the things that a record names are in the kernel now. */
import type { RoutingRule } from '@tandem/inet';
import { formatServiceKey } from '@tandem/ipvs';
import type { IpvsClient } from '@tandem/ipvs-netlink';
import { titleOf, type StaticEntry } from '@tandem/vrrp';
import { originalTimeouts } from '../ipvs/timeouts.ts';
import type { IpvsRecord, VrrpRecord } from '../kernel-record.ts';
import { InterfaceTable } from '../vrrp/interface-table.ts';
import { PROC_NUMBERS, type KernelNumbers } from '../vrrp/kernel-changes.ts';
import { isSameRoute, isSameRule, isSameTarget, routeOf } from '../vrrp/kernel-route.ts';
import type { RouteTables } from '../vrrp/kernel-view.ts';
import { isOurs } from '../vrrp/virtual-link.ts';

/** What is asked of rtnetlink and nftables. */
export interface InventoryTables extends Pick<RouteTables, 'addresses' | 'links' | 'routes'> {
  rules(): Promise<readonly RoutingRule[]>;
  hasTable(name: string): Promise<boolean>;
}

/**
 * @param record - what may be there
 * @param tables - of the kernel
 * @returns a line for each thing that is there
 * @throws NetlinkError when the kernel does not say
 */
export async function presentOfVrrp(
  record: VrrpRecord,
  tables: InventoryTables,
  numbers: Pick<KernelNumbers, 'read'> = PROC_NUMBERS,
): Promise<string[]> {
  const interfaces = new InterfaceTable();
  interfaces.load(await tables.links(), await tables.addresses());
  const missing = new Set(interfaces.without(record.addresses));
  const links = record.links.filter((each) => {
    const link = interfaces.named(each.name);
    return link !== undefined && isOurs(link, each);
  });
  const changes = record.kernelChanges.filter(({ path, ours }) => numbers.read(path) === ours);
  return [
    ...record.addresses
      .filter((each) => !missing.has(each))
      .map(
        ({ address, prefixLength, device }) => `address ${address}/${prefixLength} on ${device}`,
      ),
    ...(await presentEntries(record.entries, tables, interfaces)).map(titleOf),
    ...links.map(({ name }) => `interface ${name}`),
    ...changes.map(({ path, before }) => `setting net/${path}, back to ${before}`),
    ...(await presentDropTables(record.tables, tables)),
  ];
}

async function presentEntries(
  entries: readonly StaticEntry[],
  tables: InventoryTables,
  interfaces: InterfaceTable,
): Promise<StaticEntry[]> {
  const has = (kind: StaticEntry['kind']): boolean => entries.some((each) => each.kind === kind);
  const routes = has('route') ? await tables.routes() : [];
  const rules = has('rule') ? await tables.rules() : [];
  return entries.filter((entry) => {
    if (entry.kind === 'address') return interfaces.without([entry]).length === 0;
    if (entry.kind === 'rule') return rules.some((each) => isSameRule(entry, each));
    const own = routeOf(entry, interfaces);
    if (!own.ok) return false;
    return routes.some((each) => isSameTarget(own.route, each) && isSameRoute(own.route, each));
  });
}

async function presentDropTables(
  names: readonly string[],
  tables: Pick<InventoryTables, 'hasTable'>,
): Promise<string[]> {
  const found = await Promise.all(names.map((name) => tables.hasTable(name)));
  return names.filter((_, i) => found[i]).map((name) => `nftables table inet ${name}`);
}

/**
 * @param record - what may be there
 * @param kernel - its tables
 * @returns a line for each thing that is there
 * @throws NetlinkError when the kernel does not say
 */
export async function presentOfIpvs(
  record: IpvsRecord,
  kernel: Pick<IpvsClient, 'daemons' | 'services' | 'timeouts'>,
): Promise<string[]> {
  const wanted = new Set(record.services.map(formatServiceKey));
  const services = (await kernel.services()).map(({ key }) => formatServiceKey(key));
  const daemons = record.daemons ? await kernel.daemons() : [];
  const present = await kernel.timeouts();
  const isOther =
    JSON.stringify(originalTimeouts(present, record.timeouts)) !== JSON.stringify(present);
  return [
    ...services.filter((each) => wanted.has(each)).map((each) => `IPVS service ${each}`),
    ...daemons.map(({ role }) => `IPVS sync daemon, ${role}`),
    ...(isOther ? ['IPVS timeouts'] : []),
  ];
}
