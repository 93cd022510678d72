/** How much the kernel keeps of adverts that nobody has read yet. */
import { TRAILER_LENGTH } from './hmac-trailer.ts';
import type { VrrpInstanceSettings } from './settings.ts';

/**
 * Room for adverts of an instance: so many bytes, or so many packets.
 * @see keepalived.conf(5) vrrp_rx_bufs_policy, kernel_rx_buf_size
 */
export type ReceiveRoom =
  | { readonly bytes: number }
  | { readonly packets: number; readonly of: 'mtu' | 'advert' };

const IPV4_HEADER = 20;
const AH_HEADER = 24;
const VRRP_HEADER = 8;
const VERSION_2_PASSWORD = 8;
/** What the kernel counts for a small packet beside its bytes; it doubles what it is asked for. */
const OVERHEAD = 384;

/**
 * @param settings - of an instance with `receiveRoom`
 * @param mtu - of the interface that its adverts come by, in bytes
 * @returns its part of SO_RCVBUF, in bytes; undefined where it says nothing
 */
export function receiveBytes(settings: VrrpInstanceSettings, mtu: number): number | undefined {
  const { receiveRoom: room } = settings;
  if (room === undefined) return undefined;
  if ('bytes' in room) return room.bytes;
  return room.packets * (room.of === 'mtu' ? mtu : advertBytes(settings) + OVERHEAD);
}

/** As a raw socket has it: of IPv6 without the header. */
function advertBytes({
  family,
  version,
  addresses,
  authentication,
  hmac,
}: VrrpInstanceSettings): number {
  const outside = family === 6 ? 0 : IPV4_HEADER + (authentication?.type === 'AH' ? AH_HEADER : 0);
  const inside = VRRP_HEADER + addresses.length * (family === 6 ? 16 : 4);
  const proof = (version === 2 ? VERSION_2_PASSWORD : 0) + (hmac ? TRAILER_LENGTH : 0);
  return outside + inside + proof;
}
