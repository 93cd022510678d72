/** The IPv4 header around an advertisement: raw sockets deliver it, and ours is sent with one. */
import type { IpAddress } from '@tandem/inet';
import { ByteWriter, internetChecksum, ipBytes, ipFromBytes } from '@tandem/inet';
import type { PacketPath } from './advertisement.ts';
import { VRRP_PROTOCOL } from './advertisement.ts';
import { AH_LENGTH, AH_PROTOCOL, isAuthenticationHeader } from './authentication-header.ts';

/** Offset of the identification field, which changes with each packet. */
export const IPV4_IDENTIFICATION_OFFSET = 4;

const HEADER_LENGTH = 20;

/** A VRRP packet as received, the IP header taken off. */
export interface ReceivedPacket {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** Time to live, or hop limit. */
  readonly ttl: number;
  readonly body: Uint8Array;
  /** Wall clock, in milliseconds since 1970; without it nothing that is signed counts as fresh. */
  readonly receivedAt?: number;
  /** The whole IP packet, where it came with an authentication header. */
  readonly sealed?: Uint8Array;
}

/** Why bytes are no VRRP packet in IPv4. */
export type Ipv4Reason = 'too-short' | 'not-ipv4' | 'wrong-length' | 'fragment' | 'not-vrrp';

/**
 * @param bytes - as a raw IPv4 socket delivers them
 * @returns the packet, its body a view of the bytes; or why it is none; never throws
 * @see RFC 791 §3.1
 */
export function decodeIpv4Packet(
  bytes: Uint8Array,
): { ok: true; value: ReceivedPacket } | { ok: false; reason: Ipv4Reason } {
  if (bytes.length < HEADER_LENGTH) return { ok: false, reason: 'too-short' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  if (first >> 4 !== 4) return { ok: false, reason: 'not-ipv4' };
  const headerLength = (first & 0xf) * 4;
  const totalLength = view.getUint16(2);
  if (headerLength < HEADER_LENGTH || totalLength < headerLength || totalLength > bytes.length) {
    return { ok: false, reason: 'wrong-length' };
  }
  if ((view.getUint16(6) & 0x3fff) !== 0) return { ok: false, reason: 'fragment' };
  const payload = bytes.subarray(headerLength, totalLength);
  const protocol = view.getUint8(9);
  const fields = {
    ttl: view.getUint8(8),
    source: ipFromBytes(bytes.subarray(12, 16)),
    destination: ipFromBytes(bytes.subarray(16, 20)),
  };
  if (protocol === VRRP_PROTOCOL) return { ok: true, value: { ...fields, body: payload } };
  if (protocol !== AH_PROTOCOL || !isAuthenticationHeader(payload))
    return { ok: false, reason: 'not-vrrp' };
  const sealed = bytes.subarray(0, totalLength);
  return { ok: true, value: { ...fields, body: payload.subarray(AH_LENGTH), sealed } };
}

/** DSCP CS6, network control. */
const TRAFFIC_CLASS = 0xc0;
/** What must not pass a router. */
const TTL = 255;

/**
 * @param path - addresses of the header
 * @param body - the advertisement, with an authentication header before it or without
 * @param options - TTL, 0–255, default 255; protocol of the body, default VRRP
 * @returns the whole IPv4 packet: identification 0, DSCP CS6, fragmentation allowed
 */
export function encodeIpv4Packet(
  path: PacketPath,
  body: Uint8Array,
  options: { readonly ttl?: number; readonly protocol?: number } = {},
): Uint8Array {
  const { ttl = TTL, protocol = VRRP_PROTOCOL } = options;
  const header = new ByteWriter(HEADER_LENGTH)
    .u8(0x45)
    .u8(TRAFFIC_CLASS)
    .u16(HEADER_LENGTH + body.length)
    .u16(0)
    .u16(0)
    .u8(ttl)
    .u8(protocol)
    .u16(0)
    .bytes(ipBytes(path.source))
    .bytes(ipBytes(path.destination));
  header.patchU16(10, internetChecksum(header.finish()));
  return new ByteWriter(HEADER_LENGTH + body.length).bytes(header.finish()).bytes(body).finish();
}
