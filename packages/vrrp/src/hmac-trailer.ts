/**
 * What auth_hmac puts after an advert: who signed it, when, and a keyed hash of it all. Public
 * documents of keepalived 2.4.2 name the parts, their sizes and what is hashed, not the order of
 * the octets; that order is our own (docs/decisions.md).
 * @see draft-cassen-vrrp-auth-hmac
 */
import { ByteWriter, ipBytes, ipFamily, type IpAddress } from '@tandem/inet';
import { hmacSha256 } from './sha256.ts';

/** Octets of the trailer. */
export const TRAILER_LENGTH = 28;

const FORMAT = 1;
const FORMAT_AT = -28;
const KEY_AT = -27;
const RESERVED_AT = -26;
const STAMP_AT = -24;
const HASH_AT = -16;
const CHECKSUM_AT = 6;

/** What a trailer says beside its hash. */
export interface TrailerHead {
  /** 1–255 */
  readonly keyId: number;
  /** When it was signed; see stamp.ts. */
  readonly stamp: bigint;
}

/**
 * Writes the trailer of an advert, all but the checksum of the advert, which covers it too.
 * @param packet - the advert and the octets of its trailer; its checksum counts as zero
 * @param source - of the IP packet
 * @param signature - which key, its 32–64 octets, and when
 */
export function signAdvert(
  packet: Uint8Array,
  source: IpAddress,
  { keyId, stamp, key }: TrailerHead & { readonly key: Uint8Array },
): void {
  const at = (offset: number): number => packet.length + offset;
  packet.fill(0, at(FORMAT_AT));
  packet[at(FORMAT_AT)] = FORMAT;
  packet[at(KEY_AT)] = keyId;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  view.setBigUint64(at(STAMP_AT), stamp);
  packet.set(hashOf(packet, source, key), at(HASH_AT));
}

/**
 * @param packet - as received, of the length of an advert with a trailer
 * @returns what its trailer says; undefined when that is no trailer of the kind known here
 */
export function readTrailer(packet: Uint8Array): TrailerHead | undefined {
  const at = (offset: number): number => packet.length + offset;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const keyId = view.getUint8(at(KEY_AT));
  const isKnown = view.getUint8(at(FORMAT_AT)) === FORMAT && view.getUint16(at(RESERVED_AT)) === 0;
  return isKnown && keyId !== 0 ? { keyId, stamp: view.getBigUint64(at(STAMP_AT)) } : undefined;
}

/**
 * @param packet - as `readTrailer` takes it
 * @param source - of the IP packet
 * @param key - 32–64 octets
 * @returns whether somebody with the same key has signed it; how long that takes tells nothing
 */
export function isSignatureRight(packet: Uint8Array, source: IpAddress, key: Uint8Array): boolean {
  const received = packet.subarray(HASH_AT);
  let difference = 0;
  for (const [i, octet] of hashOf(packet, source, key).entries()) {
    difference |= octet ^ (received[i] ?? 0);
  }
  return difference === 0;
}

/** Checksum and hash count as zero: the kernel writes the checksum of IPv6 after we signed. */
function hashOf(packet: Uint8Array, source: IpAddress, key: Uint8Array): Uint8Array {
  const hashed = packet.slice();
  hashed.fill(0, CHECKSUM_AT, CHECKSUM_AT + 2).fill(0, HASH_AT);
  const pseudoHeader = pseudoHeaderOf(packet, source);
  const data = new ByteWriter(pseudoHeader.length + hashed.length)
    .bytes(pseudoHeader)
    .bytes(hashed)
    .finish();
  return hmacSha256(key, data).subarray(0, -HASH_AT);
}

/** Who speaks for what: a trailer is worth nothing beside another advert, or from somebody else. */
function pseudoHeaderOf(packet: Uint8Array, source: IpAddress): Uint8Array {
  const [first = 0, virtualRouterId = 0] = packet;
  const address = ipBytes(source);
  return new ByteWriter(4 + address.length)
    .u8(ipFamily(source))
    .u8(first >> 4)
    .u8(virtualRouterId)
    .u8(0)
    .bytes(address)
    .finish();
}
