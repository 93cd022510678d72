import { expect, test } from 'vitest';
import { ByteReader, ByteWriter, OutOfBytesError } from '../src/index.ts';

test('what the writer writes the reader reads, in network order', () => {
  const bytes = new ByteWriter(10)
    .u8(0x21)
    .u16(0x1234)
    .u32(0xdeadbeef)
    .bytes(Uint8Array.of(7, 8, 9))
    .patchU16(1, 0x4321)
    .finish();
  const reader = new ByteReader(bytes);
  expect([reader.u8(), reader.u16(), reader.u32()]).toEqual([0x21, 0x4321, 0xdeadbeef]);
  expect(reader.bytes(3)).toEqual(Uint8Array.of(7, 8, 9));
  expect([reader.remaining, reader.offset]).toEqual([0, 10]);
});

test('reading past the end is an error that names the place, and moves nothing', () => {
  const reader = new ByteReader(Uint8Array.of(1, 2, 3));
  reader.u16();
  expect(() => reader.u16()).toThrow(OutOfBytesError);
  expect(() => reader.bytes(-1)).toThrow(OutOfBytesError);
  expect(() => reader.u32()).toThrow('4 bytes wanted at offset 2, 1 left');
  expect(reader.u8()).toBe(3);
});

test('a reader over a slice does not see its surroundings', () => {
  const whole = Uint8Array.of(9, 1, 2, 9);
  const reader = new ByteReader(whole.subarray(1, 3));
  expect(reader.u16()).toBe(0x0102);
  expect(() => reader.u8()).toThrow(OutOfBytesError);
});
