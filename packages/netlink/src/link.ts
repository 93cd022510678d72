import { bytes, text, u16, u32, u8 } from './attribute-codec.ts';
import { AttributeTable, nest, type UnknownAttribute } from './attribute-table.ts';
import { LITTLE_ENDIAN } from './byte-order.ts';
import { AF_UNSPEC } from './constants.ts';
import type { Decoded } from './decoded.ts';
import type { MessageWriter } from './message-writer.ts';

/** A network interface. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** IFF_*. */
  readonly flags: number;
  /** IFF_UP: set by the administrator. */
  readonly up: boolean;
  /** IFF_RUNNING: up, and the link works as far as the kernel knows. */
  readonly running: boolean;
  /** IF_OPER_*: 2 down, 3 lower layer down, 5 dormant, 6 up, 0 unknown. */
  readonly operationalState: number;
  readonly mtu: number;
  /** ARPHRD_*: 1 Ethernet, 772 loopback. */
  readonly type: number;
  /** Empty where the type has none. */
  readonly hardwareAddress: Uint8Array;
  /** The hardware's broadcast address; empty where the type has none. */
  readonly hardwareBroadcast: Uint8Array;
  /** Driver, such as `macvlan`; physical interfaces have none. */
  readonly kind?: string;
  /** Of an ipvlan: whether those on one interface hear each other, and by way of whom. */
  readonly ipvlanMode?: NewLink['mode'];
  /** Of a VRF: the routing table of what is in it. */
  readonly vrfTable?: number;
  /** The bridge, bond or VRF that it belongs to. */
  readonly masterIndex?: number;
  /** The interface below, such as a macvlan's; may lie in another namespace. */
  readonly parentIndex?: number;
  /** Which namespace `parentIndex` counts in, where it is not this one. */
  readonly parentNamespaceId?: number;
  /** What newer kernels say besides. */
  readonly unknown: readonly UnknownAttribute[];
}

/** What to change of a link; what is left out stays. */
export interface LinkChange {
  readonly index: number;
  readonly up?: boolean;
  readonly name?: string;
  readonly mtu?: number;
  readonly hardwareAddress?: Uint8Array;
  /** 0 takes it out of its bridge, bond or VRF. */
  readonly masterIndex?: number;
}

/** An interface on top of another one. */
export interface NewLink {
  readonly name: string;
  /** The interface below. */
  readonly parentIndex: number;
  readonly kind: 'macvlan' | 'ipvlan';
  /** Whether interfaces of one parent hear each other, and by way of whom. */
  readonly mode: 'private' | 'vepa' | 'bridge';
  /** Of a macvlan; absent: one that the kernel makes up. */
  readonly hardwareAddress?: Uint8Array;
}

const IFF_UP = 0x1;
const IFF_RUNNING = 0x40;

/** struct ifinfomsg: family, pad, type, index, flags, change. */
const FIXED_LENGTH = 16;

/** @see linux/if_link.h IFLA_INFO_*; what the data are depends on the kind */
const LINK_INFO = new AttributeTable({ IFLA_INFO_KIND: [1, text], IFLA_INFO_DATA: [2, bytes] });

/** @see linux/if_link.h IFLA_* */
const LINK = new AttributeTable({
  IFLA_ADDRESS: [1, bytes],
  IFLA_BROADCAST: [2, bytes],
  IFLA_IFNAME: [3, text],
  IFLA_MTU: [4, u32],
  IFLA_LINK: [5, u32],
  IFLA_MASTER: [10, u32],
  IFLA_OPERSTATE: [16, u8],
  IFLA_LINKINFO: [18, nest(LINK_INFO)],
  IFLA_LINK_NETNSID: [37, u32],
});

const NEW_LINK = {
  IFLA_ADDRESS: [1, bytes],
  IFLA_IFNAME: [3, text],
  IFLA_LINK: [5, u32],
} as const;

/** @see linux/if_link.h IFLA_MACVLAN_*, enum macvlan_mode */
const MACVLAN = new AttributeTable({ IFLA_MACVLAN_MODE: [1, u32] });
const MACVLAN_MODES = { private: 1, vepa: 2, bridge: 4 };
const NEW_MACVLAN = new AttributeTable({
  ...NEW_LINK,
  IFLA_LINKINFO: [
    18,
    nest(new AttributeTable({ IFLA_INFO_KIND: [1, text], IFLA_INFO_DATA: [2, nest(MACVLAN)] })),
  ],
});

/** @see linux/if_link.h IFLA_IPVLAN_*, enum ipvlan_mode, IPVLAN_F_* */
const IPVLAN = new AttributeTable({ IFLA_IPVLAN_MODE: [1, u16], IFLA_IPVLAN_FLAGS: [2, u16] });
const IPVLAN_MODE_L2 = 0;
const IPVLAN_FLAGS = { bridge: 0, private: 1, vepa: 2 };
const IPVLAN_MODES = ['bridge', 'private', 'vepa'] as const;
const NEW_IPVLAN = new AttributeTable({
  ...NEW_LINK,
  IFLA_LINKINFO: [
    18,
    nest(new AttributeTable({ IFLA_INFO_KIND: [1, text], IFLA_INFO_DATA: [2, nest(IPVLAN)] })),
  ],
});

/** @see linux/if_link.h IFLA_VRF_* */
const VRF = new AttributeTable({ IFLA_VRF_TABLE: [1, u32] });

