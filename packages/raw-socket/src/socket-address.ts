/** Socket addresses and their bytes in the kernel's structures. */
import { endianness } from 'node:os';

import { ipBytes, ipFromBytes, parseIp } from '@tandem/inet';

import { constants } from './constants.ts';

/** Byte order of the machine, for DataView. */
export const LITTLE_ENDIAN: boolean = endianness() === 'LE';

/** Room for an address of any family. @see socket.h(0p) struct sockaddr_storage */
export const SOCKET_ADDRESS_BYTES_MAX = 128;

/**
 * Where a message comes from or goes to.
 * - `port` is ignored by raw sockets when sending; use 0.
 * - `scopeId` is the interface index of a link-local address, else 0.
 * - `protocol` of a packet address is a plain ETH_P_* number; it is put into network order here.
 * - `portId` is a netlink port, 0 the kernel; `groups` is the mask of the first 32 groups.
 * @see ip(7), ipv6(7), packet(7), netlink(7)
 */
export type SocketAddress =
  | { readonly family: 'inet'; readonly address: string; readonly port: number }
  | {
      readonly family: 'inet6';
      readonly address: string;
      readonly port: number;
      readonly scopeId: number;
    }
  | {
      readonly family: 'packet';
      readonly interfaceIndex: number;
      readonly protocol: number;
      readonly hardwareAddress: Uint8Array;
    }
  | { readonly family: 'netlink'; readonly portId: number; readonly groups: number };

/**
 * Puts an ETH_P_* number into network order, as socket(2) wants a packet socket's protocol.
 * @param value - 0–65535
 */
export function htons(value: number): number {
  return LITTLE_ENDIAN ? ((value & 0xff) << 8) | ((value >> 8) & 0xff) : value;
}

/**
 * @param text - an IPv4 or IPv6 address without zone
 * @param length - 4 or 16 when only that family will do
 * @returns its bytes, network order
 * @throws TypeError when it is none
 */
export function addressBytes(text: string, length?: 4 | 16): Uint8Array {
  const address = typeof text === 'string' ? parseIp(text) : undefined;
  const bytes = address === undefined ? undefined : ipBytes(address);
  if (bytes === undefined || (length !== undefined && bytes.length !== length))
    throw new TypeError(
      `not an ${length === 4 ? 'IPv4 ' : length === 16 ? 'IPv6 ' : 'IP '}address: ${text}`,
    );
  return bytes;
}

/**
 * @param address - any of the four kinds
 * @returns struct sockaddr_in, sockaddr_in6, sockaddr_ll or sockaddr_nl
 * @throws TypeError for anything else, or a number outside its field
 */
export function encodeSocketAddress(address: SocketAddress): Uint8Array {
  switch (address.family) {
    case 'inet':
      return encodeInet(address);
    case 'inet6':
      return encodeInet6(address);
    case 'packet':
      return encodePacket(address);
    case 'netlink':
      return encodeNetlink(address);
    default:
      throw new TypeError('a socket address has the family inet, inet6, packet or netlink');
  }
}

function encodeInet(address: SocketAddress & { family: 'inet' }): Uint8Array {
  const bytes = startInternet(16, constants.AF_INET, address.port);
  bytes.set(addressBytes(address.address, 4), 4);
  return bytes;
}

function encodeInet6(address: SocketAddress & { family: 'inet6' }): Uint8Array {
  const bytes = startInternet(28, constants.AF_INET6, address.port);
  bytes.set(addressBytes(address.address, 16), 8);
  const scopeId = whole('scopeId', address.scopeId, 0xffffffff);
  new DataView(bytes.buffer).setUint32(24, scopeId, LITTLE_ENDIAN);
  return bytes;
}

/** Family and port stand in the same place in both. */
function startInternet(length: number, family: number, port: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, LITTLE_ENDIAN);
  view.setUint16(2, whole('port', port, 0xffff));
  return bytes;
}

function encodePacket(address: SocketAddress & { family: 'packet' }): Uint8Array {
  const hardware = address.hardwareAddress;
  if (!(hardware instanceof Uint8Array) || hardware.length > 32)
    throw new TypeError('hardwareAddress must be a Uint8Array of at most 32 bytes');
  // struct sockaddr_ll has room for 8 bytes, InfiniBand needs 20: the kernel takes a longer one.
  const bytes = new Uint8Array(Math.max(20, 12 + hardware.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, constants.AF_PACKET, LITTLE_ENDIAN);
  view.setUint16(2, whole('protocol', address.protocol, 0xffff));
  view.setInt32(4, whole('interfaceIndex', address.interfaceIndex, 0x7fffffff), LITTLE_ENDIAN);
  bytes[11] = hardware.length;
  bytes.set(hardware, 12);
  return bytes;
}

function encodeNetlink(address: SocketAddress & { family: 'netlink' }): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, constants.AF_NETLINK, LITTLE_ENDIAN);
  view.setUint32(4, whole('portId', address.portId, 0xffffffff), LITTLE_ENDIAN);
  view.setUint32(8, whole('groups', address.groups, 0xffffffff), LITTLE_ENDIAN);
  return bytes;
}

/**
 * @param bytes - what the kernel wrote
 * @returns the address; undefined for none, a family of no use here, or too few bytes
 */
export function decodeSocketAddress(bytes: Uint8Array): SocketAddress | undefined {
  if (bytes.length < 2) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const family = view.getUint16(0, LITTLE_ENDIAN);
  if (family === constants.AF_INET && bytes.length >= 8)
    return { family: 'inet', address: ipFromBytes(bytes.subarray(4, 8)), port: view.getUint16(2) };
  if (family === constants.AF_INET6 && bytes.length >= 28)
    return {
      family: 'inet6',
      address: ipFromBytes(bytes.subarray(8, 24)),
      port: view.getUint16(2),
      scopeId: view.getUint32(24, LITTLE_ENDIAN),
    };
  if (family === constants.AF_PACKET && bytes.length >= 12)
    return {
      family: 'packet',
      interfaceIndex: view.getInt32(4, LITTLE_ENDIAN),
      protocol: view.getUint16(2),
      // A copy: the bytes given are overwritten by the next batch.
      hardwareAddress: bytes.slice(12, 12 + view.getUint8(11)),
    };
  if (family === constants.AF_NETLINK && bytes.length >= 12)
    return {
      family: 'netlink',
      portId: view.getUint32(4, LITTLE_ENDIAN),
      groups: view.getUint32(8, LITTLE_ENDIAN),
    };
  return undefined;
}

/**
 * @returns the value, when it is a whole number from 0 to `maximum`
 * @throws TypeError otherwise
 */
export function whole(name: string, value: number, maximum: number): number {
  if (!Number.isInteger(value) || value < 0 || value > maximum)
    throw new TypeError(`${name} must be a whole number from 0 to ${maximum}`);
  return value;
}
