/**
 * What the kernel says in rtnetlink. The first byte of the input says as what the rest is read: as a
 * datagram of several messages, or as what follows the header of one.
 */
import { decodeAcknowledgement } from '../../src/acknowledgement.ts';
import { decodeAddress, encodeAddress, encodeAddressKey } from '../../src/address.ts';
import { NLMSG_DONE, NLMSG_ERROR } from '../../src/constants.ts';
import type { Decoded } from '../../src/decoded.ts';
import { decodeLink } from '../../src/link.ts';
import { MessageWriter } from '../../src/message-writer.ts';
import { decodeMessages, type NetlinkMessage } from '../../src/message.ts';
import { decodeNeighbour, encodeNeighbour } from '../../src/neighbour.ts';
import { decodeRoute, encodeRoute } from '../../src/route.ts';
import { RTM } from '../../src/route-message.ts';
import { decodeRule, encodeRule } from '../../src/rule.ts';

const writer = new MessageWriter();

type Reader = (payload: Uint8Array) => readonly string[];

/** A message of each type that is read; what was read may be written back. */
const READERS: ReadonlyMap<number, Reader> = new Map([
  [RTM.NEWLINK, reader('link', decodeLink)],
  [RTM.NEWADDR, reader('address', decodeAddress, encodeAddress, encodeAddressKey)],
  [RTM.NEWROUTE, reader('route', decodeRoute, encodeRoute)],
  [RTM.NEWNEIGH, reader('neighbour', decodeNeighbour, encodeNeighbour)],
  [RTM.NEWRULE, reader('rule', decodeRule, encodeRule)],
]);

/** @returns what was read: names of fields, and faults */
export function read(input: Uint8Array): readonly string[] {
  const [type = 0, flags = 0] = input;
  const payload = input.subarray(1);
  const one = READERS.get(type);
  if (one !== undefined) return one(payload);
  if (type === NLMSG_ERROR || type === NLMSG_DONE) {
    return readEnd({ type, flags: flags << 8, sequence: 1, portId: 0, payload: input.subarray(2) });
  }
  const messages = decodeMessages(payload);
  if (!messages.ok) return [messages.reason];
  if (messages.value.length > payload.length / 16) throw new Error('more messages than headers');
  return messages.value.flatMap((message) =>
    message.type < 16 ? readEnd(message) : (READERS.get(message.type)?.(message.payload) ?? []),
  );
}

function readEnd(message: NetlinkMessage): readonly string[] {
  const decoded = decodeAcknowledgement(message);
  if (!decoded.ok) return [`end: ${decoded.reason}`];
  const { errno, detail = '' } = decoded.value;
  const parts = ['attribute at', 'is missing'].filter((part) => detail.includes(part));
  return [`end: ${errno === 0} ${detail !== ''} ${parts.join()}`];
}

function reader<T extends object>(
  name: string,
  decode: (payload: Uint8Array) => Decoded<T>,
  ...encoders: readonly ((into: MessageWriter, value: T) => void)[]
): Reader {
  return (payload) => {
    const decoded = decode(payload);
    if (!decoded.ok) return [`${name}: ${decoded.reason}`];
    for (const encode of encoders) {
      writer.reset();
      writer.begin(RTM.NEWLINK, 0, 1);
      encode(writer, decoded.value);
      writer.end();
    }
    return Object.keys(decoded.value).map((field) => `${name}.${field}`);
  };
}
