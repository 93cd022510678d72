import { ipFamily, type IpAddress, type IpFamily } from '@tandem/inet';
import type {
  ActualDestination,
  Destination,
  ForwardingMethod,
  ServiceKey,
  Tunnel,
} from '@tandem/ipvs';
import {
  AttributeTable,
  be16,
  nest,
  u16,
  u32,
  u8,
  type AttributeCodec,
  type AttributeValues,
  type Decoded,
  type MessageWriter,
} from '@tandem/netlink';
import { countersOf, stats32, stats64, type Figures } from './counters.ts';
import { addressBytes, addressField, addressOf, familyNumber, familyOf } from './family-address.ts';
import { encodeServiceKey } from './service.ts';

/** IP_VS_CONN_F_MASQ 0, LOCALNODE 1, TUNNEL 2, DROUTE 3. */
const FORWARDING: readonly ForwardingMethod[] = ['Masq', 'Local', 'Tunnel', 'Route'];

/** IP_VS_CONN_F_FWD_MASK: the flag word holds more than the method. */
const FORWARDING_MASK = 7;

/** IP_VS_CONN_F_TUNNEL_TYPE_IPIP 0, GUE 1, GRE 2 */
const TUNNEL_TYPES = ['ipip', 'gue', 'gre'] as const;

/** IP_VS_TUNNEL_ENCAP_FLAG_NOCSUM 0, CSUM 1, REMCSUM 2 */
const TUNNEL_CHECKSUMS = ['none', 'full', 'remote'] as const;

/** @see linux/ip_vs.h IPVS_DEST_ATTR_* */
const ROWS = {
  IPVS_DEST_ATTR_ADDR: [1, addressField],
  IPVS_DEST_ATTR_PORT: [2, be16],
  IPVS_DEST_ATTR_FWD_METHOD: [3, u32],
  IPVS_DEST_ATTR_WEIGHT: [4, u32],
  IPVS_DEST_ATTR_U_THRESH: [5, u32],
  IPVS_DEST_ATTR_L_THRESH: [6, u32],
  IPVS_DEST_ATTR_ACTIVE_CONNS: [7, u32],
  IPVS_DEST_ATTR_INACT_CONNS: [8, u32],
  IPVS_DEST_ATTR_PERSIST_CONNS: [9, u32],
  IPVS_DEST_ATTR_STATS: [10, stats32.counters],
  IPVS_DEST_ATTR_ADDR_FAMILY: [11, u16],
  IPVS_DEST_ATTR_STATS64: [12, stats64.counters],
  IPVS_DEST_ATTR_TUN_TYPE: [13, u8],
  IPVS_DEST_ATTR_TUN_PORT: [14, be16],
  IPVS_DEST_ATTR_TUN_FLAGS: [15, u16],
} as const;

type DestinationAttributes = AttributeValues<typeof ROWS>;

/** @see linux/ip_vs.h IPVS_CMD_ATTR_DEST */
const COMMAND = commandTable(ROWS);

const TABLES: Readonly<Record<Figures, typeof COMMAND>> = {
  counters: COMMAND,
  rates: commandTable({
    ...ROWS,
    IPVS_DEST_ATTR_STATS: [10, stats32.rates],
    IPVS_DEST_ATTR_STATS64: [12, stats64.rates],
  }),
};

function tableFor({ figures = 'counters' }: DestinationContext): typeof COMMAND {
  return TABLES[figures];
}

function commandTable(rows: typeof ROWS): AttributeTable<{
  readonly IPVS_CMD_ATTR_DEST: readonly [2, AttributeCodec<DestinationAttributes>];
}> {
  return new AttributeTable({ IPVS_CMD_ATTR_DEST: [2, nest(new AttributeTable(rows))] });
}

/** Address and port: which destination of a service is meant. */
export interface DestinationKey {
  readonly address: IpAddress;
  readonly port: number;
}

/** Writes which destination of which service is meant. */
export function encodeDestinationKey(
  writer: MessageWriter,
  key: ServiceKey,
  { address, port }: DestinationKey,
): void {
  encodeServiceKey(writer, key);
  COMMAND.encode(writer, {
    IPVS_CMD_ATTR_DEST: {
      IPVS_DEST_ATTR_ADDR: addressBytes(address),
      IPVS_DEST_ATTR_PORT: port,
      IPVS_DEST_ATTR_ADDR_FAMILY: familyNumber(ipFamily(address)),
    },
  });
}

