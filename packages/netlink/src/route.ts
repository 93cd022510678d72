import {
  ipBytes,
  ipFamily,
  ipFromBytes,
  type IpAddress,
  type IpFamily,
  type Prefix,
} from '@tandem/inet';
import { ip, u32, type AttributeCodec } from './attribute-codec.ts';
import { AttributeTable } from './attribute-table.ts';
import { LITTLE_ENDIAN } from './byte-order.ts';
import type { Decoded } from './decoded.ts';
import { anyAddress, familyNumber, familyOf } from './family.ts';
import type { MessageWriter } from './message-writer.ts';

/** One of several ways of a multipath route. */
interface NextHop {
  /** 0 leaves the choice to the kernel. */
  readonly interfaceIndex: number;
  readonly gateway?: IpAddress;
  /** 1–256, relative to the others. */
  readonly weight: number;
  /** RTNH_F_*. */
  readonly flags: number;
}

/** An entry of a routing table. */
export interface Route {
  readonly family: IpFamily;
  /** The default route has 0.0.0.0/0 or ::/0. */
  readonly destination: Prefix;
  /** RT_TABLE_*: 254 main, 255 local, 253 default. */
  readonly table: number;
  /** Who made it, RTPROT_*: 2 the kernel, 3 boot, 4 static, 18 keepalived. */
  readonly protocol: number;
  /** RT_SCOPE_*: 0 global, 253 link, 254 host. */
  readonly scope: number;
  /** RTN_*: 1 unicast, 2 local, 3 broadcast, 6 blackhole, 7 unreachable, 8 prohibit. */
  readonly type: number;
  /** RTNH_F_* and RTM_F_*: 1 dead, 4 on-link, 0x10 link down. */
  readonly flags: number;
  readonly interfaceIndex?: number;
  /** Of the same family, or IPv6 for an IPv4 route. */
  readonly gateway?: IpAddress;
  /** Smaller is better; the kernel's default is 0 for IPv4, 1024 for IPv6. */
  readonly metric?: number;
  readonly preferredSource?: IpAddress;
  /** Only for packets from here. */
  readonly source?: Prefix;
  /** Type of service, 0 for any. */
  readonly tos: number;
  /** Instead of `interfaceIndex` and `gateway`. */
  readonly nextHops?: readonly NextHop[];
}

/** struct rtmsg: family, destination and source length, tos, table, protocol, scope, type, flags. */
const FIXED_LENGTH = 12;

/** struct rtnexthop: length, flags, weight - 1, interface. */
const NEXT_HOP_LENGTH = 8;

/** RT_TABLE_COMPAT: the number does not fit a byte, RTA_TABLE has it. */
const TABLE_ELSEWHERE = 252;

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

const NEXT_HOP = new AttributeTable({ RTA_GATEWAY: [5, ip], RTA_VIA: [18, via] });

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
      NEXT_HOP.encode(writer, gatewayAttributes(family, hop.gateway));
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
  RTA_GATEWAY: [5, ip],
  RTA_PRIORITY: [6, u32],
  RTA_PREFSRC: [7, ip],
  RTA_MULTIPATH: [9, multipath],
  RTA_TABLE: [15, u32],
  RTA_VIA: [18, via],
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
    ...gatewayAttributes(route.family, route.gateway),
    RTA_DST: route.destination.length === 0 ? undefined : route.destination.address,
    RTA_SRC: route.source?.address,
    RTA_OIF: route.interfaceIndex,
    RTA_PRIORITY: route.metric,
    RTA_PREFSRC: route.preferredSource,
    RTA_MULTIPATH: route.nextHops && { family: route.family, hops: route.nextHops },
    RTA_TABLE: route.table,
  });
}

/**
 * Reads RTM_NEWROUTE and RTM_DELROUTE.
 * @param payload - what follows the message's header
 */
export function decodeRoute(payload: Uint8Array): Decoded<Route> {
  const decoded = ROUTE.decode(payload, FIXED_LENGTH);
  if (!decoded.ok) return decoded;
  const family = familyOf(payload[0]);
  if (family === undefined) return { ok: false, reason: 'other-family' };
  const { known } = decoded.value;
  const view = new DataView(payload.buffer, payload.byteOffset, FIXED_LENGTH);
  const gateway = known.RTA_GATEWAY ?? known.RTA_VIA;
  const address = known.RTA_DST ?? anyAddress(family);
  const value: Route = {
    family,
    destination: { address, length: view.getUint8(1) },
    table: known.RTA_TABLE ?? view.getUint8(4),
    protocol: view.getUint8(5),
    scope: view.getUint8(6),
    type: view.getUint8(7),
    flags: view.getUint32(8, LITTLE_ENDIAN),
    tos: view.getUint8(3),
    ...(known.RTA_OIF !== undefined && { interfaceIndex: known.RTA_OIF }),
    ...(gateway !== undefined && { gateway }),
    ...(known.RTA_PRIORITY !== undefined && { metric: known.RTA_PRIORITY }),
    ...(known.RTA_PREFSRC !== undefined && { preferredSource: known.RTA_PREFSRC }),
    ...(known.RTA_SRC !== undefined && {
      source: { address: known.RTA_SRC, length: view.getUint8(2) },
    }),
    ...(known.RTA_MULTIPATH !== undefined && { nextHops: known.RTA_MULTIPATH.hops }),
  };
  return { ok: true, value };
}

/** A gateway of the other family has an attribute of its own. */
function gatewayAttributes(
  family: IpFamily | undefined,
  gateway: IpAddress | undefined,
): { RTA_GATEWAY?: IpAddress; RTA_VIA?: IpAddress } {
  if (gateway === undefined) return {};
  return ipFamily(gateway) === family ? { RTA_GATEWAY: gateway } : { RTA_VIA: gateway };
}

function decodeNextHop(view: DataView, start: number, size: number): NextHop | undefined {
  const inner = NEXT_HOP.decodeNested({
    view,
    start: start + NEXT_HOP_LENGTH,
    length: size - NEXT_HOP_LENGTH,
  });
  if (!inner.ok) return undefined;
  const gateway = inner.value.RTA_GATEWAY ?? inner.value.RTA_VIA;
  return {
    interfaceIndex: view.getUint32(start + 4, LITTLE_ENDIAN),
    weight: view.getUint8(start + 3) + 1,
    flags: view.getUint8(start + 2),
    ...(gateway !== undefined && { gateway }),
  };
}
