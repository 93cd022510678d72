import { ipBytes, ipFromBytes, type IpAddress } from '@tandem/inet';
import { LITTLE_ENDIAN } from './byte-order.ts';
import type { MessageWriter } from './message-writer.ts';

/** Where an attribute's payload lies in a received datagram. */
export interface Payload {
  readonly view: DataView;
  readonly start: number;
  readonly length: number;
}

/** How the payload of one type of attribute is written and read. */
export interface AttributeCodec<T> {
  /** Writes the payload; the attribute's header is the table's. */
  encode(writer: MessageWriter, value: T): void;
  /** @returns undefined when the payload does not fit the type */
  decode(payload: Payload): T | undefined;
}

/** One byte. */
export const u8: AttributeCodec<number> = {
  encode: (writer, value) => void writer.u8(value),
  decode: ({ view, start, length }) => (length < 1 ? undefined : view.getUint8(start)),
};

/** Two bytes in the machine's order. */
export const u16: AttributeCodec<number> = {
  encode: (writer, value) => void writer.u16(value),
  decode: ({ view, start, length }) =>
    length < 2 ? undefined : view.getUint16(start, LITTLE_ENDIAN),
};

/** Two bytes in network order, such as a port. */
export const be16: AttributeCodec<number> = {
  encode: (writer, value) => void writer.be16(value),
  decode: ({ view, start, length }) => (length < 2 ? undefined : view.getUint16(start, false)),
};

/** Four bytes in the machine's order. */
export const u32: AttributeCodec<number> = {
  encode: (writer, value) => void writer.u32(value),
  decode: ({ view, start, length }) =>
    length < 4 ? undefined : view.getUint32(start, LITTLE_ENDIAN),
};

/** Eight bytes in the machine's order, as a number; above 2^53 the last bits are lost. */
export const u64: AttributeCodec<number> = {
  encode: (writer, value) => {
    const high = Math.floor(value / 0x1_0000_0000);
    const low = value % 0x1_0000_0000;
    writer.u32(LITTLE_ENDIAN ? low : high).u32(LITTLE_ENDIAN ? high : low);
  },
  decode: ({ view, start, length }) => {
    if (length < 8) return undefined;
    const first = view.getUint32(start, LITTLE_ENDIAN);
    const second = view.getUint32(start + 4, LITTLE_ENDIAN);
    return LITTLE_ENDIAN ? second * 0x1_0000_0000 + first : first * 0x1_0000_0000 + second;
  },
};

/** Eight bytes in network order, as a number; above 2^53 the last bits are lost. */
export const be64: AttributeCodec<number> = {
  encode: (writer, value) => {
    for (const part of [Math.floor(value / 0x1_0000_0000), value]) {
      writer.be16((part >>> 16) & 0xffff).be16(part & 0xffff);
    }
  },
  decode: ({ view, start, length }) =>
    length < 8
      ? undefined
      : view.getUint32(start, false) * 0x1_0000_0000 + view.getUint32(start + 4, false),
};

/** Text with a NUL at its end; what follows the first NUL is not looked at. */
export const text: AttributeCodec<string> = {
  encode: (writer, value) => void writer.bytes(Buffer.from(value)).u8(0),
  decode: (payload) => {
    const bytes = payloadBytes(payload);
    const end = bytes.indexOf(0);
    const { buffer, byteOffset } = bytes;
    return Buffer.from(buffer, byteOffset, end < 0 ? bytes.length : end).toString('utf8');
  },
};

/** The payload as it is; read as a view into the datagram. */
export const bytes: AttributeCodec<Uint8Array> = {
  encode: (writer, value) => void writer.bytes(value),
  decode: payloadBytes,
};

/** An address of 4 or 16 bytes. */
export const ip: AttributeCodec<IpAddress> = {
  encode: (writer, value) => void writer.bytes(ipBytes(value)),
  decode: (payload) =>
    payload.length === 4 || payload.length === 16 ? ipFromBytes(payloadBytes(payload)) : undefined,
};

function payloadBytes({ view, start, length }: Payload): Uint8Array {
  return new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset + start, length);
}
