import { text, u32 } from './attribute-codec.ts';
import { AttributeTable } from './attribute-table.ts';
import { LITTLE_ENDIAN } from './byte-order.ts';
import { NLM_F_ACK_TLVS, NLM_F_CAPPED, NLMSG_DONE } from './constants.ts';
import type { Decoded } from './decoded.ts';
import type { NetlinkMessage } from './message.ts';

/** How a request ended. */
export interface Acknowledgement {
  /** Positive errno; 0 when it succeeded. */
  readonly errno: number;
  /** The extended ack, put together for people. */
  readonly detail?: string;
}

/** @see linux/netlink.h enum nlmsgerr_attrs */
const NLMSGERR_ATTRIBUTES = new AttributeTable({
  NLMSGERR_ATTR_MSG: [1, text],
  NLMSGERR_ATTR_OFFS: [2, u32],
  NLMSGERR_ATTR_MISS_TYPE: [5, u32],
});

/** The error number and the header of the request. */
const FIXED_LENGTH = 20;

/**
 * Reads the end of a request: NLMSG_ERROR, or NLMSG_DONE after a dump.
 * @param message - one of these two
 * @returns the result; attributes that cannot be read leave out `detail`, because the number counts
 * @see linux/netlink.h struct nlmsgerr
 */
export function decodeAcknowledgement(message: NetlinkMessage): Decoded<Acknowledgement> {
  const { payload } = message;
  const isDone = message.type === NLMSG_DONE;
  // A dump that ended well may say so without a number.
  if (isDone && payload.length < 4) return { ok: true, value: { errno: 0 } };
  if (payload.length < (isDone ? 4 : FIXED_LENGTH)) return { ok: false, reason: 'short-message' };
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const errno = Math.abs(view.getInt32(0, LITTLE_ENDIAN));
  if ((message.flags & NLM_F_ACK_TLVS) === 0) return { ok: true, value: { errno } };
  const detail = describe(payload, isDone ? 4 : attributesStart(message, view, errno));
  return { ok: true, value: detail === undefined ? { errno } : { errno, detail } };
}

/** A failed request comes back whole before the attributes, unless the ack is capped. */
function attributesStart(message: NetlinkMessage, view: DataView, errno: number): number {
  if (errno === 0 || (message.flags & NLM_F_CAPPED) !== 0) return FIXED_LENGTH;
  const length = view.getUint32(4, LITTLE_ENDIAN);
  // Beyond the end there is nothing to read, however much the header claims.
  return length > view.byteLength ? view.byteLength : 4 + ((length + 3) & ~3);
}

function describe(payload: Uint8Array, from: number): string | undefined {
  const attributes = NLMSGERR_ATTRIBUTES.decode(payload, from);
  if (!attributes.ok) return undefined;
  const { known } = attributes.value;
  const parts: string[] = [];
  if (known.NLMSGERR_ATTR_MSG) parts.push(known.NLMSGERR_ATTR_MSG);
  if (known.NLMSGERR_ATTR_OFFS !== undefined) {
    parts.push(`attribute at offset ${known.NLMSGERR_ATTR_OFFS}`);
  }
  if (known.NLMSGERR_ATTR_MISS_TYPE !== undefined) {
    parts.push(`attribute ${known.NLMSGERR_ATTR_MISS_TYPE} is missing`);
  }
  return parts.length === 0 ? undefined : parts.join(', ');
}
