import type { PacketPath } from './advertisement.ts';
import { AH_PROTOCOL, encodeAuthenticationHeader } from './authentication-header.ts';
import { encodeIpv4Packet } from './ipv4-packet.ts';
import type { VrrpInstanceSettings } from './settings.ts';

/**
 * @param settings - of the instance
 * @param path - of the packet
 * @param body - the advert
 * @returns the packet; with authentication AH still to be sealed by `sealPacket`
 */
export function encodeIpv4Advert(
  { unicast, authentication }: VrrpInstanceSettings,
  path: PacketPath,
  body: Uint8Array,
): Uint8Array {
  const ttl = unicast === undefined ? {} : { ttl: unicast.ttl };
  if (authentication?.type !== 'AH') return encodeIpv4Packet(path, body, ttl);
  const sealed = Uint8Array.of(...encodeAuthenticationHeader(path.source), ...body);
  return encodeIpv4Packet(path, sealed, { ...ttl, protocol: AH_PROTOCOL });
}
