/** Ethernet frames of neighbour discovery to all nodes of a link. */
import type { IpAddress, MacAddress } from '@tandem/inet';
import { ByteWriter, internetChecksum, ipBytes, macBytes, parseIp } from '@tandem/inet';

const ETH_P_IPV6 = 0x86dd;
const ICMPV6 = 58;
const CHECKSUM_OFFSET = 2;
const HOP_LIMIT = 255;
const ALL_NODES = parseIp('ff02::1') as IpAddress;
const ALL_NODES_MAC = '33:33:00:00:00:01' as MacAddress;

/**
 * @param message - of ICMPv6, with a checksum of 0, which is filled in
 * @param source - the sender's addresses
 * @returns an Ethernet frame
 * @see RFC 4861 §4.2, §4.4
 */
export function frameToAllNodes(
  message: ByteWriter,
  { address, hardwareAddress }: { address: IpAddress; hardwareAddress: MacAddress },
): Uint8Array {
  const source = ipBytes(address);
  const destination = ipBytes(ALL_NODES);
  const { length } = message.finish();
  const pseudoHeader = new ByteWriter(40)
    .bytes(source)
    .bytes(destination)
    .u32(length)
    .u32(ICMPV6)
    .finish();
  message.patchU16(CHECKSUM_OFFSET, internetChecksum(pseudoHeader, message.finish()));
  return new ByteWriter(14 + 40 + length)
    .bytes(macBytes(ALL_NODES_MAC))
    .bytes(macBytes(hardwareAddress))
    .u16(ETH_P_IPV6)
    .u32(0x60000000)
    .u16(length)
    .u8(ICMPV6)
    .u8(HOP_LIMIT)
    .bytes(source)
    .bytes(destination)
    .bytes(message.finish())
    .finish();
}
