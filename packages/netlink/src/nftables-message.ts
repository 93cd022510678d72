/**
 * Messages of nftables as data: nearly all attributes are numbers in network order, texts, bytes
 * or attributes again, so that a list of pairs says it all.
 * @see linux/netfilter/nf_tables.h, linux/netfilter/nfnetlink.h
 */
import { NLA_F_NESTED, NLM_F_ACK, NLM_F_CREATE, NLM_F_REQUEST } from './constants.ts';
import { MessageWriter } from './message-writer.ts';

/** An attribute's number in its enum, and a number of 32 bits, a text, bytes or attributes. */
export type NftAttribute = readonly [type: number, value: NftValue];
type NftValue = number | string | Uint8Array | readonly NftAttribute[];

/** One message. */
export interface NftMessage {
  /** NFT_MSG_*. */
  readonly type: number;
  /** NLM_F_*, beside REQUEST. */
  readonly flags?: number;
  readonly attributes: readonly NftAttribute[];
}

/** @see linux/netfilter/nf_tables.h enum nf_tables_msg_types */
export const NFT_MSG: Readonly<
  Record<
    | 'NEWTABLE'
    | 'GETTABLE'
    | 'DELTABLE'
    | 'NEWCHAIN'
    | 'NEWRULE'
    | 'GETRULE'
    | 'NEWSET'
    | 'NEWSETELEM'
    | 'GETSETELEM'
    | 'DELSETELEM',
    number
  >
> = {
  NEWTABLE: 0,
  GETTABLE: 1,
  DELTABLE: 2,
  NEWCHAIN: 3,
  NEWRULE: 6,
  GETRULE: 7,
  NEWSET: 9,
  NEWSETELEM: 12,
  GETSETELEM: 13,
  DELSETELEM: 14,
};

/** Of an object that comes to those that are there, and after them. */
export const NFT_CREATE: number = NLM_F_CREATE;
export const NFT_APPEND: number = NLM_F_CREATE | 0x800;

const NFNL_SUBSYS_NFTABLES = 10;
const NFNL_MSG_BATCH_BEGIN = 16;
const NFNL_MSG_BATCH_END = 17;
/** IPv4 and IPv6 together. */
const NFPROTO_INET = 1;

/**
 * @param messages - at least one
 * @returns one datagram, of which all takes effect or nothing; the last message is acknowledged
 */
export function encodeNftBatch(messages: readonly NftMessage[]): Uint8Array {
  const writer = new MessageWriter(8192);
  encodeBoundary(writer, NFNL_MSG_BATCH_BEGIN, 0);
  for (const [i, message] of messages.entries())
    encodeMessage(writer, message, { sequence: i + 1, isLast: i === messages.length - 1 });
  encodeBoundary(writer, NFNL_MSG_BATCH_END, messages.length + 1);
  return writer.finish();
}

/** @returns the number of the message in the kernel's answers */
export function nftMessageType(type: number): number {
  return (NFNL_SUBSYS_NFTABLES << 8) | type;
}

/** @returns the datagram of a message that changes nothing; it is acknowledged after its answer */
export function encodeNftQuery(message: NftMessage): Uint8Array {
  const writer = new MessageWriter(512);
  encodeMessage(writer, message, { sequence: 1, isLast: true });
  return writer.finish();
}

function encodeMessage(
  writer: MessageWriter,
  { type, flags = 0, attributes }: NftMessage,
  { sequence, isLast }: { readonly sequence: number; readonly isLast: boolean },
): void {
  const ack = isLast ? NLM_F_ACK : 0;
  writer.begin(nftMessageType(type), NLM_F_REQUEST | flags | ack, sequence);
  writer.u8(NFPROTO_INET).u8(0).be16(0);
  for (const each of attributes) encodeAttribute(writer, each);
  writer.end();
}

function encodeBoundary(writer: MessageWriter, type: number, sequence: number): void {
  writer.begin(type, NLM_F_REQUEST, sequence);
  writer.u8(0).u8(0).be16(NFNL_SUBSYS_NFTABLES);
  writer.end();
}

function encodeAttribute(writer: MessageWriter, [type, value]: NftAttribute): void {
  const isNest = typeof value === 'object' && !(value instanceof Uint8Array);
  const start = writer.openAttribute(isNest ? type | NLA_F_NESTED : type);
  if (typeof value === 'number') writer.be16((value >>> 16) & 0xffff).be16(value & 0xffff);
  else if (typeof value === 'string') writer.bytes(Buffer.from(`${value}\0`, 'utf8'));
  else if (value instanceof Uint8Array) writer.bytes(value);
  else for (const each of value) encodeAttribute(writer, each);
  writer.closeAttribute(start);
}
