import { AttributeTable, u32, type Decoded, type MessageWriter } from '@tandem/netlink';

/** What the kernel's IPVS says of itself. */
export interface IpvsInfo {
  /** Such as `1.2.1`. */
  readonly version: string;
  /** Buckets of the connection table. */
  readonly connTableSize: number;
}

/** How long idle connections are kept; whole seconds. */
export interface IpvsTimeouts {
  readonly tcpSeconds: number;
  /** After a FIN. */
  readonly tcpFinSeconds: number;
  readonly udpSeconds: number;
}

/** @see linux/ip_vs.h IPVS_INFO_ATTR_* */
const INFO = new AttributeTable({
  IPVS_INFO_ATTR_VERSION: [1, u32],
  IPVS_INFO_ATTR_CONN_TAB_SIZE: [2, u32],
});

/** @see linux/ip_vs.h IPVS_CMD_ATTR_* */
const CONFIG = new AttributeTable({
  IPVS_CMD_ATTR_TIMEOUT_TCP: [4, u32],
  IPVS_CMD_ATTR_TIMEOUT_TCP_FIN: [5, u32],
  IPVS_CMD_ATTR_TIMEOUT_UDP: [6, u32],
});

/**
 * Reads the answer to IPVS_CMD_GET_INFO.
 * @param payload - what follows the message's header
 * @param from - where the attributes start
 */
export function decodeInfo(payload: Uint8Array, from: number): Decoded<IpvsInfo> {
  const decoded = INFO.decode(payload, from);
  if (!decoded.ok) return decoded;
  const { IPVS_INFO_ATTR_VERSION: version, IPVS_INFO_ATTR_CONN_TAB_SIZE: connTableSize } =
    decoded.value.known;
  if (version === undefined || connTableSize === undefined) {
    return { ok: false, reason: 'missing-attribute' };
  }
  const parts = [(version >>> 16) & 0xff, (version >>> 8) & 0xff, version & 0xff];
  return { ok: true, value: { version: parts.join('.'), connTableSize } };
}

/** Writes timeouts; what is left out, or 0, stays. */
export function encodeTimeouts(writer: MessageWriter, timeouts: Partial<IpvsTimeouts>): void {
  CONFIG.encode(writer, {
    IPVS_CMD_ATTR_TIMEOUT_TCP: timeouts.tcpSeconds,
    IPVS_CMD_ATTR_TIMEOUT_TCP_FIN: timeouts.tcpFinSeconds,
    IPVS_CMD_ATTR_TIMEOUT_UDP: timeouts.udpSeconds,
  });
}

/**
 * Reads the answer to IPVS_CMD_GET_CONFIG.
 * @param payload - what follows the message's header
 * @param from - where the attributes start
 */
export function decodeTimeouts(payload: Uint8Array, from: number): Decoded<IpvsTimeouts> {
  const decoded = CONFIG.decode(payload, from);
  if (!decoded.ok) return decoded;
  const { known } = decoded.value;
  const value: IpvsTimeouts = {
    tcpSeconds: known.IPVS_CMD_ATTR_TIMEOUT_TCP ?? 0,
    tcpFinSeconds: known.IPVS_CMD_ATTR_TIMEOUT_TCP_FIN ?? 0,
    udpSeconds: known.IPVS_CMD_ATTR_TIMEOUT_UDP ?? 0,
  };
  return { ok: true, value };
}
