import {
  ipBytes,
  ipFamily,
  ipFromBytes,
  type IpAddress,
  type IpFamily,
  type RouteEntry,
  type Way,
  type WeightedWay,
} from '@tandem/inet';
import { ip, u32, u8, type AttributeCodec } from './attribute-codec.ts';
import { AttributeTable, type AttributeValues } from './attribute-table.ts';
import { LITTLE_ENDIAN } from './byte-order.ts';
import type { Decoded } from './decoded.ts';
import { ENCAPSULATION_ROWS, encapsulationAttributes, encapsulationOf } from './encapsulation.ts';
import { decodeFamilyEntry } from './family-entry.ts';
import { anyAddress, familyNumber, familyOf } from './family.ts';
import { given } from './given.ts';
import type { MessageWriter } from './message-writer.ts';
import { routeMetrics } from './route-metrics.ts';

/** One of several ways of a multipath route. */
interface NextHop extends WeightedWay {
  /** 0 leaves the choice to the kernel. */
  readonly interfaceIndex: number;
}

/** An entry of a routing table. */
export interface Route extends RouteEntry {
  readonly interfaceIndex?: number;
  /** Instead of `interfaceIndex` and `gateway`. */
  readonly nextHops?: readonly NextHop[];
}

/** struct rtmsg: family, destination and source length, tos, table, protocol, scope, type, flags. */
const FIXED_LENGTH = 12;

/** struct rtnexthop: length, flags, weight - 1, interface. */
const NEXT_HOP_LENGTH = 8;

/** RT_TABLE_COMPAT: the number does not fit a byte, an attribute has it. */
export const TABLE_ELSEWHERE = 252;

/** struct rtvia: an address of any family. */
const via: AttributeCodec<IpAddress> = {
  encode: (writer, address) => {
    writer.u16(familyNumber(ipFamily(address))).bytes(ipBytes(address));
  },
  decode: ({ view, start, length }) => {
    const size = { 4: 4, 6: 16 }[
      familyOf(length < 2 ? 0 : view.getUint16(start, LITTLE_ENDIAN)) ?? 4
    ];
    if (length !== size + 2) return undefined;
    const { buffer, byteOffset } = view;
    return ipFromBytes(new Uint8Array(buffer, byteOffset + start + 2, size));
  },
};

/** Of a route and of each of its ways. */
const WAY_ROWS = {
  RTA_GATEWAY: [5, ip],
  RTA_FLOW: [11, u32],
  RTA_VIA: [18, via],
  ...ENCAPSULATION_ROWS,
} as const;

const NEXT_HOP = new AttributeTable(WAY_ROWS);

/** struct rta_cacheinfo; what is left, in hundredths of a second, comes third. */
const CACHE_INFO_LENGTH = 32;

const expiry: AttributeCodec<number> = {
  encode: (writer, seconds) => {
    writer
      .zeros(8)
      .u32(seconds * 100)
      .zeros(CACHE_INFO_LENGTH - 12);
  },
  decode: ({ view, start, length }) =>
    length < CACHE_INFO_LENGTH ? undefined : view.getInt32(start + 8, LITTLE_ENDIAN) / 100,
};

/** The hops, and for writing the route's family, on which a gateway's attribute depends. */
interface Multipath {
  readonly family?: IpFamily;
  readonly hops: readonly NextHop[];
}

const multipath: AttributeCodec<Multipath> = {
  encode: (writer, { family, hops }) => {
    for (const hop of hops) {
      // An attribute's header is the same length and type, which here are length, flags, weight.
      const start = writer.openAttribute(0);
      writer.u32(hop.interfaceIndex);
      NEXT_HOP.encode(writer, wayAttributes(family, hop));
      writer.closeAttribute(start);
      writer.patchU8(start + 2, hop.flags).patchU8(start + 3, hop.weight - 1);
    }
  },
  decode: ({ view, start, length }) => {
    const hops: NextHop[] = [];
    const end = start + length;
    for (let at = start; end - at >= NEXT_HOP_LENGTH;) {
      const size = view.getUint16(at, LITTLE_ENDIAN);
      if (size < NEXT_HOP_LENGTH || size > end - at) return undefined;
      const hop = decodeNextHop(view, at, size);
      if (hop === undefined) return undefined;
      hops.push(hop);
      at += (size + 3) & ~3;
    }
    return { hops };
  },
};

/** @see linux/rtnetlink.h RTA_* */
const ROUTE = new AttributeTable({
  RTA_DST: [1, ip],
  RTA_SRC: [2, ip],
  RTA_OIF: [4, u32],
  RTA_PRIORITY: [6, u32],
  RTA_PREFSRC: [7, ip],
  RTA_METRICS: [8, routeMetrics],
  RTA_MULTIPATH: [9, multipath],
  RTA_CACHEINFO: [12, expiry],
  RTA_TABLE: [15, u32],
  RTA_PREF: [20, u8],
  RTA_EXPIRES: [23, u32],
  RTA_TTL_PROPAGATE: [26, u8],
  ...WAY_ROWS,
});