const EMPTY = new Uint8Array(0);

/** What is read of IFLA_INFO_DATA, by the kind of the link. */
const DETAILS = new Map<string, (data?: Uint8Array) => Partial<Link>>([
  ['ipvlan', ipvlanModeOf],
  ['vrf', vrfTableOf],
]);

/** Writes the request for all links. */
export function encodeLinkQuery(writer: MessageWriter): void {
  writer.zeros(FIXED_LENGTH);
}

/**
 * Writes what follows the header of RTM_NEWLINK.
 * @see linux/rtnetlink.h struct ifinfomsg
 */
export function encodeLinkChange(writer: MessageWriter, change: LinkChange): void {
  writer.u8(AF_UNSPEC).zeros(3).u32(change.index);
  writer.u32(change.up === true ? IFF_UP : 0).u32(change.up === undefined ? 0 : IFF_UP);
  LINK.encode(writer, {
    IFLA_ADDRESS: change.hardwareAddress,
    IFLA_IFNAME: change.name,
    IFLA_MTU: change.mtu,
    IFLA_MASTER: change.masterIndex,
  });
}

/** Writes what follows the header of RTM_NEWLINK for a link that is not there yet. */
export function encodeNewLink(writer: MessageWriter, link: NewLink): void {
  writer.zeros(FIXED_LENGTH);
  const { kind: IFLA_INFO_KIND, mode } = link;
  const common = {
    IFLA_ADDRESS: link.hardwareAddress,
    IFLA_IFNAME: link.name,
    IFLA_LINK: link.parentIndex,
  };
  if (IFLA_INFO_KIND === 'macvlan') {
    const IFLA_INFO_DATA = { IFLA_MACVLAN_MODE: MACVLAN_MODES[mode] };
    NEW_MACVLAN.encode(writer, { ...common, IFLA_LINKINFO: { IFLA_INFO_KIND, IFLA_INFO_DATA } });
  } else {
    const IFLA_INFO_DATA = {
      IFLA_IPVLAN_MODE: IPVLAN_MODE_L2,
      IFLA_IPVLAN_FLAGS: IPVLAN_FLAGS[mode],
    };
    NEW_IPVLAN.encode(writer, { ...common, IFLA_LINKINFO: { IFLA_INFO_KIND, IFLA_INFO_DATA } });
  }
}

/** Writes what follows the header of RTM_DELLINK. */
export function encodeLinkKey(writer: MessageWriter, index: number): void {
  writer.zeros(4).u32(index).zeros(8);
}

/**
 * Reads RTM_NEWLINK and RTM_DELLINK.
 * @param payload - what follows the message's header
 * @returns the link; `other-family` for messages about bridge ports, which speak of links too
 */
export function decodeLink(payload: Uint8Array): Decoded<Link> {
  const decoded = LINK.decode(payload, FIXED_LENGTH);
  if (!decoded.ok) return decoded;
  if (payload[0] !== AF_UNSPEC) return { ok: false, reason: 'other-family' };
  const { known, unknown } = decoded.value;
  if (known.IFLA_IFNAME === undefined) return { ok: false, reason: 'missing-attribute' };
  const view = new DataView(payload.buffer, payload.byteOffset, FIXED_LENGTH);
  const flags = view.getUint32(8, LITTLE_ENDIAN);
  const kind = known.IFLA_LINKINFO?.IFLA_INFO_KIND;
  const value: Link = {
    index: view.getUint32(4, LITTLE_ENDIAN),
    name: known.IFLA_IFNAME,
    flags,
    up: (flags & IFF_UP) !== 0,
    running: (flags & IFF_RUNNING) !== 0,
    operationalState: known.IFLA_OPERSTATE ?? 0,
    mtu: known.IFLA_MTU ?? 0,
    type: view.getUint16(2, LITTLE_ENDIAN),
    hardwareAddress: known.IFLA_ADDRESS ?? EMPTY,
    hardwareBroadcast: known.IFLA_BROADCAST ?? EMPTY,
    ...(kind !== undefined && {
      kind,
      ...DETAILS.get(kind)?.(known.IFLA_LINKINFO?.IFLA_INFO_DATA),
    }),
    ...(known.IFLA_MASTER !== undefined && { masterIndex: known.IFLA_MASTER }),
    ...(known.IFLA_LINK !== undefined && { parentIndex: known.IFLA_LINK }),
    ...(known.IFLA_LINK_NETNSID !== undefined && { parentNamespaceId: known.IFLA_LINK_NETNSID }),
    unknown,
  };
  return { ok: true, value };
}

function ipvlanModeOf(data: Uint8Array = EMPTY): Pick<Link, 'ipvlanMode'> {
  const decoded = IPVLAN.decode(data, 0);
  const flags = decoded.ok ? (decoded.value.known.IFLA_IPVLAN_FLAGS ?? 0) : undefined;
  const ipvlanMode = flags === undefined ? undefined : IPVLAN_MODES[flags];
  return ipvlanMode === undefined ? {} : { ipvlanMode };
}

function vrfTableOf(data: Uint8Array = EMPTY): Pick<Link, 'vrfTable'> {
  const decoded = VRF.decode(data, 0);
  const vrfTable = decoded.ok ? decoded.value.known.IFLA_VRF_TABLE : undefined;
  return vrfTable === undefined ? {} : { vrfTable };
}
