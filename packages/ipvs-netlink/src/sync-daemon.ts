import { ipBytes, ipFromBytes, type IpAddress } from '@tandem/inet';
import {
  AttributeTable,
  nest,
  text,
  u16,
  u32,
  u8,
  type AttributeCodec,
  type Decoded,
  type MessageWriter,
} from '@tandem/netlink';

/** Who tells (master) and who listens (backup); a box may do both. */
export type SyncRole = 'master' | 'backup';

/** A daemon that passes connections on to the other box, so that they survive a handover. */
export interface SyncDaemon {
  readonly role: SyncRole;
  /** Interface whose multicast is used. */
  readonly interface: string;
  /** 0–255; a backup with 0 hears all. */
  readonly syncId: number;
  /** Largest datagram, in bytes; the kernel's own choice when left out. */
  readonly maximumLength?: number;
  /** Multicast group; 224.0.0.81 when left out. */
  readonly group?: IpAddress;
  /** UDP port; 8848 when left out. */
  readonly port?: number;
  /** Multicast TTL, 1–255; 1 when left out. */
  readonly ttl?: number;
}

/** IP_VS_STATE_MASTER, IP_VS_STATE_BACKUP */
const STATES: Readonly<Record<SyncRole, number>> = { master: 1, backup: 2 };

const address4: AttributeCodec<IpAddress> = addressOfLength(4);
const address16: AttributeCodec<IpAddress> = addressOfLength(16);

/** @see linux/ip_vs.h IPVS_DAEMON_ATTR_* */
const DAEMON = new AttributeTable({
  IPVS_DAEMON_ATTR_STATE: [1, u32],
  IPVS_DAEMON_ATTR_MCAST_IFN: [2, text],
  IPVS_DAEMON_ATTR_SYNC_ID: [3, u32],
  IPVS_DAEMON_ATTR_SYNC_MAXLEN: [4, u16],
  IPVS_DAEMON_ATTR_MCAST_GROUP: [5, address4],
  IPVS_DAEMON_ATTR_MCAST_GROUP6: [6, address16],
  IPVS_DAEMON_ATTR_MCAST_PORT: [7, u16],
  IPVS_DAEMON_ATTR_MCAST_TTL: [8, u8],
});

/** @see linux/ip_vs.h IPVS_CMD_ATTR_DAEMON */
const COMMAND = new AttributeTable({ IPVS_CMD_ATTR_DAEMON: [3, nest(DAEMON)] });

/** Writes a daemon to be started. */
export function encodeSyncDaemon(writer: MessageWriter, daemon: SyncDaemon): void {
  const isIpv6 = daemon.group?.includes(':') ?? false;
  COMMAND.encode(writer, {
    IPVS_CMD_ATTR_DAEMON: {
      IPVS_DAEMON_ATTR_STATE: STATES[daemon.role],
      IPVS_DAEMON_ATTR_MCAST_IFN: daemon.interface,
      IPVS_DAEMON_ATTR_SYNC_ID: daemon.syncId,
      IPVS_DAEMON_ATTR_SYNC_MAXLEN: daemon.maximumLength,
      IPVS_DAEMON_ATTR_MCAST_GROUP: isIpv6 ? undefined : daemon.group,
      IPVS_DAEMON_ATTR_MCAST_GROUP6: isIpv6 ? daemon.group : undefined,
      IPVS_DAEMON_ATTR_MCAST_PORT: daemon.port,
      IPVS_DAEMON_ATTR_MCAST_TTL: daemon.ttl,
    },
  });
}

/** Writes which daemon is to be stopped. */
export function encodeSyncRole(writer: MessageWriter, role: SyncRole): void {
  COMMAND.encode(writer, { IPVS_CMD_ATTR_DAEMON: { IPVS_DAEMON_ATTR_STATE: STATES[role] } });
}

/**
 * Reads an answer to IPVS_CMD_GET_DAEMON.
 * @param payload - what follows the message's header
 * @param from - where the attributes start
 */
export function decodeSyncDaemon(payload: Uint8Array, from: number): Decoded<SyncDaemon> {
  const decoded = COMMAND.decode(payload, from);
  if (!decoded.ok) return decoded;
  const attributes = decoded.value.known.IPVS_CMD_ATTR_DAEMON;
  const state = attributes?.IPVS_DAEMON_ATTR_STATE;
  if (attributes === undefined || (state !== STATES.master && state !== STATES.backup)) {
    return { ok: false, reason: 'missing-attribute' };
  }
  const group = attributes.IPVS_DAEMON_ATTR_MCAST_GROUP ?? attributes.IPVS_DAEMON_ATTR_MCAST_GROUP6;
  const { IPVS_DAEMON_ATTR_SYNC_MAXLEN: length, IPVS_DAEMON_ATTR_MCAST_PORT: port } = attributes;
  const ttl = attributes.IPVS_DAEMON_ATTR_MCAST_TTL;
  const value: SyncDaemon = {
    role: state === STATES.master ? 'master' : 'backup',
    interface: attributes.IPVS_DAEMON_ATTR_MCAST_IFN ?? '',
    syncId: attributes.IPVS_DAEMON_ATTR_SYNC_ID ?? 0,
    ...(length !== undefined && { maximumLength: length }),
    ...(group !== undefined && { group }),
    ...(port !== undefined && { port }),
    ...(ttl !== undefined && { ttl }),
  };
  return { ok: true, value };
}

function addressOfLength(size: number): AttributeCodec<IpAddress> {
  return {
    encode: (writer, value) => void writer.bytes(ipBytes(value)),
    decode: ({ view, start, length }) => {
      if (length < size) return undefined;
      const { buffer, byteOffset } = view;
      return ipFromBytes(new Uint8Array(buffer as ArrayBuffer, byteOffset + start, size));
    },
  };
}
