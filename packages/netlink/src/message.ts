import { LITTLE_ENDIAN } from './byte-order.ts';
import type { Decoded } from './decoded.ts';

const HEADER_LENGTH = 16;

/** One message out of a received datagram. */
export interface NetlinkMessage {
  /** nlmsg_type. */
  readonly type: number;
  /** NLM_F_*. */
  readonly flags: number;
  /** nlmsg_seq: that of the request, 0 in notifications. */
  readonly sequence: number;
  /** Port of the socket that asked; 0 in notifications that the kernel started itself. */
  readonly portId: number;
  /** What follows the header; a view into the datagram. */
  readonly payload: Uint8Array;
}

/**
 * Cuts a datagram into its messages.
 * @param bytes - what one receive gave
 * @returns the messages in order, or the fault of the first bad header
 */
export function decodeMessages(bytes: Uint8Array): Decoded<readonly NetlinkMessage[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: NetlinkMessage[] = [];
  let start = 0;
  while (start < bytes.length) {
    if (bytes.length - start < HEADER_LENGTH) return { ok: false, reason: 'short-message' };
    const length = view.getUint32(start, LITTLE_ENDIAN);
    if (length < HEADER_LENGTH || length > bytes.length - start) {
      return { ok: false, reason: 'bad-length' };
    }
    messages.push({
      type: view.getUint16(start + 4, LITTLE_ENDIAN),
      flags: view.getUint16(start + 6, LITTLE_ENDIAN),
      sequence: view.getUint32(start + 8, LITTLE_ENDIAN),
      portId: view.getUint32(start + 12, LITTLE_ENDIAN),
      payload: bytes.subarray(start + HEADER_LENGTH, start + length),
    });
    start += (length + 3) & ~3;
  }
  return { ok: true, value: messages };
}
