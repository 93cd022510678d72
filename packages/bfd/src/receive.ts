/** Finds the session that a datagram is for. Refuses to know what the session makes of it. */
import type { IpAddress } from '@tandem/inet';
import {
  decodeControlPacket,
  type ControlPacket,
  type ControlPacketReason,
} from './control-packet.ts';
import type { BfdSession } from './session.ts';

/** What a receiving socket delivers. */
export interface Datagram {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** Own port that it came to. */
  readonly port: number;
  /** TTL or hop limit, 0–255. */
  readonly ttl: number;
  readonly bytes: Uint8Array;
}

/** Why a datagram is dropped. */
export type DatagramReason = ControlPacketReason | 'no-session' | 'ttl-too-low';

type Found<S> =
  | { readonly ok: true; readonly session: S; readonly packet: ControlPacket }
  | { readonly ok: false; readonly reason: DatagramReason };

/**
 * @param datagram - as received
 * @param sessions - of the box
 * @returns whose it is and what it says, or why it is dropped; never throws
 * @see RFC 5880 §6.8.6; RFC 5881 §3, §5
 */
export function readDatagram<S extends Pick<BfdSession, 'settings' | 'discriminator'>>(
  datagram: Datagram,
  sessions: Iterable<S>,
): Found<S> {
  const decoded = decodeControlPacket(datagram.bytes);
  if (!decoded.ok) return decoded;
  const packet = decoded.value;
  const session = find(datagram, packet, sessions);
  if (session === undefined) return { ok: false, reason: 'no-session' };
  if (datagram.ttl < session.settings.ttlMin) return { ok: false, reason: 'ttl-too-low' };
  return { ok: true, session, packet };
}

/** By our discriminator, where the other end knows it; but it is between two addresses anyway. */
function find<S extends Pick<BfdSession, 'settings' | 'discriminator'>>(
  { source, destination, port }: Datagram,
  { yourDiscriminator }: ControlPacket,
  sessions: Iterable<S>,
): S | undefined {
  for (const each of sessions) {
    const { settings, discriminator } = each;
    const isForEnds =
      settings.neighbour === source &&
      settings.port === port &&
      (settings.source === undefined || settings.source === destination);
    if (isForEnds && (yourDiscriminator === 0 || yourDiscriminator === discriminator)) return each;
  }
  return undefined;
}
