/**
 * The advertisement's bytes, versions 2 and 3, without the IP header. Decides what is a well
 * formed packet; whether it suits an instance is decided in receive-check.ts.
 */
import type { IpAddress, IpFamily } from '@tandem/inet';
import { ByteWriter, internetChecksum, ipBytes, ipFamily, ipFromBytes } from '@tandem/inet';
import type { Duration } from '@tandem/time';
import { centiseconds, inCentiseconds, inSeconds, seconds } from '@tandem/time';

/** IP protocol number of VRRP. */
export const VRRP_PROTOCOL = 112;

/** Octets of authentication data that end every version 2 packet over IPv4. */
export const AUTHENTICATION_LENGTH = 8;

const HEADER_LENGTH = 8;
const TYPE_ADVERTISEMENT = 1;
const CHECKSUM_OFFSET = 6;

/** Who speaks to whom: part of the checksum in version 3 and over IPv6. */
export interface PacketPath {
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

interface AdvertisementFields {
  /** 1–255 */
  readonly virtualRouterId: number;
  /** 0–255; 0 means that the sender stops being master. */
  readonly priority: number;
  readonly family: IpFamily;
  /** In packet order, at most 255, all of one family. */
  readonly addresses: readonly IpAddress[];
}

/** @see RFC 3768 §5.1 */
export interface AdvertisementV2 extends AdvertisementFields {
  readonly version: 2;
  /** Whole seconds, 0–255. */
  readonly advertisementInterval: Duration;
  /** 0 none, 1 PASS, 2 AH; others are received only. */
  readonly authenticationType: number;
  /** 8 octets; empty over IPv6. */
  readonly authenticationData: Uint8Array;
}

/** @see RFC 9568 §5.1 */
export interface AdvertisementV3 extends AdvertisementFields {
  readonly version: 3;
  /** Whole hundredths of a second, 0–4095. */
  readonly advertisementInterval: Duration;
}

/** One VRRP packet of type 1. */
export type Advertisement = AdvertisementV2 | AdvertisementV3;

/** Why bytes are no advertisement. */
export type AdvertisementReason =
  | 'too-short'
  | 'unknown-version'
  | 'unknown-type'
  | 'wrong-length'
  | 'bad-checksum';

/** The fixed part of a packet as it stands, nothing judged. */
export interface AdvertisementHeader {
  readonly version: number;
  readonly type: number;
  readonly virtualRouterId: number;
  readonly priority: number;
  readonly addressCount: number;
  /** Octets 4 and 5: type of authentication and seconds, or the version 3 interval. */
  readonly authenticationType: number;
  readonly intervalSeconds: number;
  readonly intervalCentiseconds: number;
}

/**
 * @param body - a VRRP packet without its IP header
 * @returns its fixed part, or undefined when it is shorter than that
 */
export function readAdvertisementHeader(body: Uint8Array): AdvertisementHeader | undefined {
  if (body.length < HEADER_LENGTH) return undefined;
  const [first = 0, virtualRouterId = 0, priority = 0, addressCount = 0, fourth = 0, fifth = 0] =
    body;
  return {
    version: first >> 4,
    type: first & 0xf,
    virtualRouterId,
    priority,
    addressCount,
    authenticationType: fourth,
    intervalSeconds: fifth,
    intervalCentiseconds: ((fourth & 0xf) << 8) | fifth,
  };
}

/**
 * @param header - fixed part of the packet
 * @param family - of the IP packet around it
 * @returns octets that such a packet has
 */
export function advertisementLength(header: AdvertisementHeader, family: IpFamily): number {
  const authentication = header.version === 2 && family === 4 ? AUTHENTICATION_LENGTH : 0;
  return HEADER_LENGTH + header.addressCount * (family === 4 ? 4 : 16) + authentication;
}

/**
 * @param body - a VRRP packet without its IP header
 * @param path - of the IP packet around it; undefined: not part of the checksum
 * @returns whether the checksum is right
 */
export function isChecksumRight(body: Uint8Array, path: PacketPath | undefined): boolean {
  const version = (body[0] ?? 0) >> 4;
  const pseudoHeader = pseudoHeaderFor(version, path, body.length);
  return internetChecksum(...(pseudoHeader === undefined ? [body] : [pseudoHeader, body])) === 0;
}

/**
 * @param body - a VRRP packet of right length
 * @param header - its fixed part
 * @param family - of the addresses
 * @returns the addresses in packet order
 */
export function readAddresses(
  body: Uint8Array,
  header: AdvertisementHeader,
  family: IpFamily,
): IpAddress[] {
  const size = family === 4 ? 4 : 16;
  return Array.from({ length: header.addressCount }, (_, i) => {
    const start = HEADER_LENGTH + i * size;
    return ipFromBytes(body.subarray(start, start + size));
  });
}

/**
 * @param advertisement - what to say
 * @param path - for the checksum of version 3 and of IPv6; undefined: not part of it
 * @param trailer - octets to leave after it, zero
 * @returns the packet without its IP header
 * @see RFC 3768 §5.3, RFC 9568 §5.2
 */
export function encodeAdvertisement(
  advertisement: Advertisement,
  path: PacketPath | undefined,
  trailer = 0,
): Uint8Array {
  const size = advertisement.family === 4 ? 4 : 16;
  const authentication =
    advertisement.version === 2 ? advertisement.authenticationData : new Uint8Array(0);
  const count = advertisement.addresses.length;
  const writer = new ByteWriter(HEADER_LENGTH + count * size + authentication.length + trailer)
    .u8((advertisement.version << 4) | TYPE_ADVERTISEMENT)
    .u8(advertisement.virtualRouterId)
    .u8(advertisement.priority)
    .u8(count);
  if (advertisement.version === 2) {
    const interval = Math.round(inSeconds(advertisement.advertisementInterval));
    writer.u8(advertisement.authenticationType).u8(interval);
  } else {
    writer.u16(Math.round(inCentiseconds(advertisement.advertisementInterval)) & 0xfff);
  }
  writer.u16(0);
  for (const address of advertisement.addresses) writer.bytes(ipBytes(address));
  const bytes = writer.bytes(authentication).finish();
  writeChecksum(bytes, path);
  return bytes;
}

/**
 * @param packet - without its IP header; gets a new checksum
 * @param path - for the checksum of version 3 and of IPv6; undefined: not part of it
 */
export function writeChecksum(packet: Uint8Array, path: PacketPath | undefined): void {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  view.setUint16(CHECKSUM_OFFSET, 0);
  const pseudoHeader = pseudoHeaderFor((packet[0] ?? 0) >> 4, path, packet.length);
  const parts = pseudoHeader === undefined ? [packet] : [pseudoHeader, packet];
  view.setUint16(CHECKSUM_OFFSET, internetChecksum(...parts));
}

/**
 * @param body - received bytes, without the IP header
 * @param path - of the IP packet around it
 * @returns the advertisement, or why it is none; never throws
 */
export function decodeAdvertisement(
  body: Uint8Array,
  path: PacketPath,
): { ok: true; value: Advertisement } | { ok: false; reason: AdvertisementReason } {
  const header = readAdvertisementHeader(body);
  if (header === undefined) return { ok: false, reason: 'too-short' };
  if (header.version !== 2 && header.version !== 3) return { ok: false, reason: 'unknown-version' };
  if (header.type !== TYPE_ADVERTISEMENT) return { ok: false, reason: 'unknown-type' };
  const family = ipFamily(path.source);
  if (body.length !== advertisementLength(header, family))
    return { ok: false, reason: 'wrong-length' };
  if (!isChecksumRight(body, path)) return { ok: false, reason: 'bad-checksum' };
  const fields = {
    virtualRouterId: header.virtualRouterId,
    priority: header.priority,
    family,
    addresses: readAddresses(body, header, family),
  };
  if (header.version === 3) {
    const advertisementInterval = centiseconds(header.intervalCentiseconds);
    return { ok: true, value: { ...fields, version: 3, advertisementInterval } };
  }
  const authenticationData = body.slice(family === 4 ? -AUTHENTICATION_LENGTH : body.length);
  return {
    ok: true,
    value: {
      ...fields,
      version: 2,
      advertisementInterval: seconds(header.intervalSeconds),
      authenticationType: header.authenticationType,
      authenticationData,
    },
  };
}

/** What the checksum covers besides the packet, if anything. */
function pseudoHeaderFor(
  version: number,
  path: PacketPath | undefined,
  length: number,
): Uint8Array | undefined {
  if (path === undefined) return undefined;
  const family = ipFamily(path.source);
  if (version !== 3 && family === 4) return undefined;
  const source = ipBytes(path.source);
  const writer = new ByteWriter(source.length * 2 + (family === 4 ? 4 : 8))
    .bytes(source)
    .bytes(ipBytes(path.destination));
  if (family === 4) return writer.u8(0).u8(VRRP_PROTOCOL).u16(length).finish();
  return writer.u32(length).u32(VRRP_PROTOCOL).finish();
}