/** Writes the request for all routes of both families. */
export function encodeRouteQuery(writer: MessageWriter): void {
  writer.zeros(FIXED_LENGTH);
}

/**
 * Writes what follows the header of RTM_NEWROUTE and RTM_DELROUTE.
 * @see linux/rtnetlink.h struct rtmsg
 */
export function encodeRoute(writer: MessageWriter, route: Route): void {
  writer
    .u8(familyNumber(route.family))
    .u8(route.destination.length)
    .u8(route.source?.length ?? 0)
    .u8(route.tos)
    .u8(route.table < 256 ? route.table : TABLE_ELSEWHERE)
    .u8(route.protocol)
    .u8(route.scope)
    .u8(route.type)
    .u32(route.flags);
  ROUTE.encode(writer, {
    ...wayAttributes(route.family, route),
    RTA_DST: route.destination.length === 0 ? undefined : route.destination.address,
    RTA_SRC: route.source?.address,
    RTA_OIF: route.interfaceIndex,
    RTA_PRIORITY: route.metric,
    RTA_PREFSRC: route.preferredSource,
    RTA_MULTIPATH: route.nextHops && { family: route.family, hops: route.nextHops },
    RTA_METRICS: route.metrics,
    RTA_TABLE: route.table,
    RTA_PREF: route.preference,
    RTA_EXPIRES: route.expiresSeconds,
    RTA_TTL_PROPAGATE: route.ttlPropagate === undefined ? undefined : Number(route.ttlPropagate),
  });
}

/**
 * Reads RTM_NEWROUTE and RTM_DELROUTE.
 * @param payload - what follows the message's header
 */
export function decodeRoute(payload: Uint8Array): Decoded<Route> {
  const decoded = decodeFamilyEntry(ROUTE, payload, FIXED_LENGTH);
  if (!decoded.ok) return decoded;
  const { family, view, known } = decoded.value;
  const address = known.RTA_DST ?? anyAddress(family);
  const propagate = known.RTA_TTL_PROPAGATE;
  // What it was made with is told only as what is left of it.
  const expiresSeconds = known.RTA_EXPIRES ?? known.RTA_CACHEINFO ?? 0;
  const value: Route = {
    family,
    destination: { address, length: view.getUint8(1) },
    table: known.RTA_TABLE ?? view.getUint8(4),
    protocol: view.getUint8(5),
    scope: view.getUint8(6),
    type: view.getUint8(7),
    flags: view.getUint32(8, LITTLE_ENDIAN),
    tos: view.getUint8(3),
    ...wayOf(known),
    ...given({
      interfaceIndex: known.RTA_OIF,
      metric: known.RTA_PRIORITY,
      preferredSource: known.RTA_PREFSRC,
      source: known.RTA_SRC && { address: known.RTA_SRC, length: view.getUint8(2) },
      nextHops: known.RTA_MULTIPATH?.hops,
      metrics: known.RTA_METRICS,
      expiresSeconds: expiresSeconds > 0 ? expiresSeconds : undefined,
      preference: known.RTA_PREF === 0 ? undefined : known.RTA_PREF,
      ttlPropagate: propagate === undefined ? undefined : propagate === 1,
    }),
  };
  return { ok: true, value };
}

type WayValues = AttributeValues<typeof WAY_ROWS>;

/** A gateway of the other family has an attribute of its own. */
function wayAttributes(family: IpFamily | undefined, way: Way): WayValues {
  const { gateway, realms, encapsulation } = way;
  const isOwn = gateway !== undefined && ipFamily(gateway) === family;
  return {
    [isOwn ? 'RTA_GATEWAY' : 'RTA_VIA']: gateway,
    RTA_FLOW: realms,
    ...encapsulationAttributes(encapsulation),
  };
}

function wayOf(known: WayValues): Omit<Way, 'flags'> {
  return given({
    gateway: known.RTA_GATEWAY ?? known.RTA_VIA,
    realms: known.RTA_FLOW,
    encapsulation: encapsulationOf(known),
  });
}

function decodeNextHop(view: DataView, start: number, size: number): NextHop | undefined {
  const inner = NEXT_HOP.decodeNested({
    view,
    start: start + NEXT_HOP_LENGTH,
    length: size - NEXT_HOP_LENGTH,
  });
  if (!inner.ok) return undefined;
  return {
    interfaceIndex: view.getUint32(start + 4, LITTLE_ENDIAN),
    weight: view.getUint8(start + 3) + 1,
    flags: view.getUint8(start + 2),
    ...wayOf(inner.value),
  };
}
