/** Frames that tell the neighbours where an address lives now. */
import type { IpAddress, MacAddress } from '@tandem/inet';
import { BROADCAST_MAC, ByteWriter, ipBytes, ipFamily, macBytes } from '@tandem/inet';
import { frameToAllNodes } from './icmpv6-frame.ts';

const ETH_P_ARP = 0x0806;
const ARP_HARDWARE_ETHERNET = 1;
const ARP_PROTOCOL_IPV4 = 0x0800;
const ARP_REQUEST = 1;
const NEIGHBOUR_ADVERTISEMENT = 136;
const TARGET_LINK_LAYER_ADDRESS = 2;

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
  const message = new ByteWriter(32)
    .u8(NEIGHBOUR_ADVERTISEMENT)
    .u8(0)
    .u16(0)
    .u32(isRouter ? 0xa0000000 : 0x20000000)
    .bytes(ipBytes(address))
    .u8(TARGET_LINK_LAYER_ADDRESS)
    .u8(1)
    .bytes(macBytes(hardwareAddress));
  return frameToAllNodes(message, { address, hardwareAddress });
}
