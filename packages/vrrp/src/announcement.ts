/** Frames that tell the neighbours where an address lives now. */
import type { IpAddress, MacAddress } from '@tandem/inet';
import {
  BROADCAST_MAC,
  ByteWriter,
  internetChecksum,
  ipBytes,
  ipFamily,
  macBytes,
  parseIp,
} from '@tandem/inet';

const ETH_P_ARP = 0x0806;
const ETH_P_IPV6 = 0x86dd;
const ARP_HARDWARE_ETHERNET = 1;
const ARP_PROTOCOL_IPV4 = 0x0800;
const ARP_REQUEST = 1;
const ICMPV6 = 58;
const NEIGHBOUR_ADVERTISEMENT = 136;
const TARGET_LINK_LAYER_ADDRESS = 2;
const ALL_NODES = parseIp('ff02::1') as IpAddress;
const ALL_NODES_MAC = '33:33:00:00:00:01' as MacAddress;

/**
 * Gratuitous ARP for IPv4, unsolicited neighbour advertisement for IPv6.
 * @param address - the virtual address
 * @param hardwareAddress - of the interface that has it
 * @param isRouter - whether the interface forwards IPv6; no matter for IPv4
 * @returns an Ethernet frame
 */
export function encodeAnnouncement(
  address: IpAddress,
  hardwareAddress: MacAddress,
  isRouter = false,
): Uint8Array {
  return ipFamily(address) === 4
    ? encodeGratuitousArp(address, hardwareAddress)
    : encodeNeighbourAdvertisement(address, hardwareAddress, isRouter);
}

/** A request, as keepalived sends it, with the broadcast address as target hardware address. */
function encodeGratuitousArp(address: IpAddress, hardwareAddress: MacAddress): Uint8Array {
  const sender = macBytes(hardwareAddress);
  const everyone = macBytes(BROADCAST_MAC);
  const protocolAddress = ipBytes(address);
  return new ByteWriter(42)
    .bytes(everyone)
    .bytes(sender)
    .u16(ETH_P_ARP)
    .u16(ARP_HARDWARE_ETHERNET)
    .u16(ARP_PROTOCOL_IPV4)
    .u8(6)
    .u8(4)
    .u16(ARP_REQUEST)
    .bytes(sender)
    .bytes(protocolAddress)
    .bytes(everyone)
    .bytes(protocolAddress)
    .finish();
}

/** @see RFC 4861 §7.2.6 — the source is the address itself, Override set. */
function encodeNeighbourAdvertisement(
  address: IpAddress,
  hardwareAddress: MacAddress,
  isRouter: boolean,
): Uint8Array {
  const source = ipBytes(address);
  const destination = ipBytes(ALL_NODES);
  const message = new ByteWriter(32)
    .u8(NEIGHBOUR_ADVERTISEMENT)
    .u8(0)
    .u16(0)
    .u32(isRouter ? 0xa0000000 : 0x20000000)
    .bytes(source)
    .u8(TARGET_LINK_LAYER_ADDRESS)
    .u8(1)
    .bytes(macBytes(hardwareAddress));
  const pseudoHeader = new ByteWriter(40)
    .bytes(source)
    .bytes(destination)
    .u32(32)
    .u32(ICMPV6)
    .finish();
  message.patchU16(2, internetChecksum(pseudoHeader, message.finish()));
  return new ByteWriter(14 + 40 + 32)
    .bytes(macBytes(ALL_NODES_MAC))
    .bytes(macBytes(hardwareAddress))
    .u16(ETH_P_IPV6)
    .u32(0x60000000)
    .u16(32)
    .u8(ICMPV6)
    .u8(255)
    .bytes(source)
    .bytes(destination)
    .bytes(message.finish())
    .finish();
}
