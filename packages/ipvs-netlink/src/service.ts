import { ipFamily, type IpFamily } from '@tandem/inet';
import type { ActualService, Service, ServiceKey } from '@tandem/ipvs';
import {
  AttributeTable,
  be16,
  nest,
  text,
  u16,
  u32,
  type AttributeCodec,
  type AttributeValues,
  type Decoded,
  MessageWriter,
} from '@tandem/netlink';
import { countersOf, stats32, stats64, type Figures } from './counters.ts';
import { addressBytes, addressField, addressOf, familyNumber, familyOf } from './family-address.ts';

/** What the kernel says of a service itself; its destinations are read apart. */
export type ServiceEntry = Omit<ActualService, 'destinations'>;

/** struct ip_vs_flags; only the bits of the mask are set. */
const flagsAndMask: AttributeCodec<number> = {
  encode: (writer, flags) => void writer.u32(flags).u32(0xffff_ffff),
  decode: (payload) => u32.decode(payload),
};

/** A mask for IPv4, in network order; the prefix length for IPv6, in the machine's. */
const netmask: AttributeCodec<{ readonly raw: number; readonly mask: number }> = {
  encode: (writer, { raw, mask }) => {
    if (mask === 0) writer.u32(raw);
    else writer.be16(mask >>> 16).be16(mask & 0xffff);
  },
  decode: (payload) => {
    const raw = u32.decode(payload);
    return raw === undefined ? undefined : { raw, mask: payload.view.getUint32(payload.start) };
  },
};

const ROWS = {
  IPVS_SVC_ATTR_AF: [1, u16],
  IPVS_SVC_ATTR_PROTOCOL: [2, u16],
  IPVS_SVC_ATTR_ADDR: [3, addressField],
  IPVS_SVC_ATTR_PORT: [4, be16],
  IPVS_SVC_ATTR_FWMARK: [5, u32],
  IPVS_SVC_ATTR_SCHED_NAME: [6, text],
  IPVS_SVC_ATTR_FLAGS: [7, flagsAndMask],
  IPVS_SVC_ATTR_TIMEOUT: [8, u32],
  IPVS_SVC_ATTR_NETMASK: [9, netmask],
  IPVS_SVC_ATTR_STATS: [10, stats32.counters],
  IPVS_SVC_ATTR_PE_NAME: [11, text],
  IPVS_SVC_ATTR_STATS64: [12, stats64.counters],
} as const;

/** @see linux/ip_vs.h IPVS_CMD_ATTR_SERVICE, IPVS_SVC_ATTR_* */
const COMMAND = commandTable(ROWS);

const TABLES: Readonly<Record<Figures, typeof COMMAND>> = {
  counters: COMMAND,
  rates: commandTable({
    ...ROWS,
    IPVS_SVC_ATTR_STATS: [10, stats32.rates],
    IPVS_SVC_ATTR_STATS64: [12, stats64.rates],
  }),
};

function commandTable(rows: typeof ROWS): AttributeTable<{
  readonly IPVS_CMD_ATTR_SERVICE: readonly [1, AttributeCodec<ServiceAttributes>];
}> {
  return new AttributeTable({ IPVS_CMD_ATTR_SERVICE: [1, nest(new AttributeTable(rows))] });
}

type ServiceAttributes = AttributeValues<typeof ROWS>;

/** What a key takes, more or less; where keys are written before they are copied. */
const KEY_BYTES = 64;
const KEY_WRITER = new MessageWriter(KEY_BYTES);

/** The kernel's own mark that a service is in its table. */
const IP_VS_SVC_F_HASHED = 2;

/** Of the service that was meant last: its destinations follow one another. */
let last: { readonly key: ServiceKey; readonly bytes: Uint8Array } | undefined;

/** Writes which service is meant. */
export function encodeServiceKey(writer: MessageWriter, key: ServiceKey): void {
  if (last?.key !== key) last = { key, bytes: keyBytes(key) };
  writer.bytes(last.bytes);
}

function keyBytes(key: ServiceKey): Uint8Array {
  KEY_WRITER.reset();
  COMMAND.encode(KEY_WRITER, { IPVS_CMD_ATTR_SERVICE: keyAttributes(key) });
  return KEY_WRITER.finish();
}