/** Writes a whole destination, after the service that it belongs to. */
export function encodeDestination(
  writer: MessageWriter,
  key: ServiceKey,
  destination: Destination,
): void {
  const { tunnel } = destination;
  encodeServiceKey(writer, key);
  COMMAND.encode(writer, {
    IPVS_CMD_ATTR_DEST: {
      IPVS_DEST_ATTR_ADDR: addressBytes(destination.address),
      IPVS_DEST_ATTR_PORT: destination.port,
      IPVS_DEST_ATTR_FWD_METHOD: FORWARDING.indexOf(destination.forwarding),
      IPVS_DEST_ATTR_WEIGHT: destination.weight,
      IPVS_DEST_ATTR_U_THRESH: destination.upperThreshold,
      IPVS_DEST_ATTR_L_THRESH: destination.lowerThreshold,
      IPVS_DEST_ATTR_ADDR_FAMILY: familyNumber(ipFamily(destination.address)),
      // Older kernels do not know these, and need not hear of a plain tunnel.
      IPVS_DEST_ATTR_TUN_TYPE: tunnel && TUNNEL_TYPES.indexOf(tunnel.type),
      IPVS_DEST_ATTR_TUN_PORT: tunnel?.port,
      IPVS_DEST_ATTR_TUN_FLAGS: tunnel && TUNNEL_CHECKSUMS.indexOf(tunnel.checksum),
    },
  });
}

/** Where the answer's attributes start, and what was asked for. */
export interface DestinationContext {
  readonly from: number;
  /** Kernels before 3.18 do not say the destination's own family. */
  readonly serviceFamily: IpFamily;
  /** What its counters are read from. */
  readonly figures?: Figures;
}

/**
 * Reads an answer to IPVS_CMD_GET_DEST.
 * @param payload - what follows the message's header
 * @param context - what the answer itself does not say
 */
export function decodeDestination(
  payload: Uint8Array,
  context: DestinationContext,
): Decoded<ActualDestination> {
  const decoded = tableFor(context).decode(payload, context.from);
  if (!decoded.ok) return decoded;
  const attributes = decoded.value.known.IPVS_CMD_ATTR_DEST;
  const bytes = attributes?.IPVS_DEST_ATTR_ADDR;
  if (attributes === undefined || bytes === undefined) {
    return { ok: false, reason: 'missing-attribute' };
  }
  const family = familyOf(attributes.IPVS_DEST_ATTR_ADDR_FAMILY) ?? context.serviceFamily;
  const address = addressOf(bytes, family);
  const forwarding = FORWARDING[(attributes.IPVS_DEST_ATTR_FWD_METHOD ?? 0) & FORWARDING_MASK];
  if (address === undefined || forwarding === undefined) {
    return { ok: false, reason: 'bad-attribute' };
  }
  const tunnel = forwarding === 'Tunnel' ? tunnelOf(attributes) : undefined;
  const value: ActualDestination = {
    address,
    port: attributes.IPVS_DEST_ATTR_PORT ?? 0,
    forwarding,
    ...(tunnel !== undefined && { tunnel }),
    // The kernel counts weights as signed numbers.
    weight: (attributes.IPVS_DEST_ATTR_WEIGHT ?? 0) | 0,
    upperThreshold: attributes.IPVS_DEST_ATTR_U_THRESH ?? 0,
    lowerThreshold: attributes.IPVS_DEST_ATTR_L_THRESH ?? 0,
    ...connectionsOf(attributes),
  };
  return { ok: true, value };
}

function tunnelOf(attributes: DestinationAttributes): Tunnel | undefined {
  const type = TUNNEL_TYPES[attributes.IPVS_DEST_ATTR_TUN_TYPE ?? 0];
  if (type === undefined || type === 'ipip') return undefined;
  const checksum = TUNNEL_CHECKSUMS[attributes.IPVS_DEST_ATTR_TUN_FLAGS ?? 0] ?? 'none';
  return { type, port: attributes.IPVS_DEST_ATTR_TUN_PORT ?? 0, checksum };
}

type Connections = Omit<ActualDestination, keyof Destination>;

/** What the kernel counts, as opposed to what it was told. */
function connectionsOf(attributes: DestinationAttributes): Connections {
  return {
    activeConnections: attributes.IPVS_DEST_ATTR_ACTIVE_CONNS ?? 0,
    inactiveConnections: attributes.IPVS_DEST_ATTR_INACT_CONNS ?? 0,
    persistentConnections: attributes.IPVS_DEST_ATTR_PERSIST_CONNS ?? 0,
    counters: countersOf(attributes.IPVS_DEST_ATTR_STATS64 ?? attributes.IPVS_DEST_ATTR_STATS),
  };
}
