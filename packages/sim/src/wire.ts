/** Adverts and announcements as bytes, both ways. */
import { ByteReader, ipFamily, ipFromBytes, macFromBytes } from '@tandem/inet';
import type { IpAddress, MacAddress } from '@tandem/inet';
import {
  authenticationKey,
  keyOctets,
  decodeIpv4Packet,
  encodeAdvertisement,
  encodeIpv4Advert,
  ownAdvertisement,
  sealPacket,
  signAdvert,
  TRAILER_LENGTH,
  writeChecksum,
  type PacketPath,
  type ReceivedPacket,
  type VrrpInstanceSettings,
} from '@tandem/vrrp';

/** An advert on its way. */
export interface Packet extends PacketPath {
  /** With the IP header in IPv4; without it in IPv6, as sockets have it. */
  readonly bytes: Uint8Array;
  /** Of the frame around it. */
  readonly hardwareSource: MacAddress;
}

/** What differs from advert to advert. */
export interface Said {
  readonly priority: number;
  /** Of its authentication header. */
  readonly sequence: number;
  /** Of its signature. */
  readonly stamp: bigint;
}

const HOP_LIMIT = 255;

/** Makes adverts; what nothing differs in is the same packet. */
export class AdvertPress {
  readonly #printed = new Map<string, Uint8Array>();
  #settings: VrrpInstanceSettings | undefined;

  /**
   * @param settings - of the instance
   * @param path - from the router to one destination
   * @param said - by this advert
   * @returns the advert, without its frame
   */
  print(settings: VrrpInstanceSettings, path: PacketPath, said: Said): Uint8Array {
    if (settings.hmac !== undefined || settings.authentication?.type === 'AH')
      return encodePacket(settings, path, said);
    if (this.#settings !== settings) this.#printed.clear();
    this.#settings = settings;
    const key = `${said.priority} ${path.destination}`;
    const printed = this.#printed.get(key) ?? encodePacket(settings, path, said);
    this.#printed.set(key, printed);
    return printed;
  }
}

function encodePacket(
  settings: VrrpInstanceSettings,
  path: PacketPath,
  { priority, sequence, stamp }: Said,
): Uint8Array {
  const { family, authentication, hmac } = settings;
  const room = hmac === undefined ? 0 : TRAILER_LENGTH;
  const body = encodeAdvertisement(ownAdvertisement(settings, priority), path, room);
  if (hmac !== undefined) {
    const key = keyOctets(hmac.keys[0]?.octets ?? '');
    signAdvert(body, path.source, { keyId: hmac.activeKey, stamp, key });
    writeChecksum(body, path);
  }
  const bytes = family === 4 ? encodeIpv4Advert(settings, path, body) : body;
  if (authentication?.type === 'AH') sealPacket(bytes, sequence, authenticationKey(authentication));
  return bytes;
}

/**
 * @param settings - of the instance
 * @param device - that it uses
 * @param own - hardware address of the box
 * @returns the hardware address of the device
 */
export function hardwareAddressOf(
  { virtualInterface, addressInterfaces = [] }: VrrpInstanceSettings,
  device: string,
  own: MacAddress,
): MacAddress {
  const all = virtualInterface === undefined ? addressInterfaces : [virtualInterface];
  return all.find(({ name }) => name === device)?.hardwareAddress ?? own;
}

/** @returns the hardware address that adverts of the instance come from */
export function advertSource(settings: VrrpInstanceSettings, own: MacAddress): MacAddress {
  const { virtualInterface } = settings;
  const isAbove = virtualInterface?.advertsBelow === false;
  return isAbove ? hardwareAddressOf(settings, virtualInterface.name, own) : own;
}

/** @returns what a socket makes of it, but for the time */
export function decodePacket({ bytes, source, destination }: Packet): ReceivedPacket {
  if (ipFamily(source) === 6) return { source, destination, ttl: HOP_LIMIT, body: bytes };
  const decoded = decodeIpv4Packet(bytes);
  if (!decoded.ok) throw new Error(`own packet is refused: ${decoded.reason}`);
  return decoded.value;
}

const IPV6_HEADER = 40;
const ETH_P_ARP = 0x0806;

/**
 * @param frame - a gratuitous ARP or an unsolicited neighbour advertisement
 * @returns what switches and neighbours learn from it
 * @see RFC 826, RFC 4861 §4.4
 */
export function readAnnouncement(frame: Uint8Array): {
  readonly source: MacAddress;
  readonly address: IpAddress;
  readonly hardwareAddress: MacAddress;
} {
  const reader = new ByteReader(frame);
  reader.bytes(6);
  const source = macFromBytes(reader.bytes(6));
  const isArp = reader.u16() === ETH_P_ARP;
  reader.bytes(isArp ? 8 : IPV6_HEADER + 8);
  const first = reader.bytes(isArp ? 6 : 16);
  if (!isArp) reader.bytes(2);
  const second = reader.bytes(isArp ? 4 : 6);
  const [hardware, address] = isArp ? [first, second] : [second, first];
  return { source, address: ipFromBytes(address), hardwareAddress: macFromBytes(hardware) };
}
