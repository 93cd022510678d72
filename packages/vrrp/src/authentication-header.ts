/** The IP authentication header before a version 2 advert, as keepalived writes and reads it. */
import type { IpAddress } from '@tandem/inet';
import { ByteWriter, ipBytes } from '@tandem/inet';
import { VRRP_PROTOCOL } from './advertisement.ts';
import { hmacMd5 } from './md5.ts';

/** IP protocol number of the authentication header. */
export const AH_PROTOCOL = 51;
/** Octets of the header with its integrity value. */
export const AH_LENGTH = 24;

const IP_LENGTH = 20;
const SEQUENCE_OFFSET = IP_LENGTH + 8;
const ICV_OFFSET = IP_LENGTH + 12;
const ICV_LENGTH = 12;
/** In words of four octets, less two. */
const PAYLOAD_LENGTH = AH_LENGTH / 4 - 2;

/**
 * @param source - of the packet, which is the security parameters index
 * @returns a header without sequence number and integrity value
 * @see RFC 4302 §2
 */
export function encodeAuthenticationHeader(source: IpAddress): Uint8Array {
  return new ByteWriter(AH_LENGTH)
    .u8(VRRP_PROTOCOL)
    .u8(PAYLOAD_LENGTH)
    .u16(0)
    .bytes(ipBytes(source))
    .bytes(new Uint8Array(4 + ICV_LENGTH))
    .finish();
}

/**
 * @param header - what follows an IPv4 header that says AH
 * @returns whether it is one before a VRRP packet
 */
export function isAuthenticationHeader(header: Uint8Array): boolean {
  const [next, length] = header;
  return header.length >= AH_LENGTH && next === VRRP_PROTOCOL && length === PAYLOAD_LENGTH;
}

/**
 * Writes sequence number and integrity value into a packet.
 * @param packet - IPv4 header without options, authentication header, advert
 * @param sequence - 0–4294967295, ever growing
 * @param key - the password
 */
export function sealPacket(packet: Uint8Array, sequence: number, key: Uint8Array): void {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  view.setUint32(SEQUENCE_OFFSET, sequence);
  packet.set(integrityValue(packet, key), ICV_OFFSET);
}

/**
 * @param packet - as `sealPacket` takes it, and as it was received
 * @returns whether somebody with the same password has sealed it
 */
export function isSealRight(packet: Uint8Array, key: Uint8Array): boolean {
  const expected = integrityValue(packet, key);
  return expected.every((octet, i) => octet === packet[ICV_OFFSET + i]);
}

/** What may change under way counts as zero; the TTL of a multicast packet must not. */
function integrityValue(packet: Uint8Array, key: Uint8Array): Uint8Array {
  const [TOS, FLAGS, TTL, CHECKSUM, DESTINATION] = [1, 6, 8, 10, 16];
  const immutable = packet.slice();
  const isMulticast = (packet[DESTINATION] ?? 0) >> 4 === 0xe;
  for (const offset of [TOS, FLAGS, FLAGS + 1, CHECKSUM, CHECKSUM + 1]) immutable[offset] = 0;
  if (!isMulticast) immutable[TTL] = 0;
  immutable.fill(0, ICV_OFFSET, ICV_OFFSET + ICV_LENGTH);
  return hmacMd5(key, immutable).subarray(0, ICV_LENGTH);
}
