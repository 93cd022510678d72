/** The little of DNS that a check needs: one question, and the header of the answer. @see RFC 1035 §4.1 */
import type { DnsRecordType } from '@tandem/health';
import { ByteReader, ByteWriter } from '@tandem/inet';

/** QTYPE numbers. @see RFC 1035 §3.2.2, RFC 3596 §2.1 */
const RECORD_TYPES: Readonly<Record<DnsRecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
};

/** A question. */
export interface DnsQuestion {
  /** 0–65535 */
  readonly id: number;
  readonly recordType: DnsRecordType;
  /** `.` is the root; a dot at the end changes nothing. */
  readonly name: string;
}

/** What is read of an answer. */
export type DnsAnswer =
  | { readonly ok: true; readonly id: number; readonly isResponse: boolean; readonly rcode: number }
  | { readonly ok: false; readonly reason: 'too-short' };

const HEADER_BYTES = 12;
const CLASS_IN = 1;
/** Recursion desired. */
const FLAG_RD = 0x0100;
const FLAG_QR = 0x8000;
const RCODE_MASK = 0x000f;
const LABEL_BYTES_MAX = 63;
const NAME_BYTES_MAX = 255;

/**
 * @param question - name, type and id
 * @returns the packet; undefined for a name that has an empty or too long label, or is too long
 */
export function encodeQuestion(question: DnsQuestion): Uint8Array | undefined {
  const { id, recordType, name } = question;
  const labels = name === '.' ? [] : name.replace(/\.$/, '').split('.').map(bytesOf);
  const nameBytes = labels.reduce((sum, each) => sum + 1 + each.length, 1);
  const isRight = labels.every((each) => each.length > 0 && each.length <= LABEL_BYTES_MAX);
  if (!isRight || nameBytes > NAME_BYTES_MAX) return undefined;
  const writer = new ByteWriter(HEADER_BYTES + nameBytes + 4);
  writer.u16(id).u16(FLAG_RD).u16(1).u16(0).u16(0).u16(0);
  for (const label of labels) writer.u8(label.length).bytes(label);
  writer.u8(0).u16(RECORD_TYPES[recordType]).u16(CLASS_IN);
  return writer.finish();
}

/**
 * @param bytes - of a packet, whatever it holds
 * @returns what its header says
 */
export function decodeAnswer(bytes: Uint8Array): DnsAnswer {
  if (bytes.length < HEADER_BYTES) return { ok: false, reason: 'too-short' };
  const reader = new ByteReader(bytes);
  const id = reader.u16();
  const flags = reader.u16();
  return { ok: true, id, isResponse: (flags & FLAG_QR) !== 0, rcode: flags & RCODE_MASK };
}

/** Names are bytes; a configuration writes them in ASCII. */
function bytesOf(label: string): Uint8Array {
  return Buffer.from(label, 'latin1');
}
