/** Routes and rules of settings beside those of the kernel. */
import { ipBytes, prefixContains, type IpAddress, type RoutingRule } from '@tandem/inet';
import type { Route } from '@tandem/netlink';
import type { StaticEntry, VirtualRoute } from '@tandem/vrrp';
import type { InterfaceTable } from './interface-table.ts';

/** A route with the numbers of its interfaces and the table of its VRF, or why it has none. */
export type ResolvedRoute =
  | { readonly ok: true; readonly route: Route }
  | { readonly ok: false; readonly why: string };

/** The kernel's default for IPv6; for IPv4 it is 0. */
const METRIC_IPV6 = 1024;

/**
 * @param virtual - as configured
 * @param interfaces - that there are
 */
export function routeOf(
  virtual: VirtualRoute,
  interfaces: Pick<InterfaceTable, 'named'>,
): ResolvedRoute {
  const { kind: _, text: __, track: ___, place: ____, device, ways, vrf, ...route } = virtual;
  const indexOf = (name: string): number | undefined => interfaces.named(name)?.index;
  const missing = devicesOf(virtual).find((each) => indexOf(each) === undefined);
  if (missing !== undefined) return { ok: false, why: `no interface ${missing}` };
  const table = vrf === undefined ? route.table : interfaces.named(vrf)?.vrfTable;
  if (table === undefined) return { ok: false, why: whyNoTable(vrf ?? '', interfaces) };
  const index = device === undefined ? undefined : indexOf(device);
  const nextHops = ways?.map(({ device: by, ...way }) => ({
    ...way,
    interfaceIndex: (by === undefined ? undefined : indexOf(by)) ?? 0,
  }));
  return {
    ok: true,
    route: {
      ...route,
      table,
      ...(index !== undefined && { interfaceIndex: index }),
      ...(nextHops !== undefined && { nextHops }),
    },
  };
}

/** @returns whether an interface, if it changes, may change the entry */
export function mentions(entry: StaticEntry, device: string): boolean {
  if (entry.kind === 'rule') return false;
  if (entry.kind === 'address') return entry.device === device;
  if (entry.vrf === device) return true;
  const devices = devicesOf(entry);
  // The kernel finds the way of one that names none.
  return devices.length === 0 || devices.includes(device);
}

/**
 * @param own - as configured, where the table of a VRF is not known, or as resolved
 * @returns whether a route of the kernel is to the same destination, with the same rank
 */
export function isSameTarget(own: Route | VirtualRoute, other: Route): boolean {
  const isInVrf = 'vrf' in own && own.vrf !== undefined;
  return (
    own.family === other.family &&
    (isInVrf || own.table === other.table) &&
    own.tos === other.tos &&
    own.destination.length === other.destination.length &&
    prefixContains(own.destination, other.destination.address) &&
    rankOf(own) === rankOf(other)
  );
}

/** @returns whether a route of the kernel to the same destination goes the same way */
export function isSameRoute(own: Route, other: Route): boolean {
  return (
    own.type === other.type &&
    own.protocol === other.protocol &&
    isUnlessGiven(own.interfaceIndex, other.interfaceIndex) &&
    isSameGateway(own.gateway, other.gateway)
  );
}

/**
 * Of IPv6, each leg of a route is a route of its own, which can go alone, and a source that goes leaves
 * the route without one.
 * @param present - all routes of the kernel
 * @returns whether all of it is there
 */
export function isWhole(own: Route, present: readonly Route[]): boolean {
  const same = present.filter((each) => isSameTarget(own, each) && each.type === own.type);
  const legs = same.flatMap((each) => legsOf(each).map((leg) => ({ ...leg, of: each })));
  return legsOf(own).every((wanted) =>
    legs.some(
      ({ interfaceIndex, gateway, of }) =>
        isUnlessGiven(wanted.interfaceIndex || undefined, interfaceIndex) &&
        isSameGateway(wanted.gateway, gateway) &&
        isUnlessGiven(own.preferredSource, of.preferredSource),
    ),
  );
}

/** @returns whether a rule of the kernel may be the one that is meant */
export function isSameRule(own: RoutingRule, other: RoutingRule): boolean {
  return (
    own.family === other.family &&
    own.priority === other.priority &&
    own.action === other.action &&
    own.table === other.table
  );
}

function whyNoTable(vrf: string, interfaces: Pick<InterfaceTable, 'named'>): string {
  return interfaces.named(vrf) === undefined ? `no VRF ${vrf}` : `${vrf} is no VRF`;
}

function devicesOf({ device, ways = [] }: VirtualRoute): string[] {
  return [device, ...ways.map((each) => each.device)].filter((each) => each !== undefined);
}

function rankOf({ family, metric }: Pick<Route, 'family' | 'metric'>): number {
  // Of IPv6, 0 is the default, too.
  return metric || (family === 6 ? METRIC_IPV6 : 0);
}

function legsOf(route: Route): readonly Pick<Route, 'interfaceIndex' | 'gateway'>[] {
  return route.nextHops ?? [route];
}

function isUnlessGiven<T>(own: T | undefined, other: T | undefined): boolean {
  return own === undefined || own === other;
}

/** Written in whatever way. */
function isSameGateway(own: IpAddress | undefined, other: IpAddress | undefined): boolean {
  if (own === undefined) return true;
  return other !== undefined && Buffer.compare(ipBytes(own), ipBytes(other)) === 0;
}
