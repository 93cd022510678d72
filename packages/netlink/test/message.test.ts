import { expect, test } from 'vitest';
import { MessageWriter } from '../src/message-writer.ts';
import { decodeMessages } from '../src/message.ts';

test('several messages in one datagram are cut apart at multiples of four bytes', () => {
  const writer = new MessageWriter(8);
  for (const [type, text] of [
    [20, 'a'],
    [21, 'hello'],
    [22, ''],
  ] as const) {
    writer.begin(type, 5, type * 10);
    writer.bytes(Buffer.from(text));
    writer.end();
  }
  expect(writer.length % 4).toBe(0);
  const decoded = decodeMessages(writer.finish());
  expect(decoded).toMatchObject({
    ok: true,
    value: [
      { type: 20, flags: 5, sequence: 200, portId: 0, payload: Uint8Array.from(Buffer.from('a')) },
      {
        type: 21,
        flags: 5,
        sequence: 210,
        portId: 0,
        payload: Uint8Array.from(Buffer.from('hello')),
      },
      { type: 22, flags: 5, sequence: 220, portId: 0, payload: new Uint8Array(0) },
    ],
  });
});

test('a buffer that is used again holds nothing of before', () => {
  const writer = new MessageWriter(64);
  writer.begin(16, 0xffff, 0xffff_ffff);
  writer.u32(0xffff_ffff).u32(0xffff_ffff);
  writer.end();
  writer.reset();
  writer.begin(16, 0, 0);
  writer.zeros(8);
  writer.end();
  expect(Buffer.from(writer.finish()).toString('hex')).toBe(
    `18000000100000000000000000000000${'00'.repeat(8)}`,
  );
});

test('a header that is cut or lies about its length is refused', () => {
  expect(decodeMessages(new Uint8Array(15))).toEqual({ ok: false, reason: 'short-message' });
  for (const length of [0, 15, 17, 0xffff_fff0]) {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32LE(length);
    expect(decodeMessages(bytes)).toEqual({ ok: false, reason: 'bad-length' });
  }
});

test('nothing is no message', () => {
  expect(decodeMessages(new Uint8Array(0))).toEqual({ ok: true, value: [] });
});
