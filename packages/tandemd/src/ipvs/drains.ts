/** Real servers that go out of the table when the kernel has no connections to them any more. */
import { isSameServer, type ForwardingMethod, type Leftover } from '@tandem/health';
import {
  formatServiceKey,
  type ActualDestination,
  type ActualService,
  type DesiredService,
  type Destination,
  type ForwardingMethod as TableMethod,
  type ServiceKey,
} from '@tandem/ipvs';
import { after, type Instant } from '@tandem/time';
import type { RealServerSnapshot, VirtualServerSnapshot } from '@tandem/status';
import type { DrainOrder } from '../ipc.ts';
import { isLeaving, portInTable, serviceKeys } from './desired-table.ts';
import type { Wanted } from './table-keeper.ts';
import type { VirtualServerDriver } from './virtual-server-driver.ts';

/**
 * Does what somebody wants with real servers.
 * @param drivers - of all virtual servers, by the text of their key
 */
export function obeyDrain(
  drivers: ReadonlyMap<string, VirtualServerDriver>,
  order: DrainOrder,
  now: Instant,
): void {
  const { action, targets, timeout } = order;
  const until = timeout === undefined ? {} : { until: after(now, timeout) };
  for (const { key, address, port } of targets) {
    const driver = drivers.get(JSON.stringify(key));
    const realServer = driver?.state.realServers.findIndex(
      ({ settings }) => settings.address === address && settings.port === port,
    );
    if (driver === undefined || realServer === undefined || realServer < 0) continue;
    driver.step(
      action === 'drain' ? { type: action, realServer, ...until } : { type: action, realServer },
    );
  }
}

/**
 * @param drivers - of all virtual servers
 * @returns their services, those of groups last: what two have, a plain one keeps; and those of them that
 *   have servers whose connections matter
 */
export function wantedTable(
  drivers: Iterable<VirtualServerDriver>,
): Required<Pick<Wanted, 'services' | 'watched'>> {
  const services: DesiredService[] = [];
  const ofGroups: DesiredService[] = [];
  const watched = new Set<DesiredService>();
  // Asked of thousands whenever one of them changes.
  for (const { table } of drivers) {
    const among = table.isOfGroup ? ofGroups : services;
    for (const each of table.services) among.push(each);
    if (table.isLeaving) for (const each of table.services) watched.add(each);
  }
  for (const each of ofGroups) services.push(each);
  return { services, watched };
}

/**
 * Tells the virtual servers how many connections those have that are to go.
 * @param drivers - of all virtual servers
 * @param services - of the kernel's table, those read when it had all that was wanted by then
 * @param options - `isRefused`: the kernel would not have the service, so that it has no connections
 */
export function countConnections(
  drivers: Iterable<VirtualServerDriver>,
  services: readonly ActualService[],
  { now, isRefused }: { readonly now: Instant; readonly isRefused: (key: ServiceKey) => boolean },
): void {
  let byKey: Map<string, ActualService> | undefined;
  for (const driver of drivers) {
    const { settings, realServers } = driver.state;
    if (!driver.table.isLeaving) continue;
    byKey ??= new Map(services.map((each) => [formatServiceKey(each.key), each]));
    const keys = serviceKeys(settings);
    const found = keys.flatMap((key) => byKey?.get(formatServiceKey(key)) ?? []);
    // Of those that began to drain meanwhile, not all may have been read.
    const isKnown = (key: ServiceKey): boolean =>
      byKey?.has(formatServiceKey(key)) === true || isRefused(key);
    if (!keys.every(isKnown)) continue;
    // From the last one on: what is removed and has none goes, and those after it move up.
    for (const [realServer, server] of [...realServers.entries()].toReversed()) {
      if (!isLeaving(server)) continue;
      const counts = found.map(({ key, destinations }) => {
        const port = portInTable(settings, key, server.settings);
        return connectionsTo(destinations, { address: server.settings.address, port });
      });
      const count = counts.reduce((sum, each) => sum + each, 0);
      driver.step({ type: 'connections', realServer, count, now });
    }
  }
}

/** @returns those of one destination of a service */
function connectionsTo(
  destinations: readonly ActualDestination[],
  { address, port }: Pick<Destination, 'address' | 'port'>,
): number {
  return destinations
    .filter((each) => each.address === address && each.port === port)
    .reduce((sum, each) => sum + each.activeConnections + each.inactiveConnections, 0);
}

/** Those that go to another box. */
const METHODS: Readonly<Record<Exclude<TableMethod, 'Local'>, ForwardingMethod>> = {
  Masq: 'NAT',
  Route: 'DR',
  Tunnel: 'TUN',
};

/** A destination on this box may be of any kind; a port that is not the service's is one of NAT. */
function methodOf(key: ServiceKey, { forwarding, port }: Destination): ForwardingMethod {
  if (forwarding !== 'Local') return METHODS[forwarding];
  return key.kind === 'address' && key.port !== port ? 'NAT' : 'DR';
}

/**
 * Tells the virtual servers what the kernel's table had before anything was changed.
 * @param drivers - of all virtual servers
 * @param services - of the kernel's table
 * @param memory - what a dead process is known to have known
 */
export function adoptTable(
  drivers: Iterable<VirtualServerDriver>,
  services: readonly ActualService[],
  { now, memory }: { readonly now: Instant; readonly memory: readonly VirtualServerSnapshot[] },
): void {
  const willing = [...drivers].filter(({ state }) => state.settings.drainOnRemoval !== undefined);
  if (willing.length === 0) return;
  const byKey = new Map(services.map((each) => [formatServiceKey(each.key), each]));
  const remembered = new Map(
    memory.map(({ key, realServers }) => [JSON.stringify(key), realServers]),
  );
  for (const driver of willing) {
    const { settings } = driver.state;
    const known = remembered.get(JSON.stringify(settings.key));
    const knownOf = (server: Leftover): RealServerSnapshot | undefined =>
      known?.find(({ address, port }) =>
        isSameServer(settings.key, { address, port, forwarding: server.forwarding }, server),
      );
    const leftovers = serviceKeys(settings)
      .flatMap((key) =>
        (byKey.get(formatServiceKey(key))?.destinations ?? []).map((each) => leftover(key, each)),
      )
      // What the dead process did not know is somebody else's, and goes as whenever it is found.
      .filter((each) => known === undefined || knownOf(each) !== undefined);
    driver.adopt(leftovers, { now, untilOf: (server) => knownOf(server)?.drain?.until });
  }
}

function leftover(key: ServiceKey, destination: Destination): Leftover {
  const { address, port, tunnel } = destination;
  const forwarding = methodOf(key, destination);
  return { address, port, forwarding, ...(tunnel !== undefined && { tunnel }) };
}