/** Writes a whole service. */
export function encodeService(writer: MessageWriter, service: Service): void {
  const family = familyOfKey(service.key);
  const bits = service.netmaskBits;
  COMMAND.encode(writer, {
    IPVS_CMD_ATTR_SERVICE: {
      ...keyAttributes(service.key),
      IPVS_SVC_ATTR_SCHED_NAME: service.scheduler,
      IPVS_SVC_ATTR_FLAGS: service.flags,
      IPVS_SVC_ATTR_TIMEOUT: service.timeoutSeconds,
      IPVS_SVC_ATTR_NETMASK: { raw: bits, mask: family === 4 ? maskOf(bits) : 0 },
      IPVS_SVC_ATTR_PE_NAME: service.persistenceEngine,
    },
  });
}

/**
 * Reads an answer to IPVS_CMD_GET_SERVICE.
 * @param payload - what follows the message's header
 * @param from - where the attributes start
 * @param figures - what its counters are read from
 */
export function decodeService(
  payload: Uint8Array,
  from: number,
  figures: Figures = 'counters',
): Decoded<ServiceEntry> {
  const decoded = TABLES[figures].decode(payload, from);
  if (!decoded.ok) return decoded;
  const attributes = decoded.value.known.IPVS_CMD_ATTR_SERVICE;
  const family = familyOf(attributes?.IPVS_SVC_ATTR_AF);
  if (attributes === undefined) return { ok: false, reason: 'missing-attribute' };
  if (family === undefined) return { ok: false, reason: 'other-family' };
  const key = keyOf(attributes, family);
  if (key === undefined) return { ok: false, reason: 'missing-attribute' };
  const engine = attributes.IPVS_SVC_ATTR_PE_NAME;
  const value: ServiceEntry = {
    key,
    scheduler: attributes.IPVS_SVC_ATTR_SCHED_NAME ?? 'none',
    flags: ((attributes.IPVS_SVC_ATTR_FLAGS ?? 0) & ~IP_VS_SVC_F_HASHED) >>> 0,
    timeoutSeconds: attributes.IPVS_SVC_ATTR_TIMEOUT ?? 0,
    netmaskBits: netmaskBits(attributes, family),
    ...(engine !== undefined && { persistenceEngine: engine }),
    counters: countersOf(attributes.IPVS_SVC_ATTR_STATS64 ?? attributes.IPVS_SVC_ATTR_STATS),
  };
  return { ok: true, value };
}

/** Family of the traffic that a service takes. */
export function familyOfKey(key: ServiceKey): IpFamily {
  return key.kind === 'fwmark' ? key.family : ipFamily(key.address);
}

function keyAttributes(key: ServiceKey): ServiceAttributes {
  const family = familyNumber(familyOfKey(key));
  if (key.kind === 'fwmark') return { IPVS_SVC_ATTR_AF: family, IPVS_SVC_ATTR_FWMARK: key.mark };
  return {
    IPVS_SVC_ATTR_AF: family,
    IPVS_SVC_ATTR_PROTOCOL: key.protocol,
    IPVS_SVC_ATTR_ADDR: addressBytes(key.address),
    IPVS_SVC_ATTR_PORT: key.port,
  };
}

function keyOf(attributes: ServiceAttributes, family: IpFamily): ServiceKey | undefined {
  const mark = attributes.IPVS_SVC_ATTR_FWMARK;
  if (mark !== undefined && mark !== 0) return { kind: 'fwmark', mark, family };
  const { IPVS_SVC_ATTR_ADDR: bytes, IPVS_SVC_ATTR_PROTOCOL: protocol } = attributes;
  const address = bytes && addressOf(bytes, family);
  if (address === undefined || protocol === undefined) return undefined;
  return { kind: 'address', protocol, address, port: attributes.IPVS_SVC_ATTR_PORT ?? 0 };
}

function maskOf(bits: number): number {
  return bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
}

function netmaskBits(attributes: ServiceAttributes, family: IpFamily): number {
  const value = attributes.IPVS_SVC_ATTR_NETMASK;
  if (family === 6) return value?.raw ?? 128;
  const mask = value?.mask ?? 0xffff_ffff;
  return Math.clz32(~mask);
}
