/** Adverts and announcements as bytes, both ways. */
import { ByteReader, ipFamily, ipFromBytes, macFromBytes } from '@tandem/inet';
import type { IpAddress, MacAddress } from '@tandem/inet';
import {
  authenticationKey,
  decodeIpv4Packet,
  encodeAdvertisement,
  encodeIpv4Advert,
  ownAdvertisement,
  sealPacket,
  type PacketPath,
  type ReceivedPacket,
  type VrrpInstanceSettings,
} from '@tandem/vrrp';

/** An advert on its way. */
export interface Packet extends PacketPath {
  /** With the IP header in IPv4; without it in IPv6, as sockets have it. */
  readonly bytes: Uint8Array;
}

const HOP_LIMIT = 255;

/**
 * @param settings - of the instance
 * @param path - from the router to one destination
 * @param said - the priority, and the number of an authentication header
 * @returns the advert
 */
export function encodePacket(
  settings: VrrpInstanceSettings,
  path: PacketPath,
  said: { readonly priority: number; readonly sequence: number },
): Packet {
  const { family, authentication } = settings;
  const body = encodeAdvertisement(ownAdvertisement(settings, said.priority), path);
  const bytes = family === 4 ? encodeIpv4Advert(settings, path, body) : body;
  if (authentication?.type === 'AH')
    sealPacket(bytes, said.sequence, authenticationKey(authentication));
  return { ...path, bytes };
}

/** @returns what a socket makes of it */
export function decodePacket({ bytes, source, destination }: Packet): ReceivedPacket {
  if (ipFamily(source) === 6) return { source, destination, ttl: HOP_LIMIT, body: bytes };
  const decoded = decodeIpv4Packet(bytes);
  if (!decoded.ok) throw new Error(`own packet is refused: ${decoded.reason}`);
  return decoded.value;
}

const ETHERNET_HEADER = 14;
const IPV6_HEADER = 40;
const ETH_P_ARP = 0x0806;

/**
 * @param frame - a gratuitous ARP or an unsolicited neighbour advertisement
 * @returns what a neighbour learns from it
 * @see RFC 826, RFC 4861 §4.4
 */
export function readAnnouncement(frame: Uint8Array): {
  readonly address: IpAddress;
  readonly hardwareAddress: MacAddress;
} {
  const reader = new ByteReader(frame);
  reader.bytes(ETHERNET_HEADER - 2);
  const isArp = reader.u16() === ETH_P_ARP;
  reader.bytes(isArp ? 8 : IPV6_HEADER + 8);
  const first = reader.bytes(isArp ? 6 : 16);
  if (!isArp) reader.bytes(2);
  const second = reader.bytes(isArp ? 4 : 6);
  const [hardware, address] = isArp ? [first, second] : [second, first];
  return { address: ipFromBytes(address), hardwareAddress: macFromBytes(hardware) };
}
