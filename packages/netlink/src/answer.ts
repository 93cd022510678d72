import type { Decoded } from './decoded.ts';
import type { NetlinkMessage } from './message.ts';
import { ERRNO, NetlinkError } from './netlink-error.ts';

/**
 * Reads the messages of an answer. An object that cannot be read is not left out, because a table
 * with a hole would be taken for the truth; those of other families are none of ours.
 * @param messages - the answer
 * @param decode - reads what follows a message's header
 * @param what - what was tried, for the error
 * @throws NetlinkError `EBADMSG`
 */
export function decodeAnswer<T>(
  messages: readonly NetlinkMessage[],
  decode: (payload: Uint8Array) => Decoded<T>,
  what: string,
): T[] {
  const objects: T[] = [];
  for (const { payload } of messages) {
    const decoded = decode(payload);
    if (decoded.ok) objects.push(decoded.value);
    else if (decoded.reason !== 'other-family') {
      throw new NetlinkError(what, ERRNO.malformed, { detail: decoded.reason });
    }
  }
  return objects;
}
