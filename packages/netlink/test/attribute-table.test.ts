import { parseIp, type IpAddress } from '@tandem/inet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { be16, be64, bytes, ip, text, u16, u32, u64, u8 } from '../src/attribute-codec.ts';
import { AttributeTable, nest } from '../src/attribute-table.ts';
import { MessageWriter } from '../src/message-writer.ts';

const INNER = new AttributeTable({ INNER_NAME: [1, text], INNER_COUNT: [2, u64] });
const TABLE = new AttributeTable({
  ATTR_U8: [1, u8],
  ATTR_U16: [2, u16],
  ATTR_BE16: [3, be16],
  ATTR_U32: [4, u32],
  ATTR_TEXT: [5, text],
  ATTR_BYTES: [6, bytes],
  ATTR_IP: [7, ip],
  ATTR_NEST: [8, nest(INNER)],
});

const optional = { nil: undefined };
const values = fc.record(
  {
    ATTR_U8: fc.nat(0xff),
    ATTR_U16: fc.nat(0xffff),
    ATTR_BE16: fc.nat(0xffff),
    ATTR_U32: fc.nat(0xffff_ffff),
    ATTR_TEXT: fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
    ATTR_BYTES: fc.uint8Array({ maxLength: 40 }),
    ATTR_IP: fc.ipV4().map((address) => parseIp(address) as IpAddress),
    ATTR_NEST: fc.record({
      INNER_NAME: fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 9 }), optional),
      INNER_COUNT: fc.nat(Number.MAX_SAFE_INTEGER),
    }),
  },
  { requiredKeys: [] },
);

test('what is written is read', () => {
  fc.assert(
    fc.property(values, (wanted) => {
      const writer = new MessageWriter(4);
      TABLE.encode(writer, wanted);
      const decoded = TABLE.decode(writer.finish(), 0);
      expect(decoded).toEqual({ ok: true, value: { known: wanted, unknown: [] } });
    }),
  );
});

test('bytes are as the kernel headers say', () => {
  const writer = new MessageWriter();
  TABLE.encode(writer, { ATTR_BE16: 80, ATTR_TEXT: 'rr', ATTR_NEST: { INNER_COUNT: 2 ** 40 + 1 } });
  expect(Buffer.from(writer.finish()).toString('hex')).toBe(
    [
      '06000300',
      '0050',
      '0000',
      '07000500',
      '727200',
      '00',
      '10000880',
      '0c000200',
      '0100000000010000',
    ].join(''),
  );
});

test('an unknown attribute is kept, also with flags on its type', () => {
  const decoded = TABLE.decode(Buffer.from('0600ffffabcd0000', 'hex'), 0);
  expect(decoded).toMatchObject({
    ok: true,
    value: { known: {}, unknown: [{ type: 0x3fff, payload: Uint8Array.of(0xab, 0xcd) }] },
  });
});

test.each([
  ['a length below the header', '03000100', 'bad-length'],
  ['a length beyond the end', '0900010001000000', 'bad-length'],
  ['a number that is too short', '0500040001000000', 'bad-attribute'],
  ['an address of five bytes', '09000700010203040500000', 'bad-attribute'],
  ['a nest with a bad length', '0800080003000100', 'bad-attribute'],
])('%s is a fault', (_name, hex, reason) => {
  expect(TABLE.decode(Buffer.from(hex, 'hex'), 0)).toEqual({ ok: false, reason });
});

test('a number that lacks its last byte is a fault, also where the datagram ends there', () => {
  const numbers = { u8, u16, be16, u32, u64, be64 };
  const sizes = { u8: 1, u16: 2, be16: 2, u32: 4, u64: 8, be64: 8 };
  for (const name of Object.keys(sizes) as (keyof typeof sizes)[]) {
    const table = new AttributeTable({ ATTR_NUMBER: [1, numbers[name]] });
    const whole = Uint8Array.from([4 + sizes[name], 0, 1, 0, ...new Uint8Array(sizes[name])]);
    expect(table.decode(whole, 0)).toMatchObject({ value: { known: { ATTR_NUMBER: 0 } } });
    const cut = Uint8Array.from([3 + sizes[name], 0, 1, 0, ...new Uint8Array(sizes[name] - 1)]);
    expect(table.decode(cut, 0)).toEqual({ ok: false, reason: 'bad-attribute' });
  }
});

test('a message that ends within its fixed part is short', () => {
  expect(TABLE.decode(new Uint8Array(3), 4)).toEqual({ ok: false, reason: 'short-message' });
});
