/**
 * The checksum of version 3 adverts over IPv4. keepalived before 1.3.7 takes the multicast group for
 * the destination where there are peers, and is answered in kind; other routers leave source and
 * destination out, as version 2 does.
 * @see keepalived.conf(5) old_unicast_checksum, v3_checksum_as_v2
 */
import type { IpAddress } from '@tandem/inet';
import { isChecksumRight, type PacketPath } from './advertisement.ts';
import type { VrrpInstanceSettings } from './settings.ts';

/** What of an instance decides about the checksum. */
type Settings = Pick<
  VrrpInstanceSettings,
  'family' | 'version' | 'unicast' | 'multicastGroup' | 'checksumAsVersion2'
>;

/**
 * @param settings - of the instance
 * @param path - of the advert
 * @param oldPeers - those that were heard with the old checksum
 * @returns what the checksum is to be made with, beside the advert
 */
export function checksumPath(
  settings: Settings,
  path: PacketPath,
  oldPeers: readonly IpAddress[],
): PacketPath | undefined {
  if (isAsVersion2(settings)) return undefined;
  const isOld =
    settings.unicast?.oldChecksum === 'always' ||
    (mayBeOld(settings) && oldPeers.includes(path.destination));
  return isOld ? oldPath(settings, path) : path;
}

/**
 * @param settings - of the instance
 * @param body - a packet without its IP header
 * @param path - that it came by
 * @returns which of both checksums it has; undefined: neither, or one that does not count
 */
export function checksumOf(
  settings: Settings,
  body: Uint8Array,
  path: PacketPath,
): 'new' | 'old' | undefined {
  if (isChecksumRight(body, path)) return 'new';
  if (isAsVersion2(settings) && isChecksumRight(body, undefined)) return 'new';
  const isOld = mayBeOld(settings) && isChecksumRight(body, oldPath(settings, path));
  return isOld ? 'old' : undefined;
}

/** Over IPv6 the kernel makes the checksum. */
function isAsVersion2({ family, version, checksumAsVersion2 }: Settings): boolean {
  return family === 4 && version === 3 && checksumAsVersion2;
}

function mayBeOld({ family, version, unicast }: Settings): boolean {
  return family === 4 && version === 3 && unicast !== undefined && unicast.oldChecksum !== 'never';
}

function oldPath({ multicastGroup: destination }: Settings, { source }: PacketPath): PacketPath {
  return { source, destination };
}
