import { internetChecksum } from '@tandem/inet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeIpv4Packet, encodeIpv4Packet } from '../src/ipv4-packet.ts';
import { ip } from './instance-settings.ts';

const PATH = { source: ip('10.77.0.1'), destination: ip('224.0.0.18') };
const BODY = Uint8Array.of(1, 2, 3, 4);

test('the header has TTL 255, DSCP CS6, protocol 112 and a right checksum', () => {
  const packet = encodeIpv4Packet(PATH, BODY);
  expect(Buffer.from(packet.subarray(0, 10)).toString('hex')).toBe('45c0001800000000ff70');
  expect(internetChecksum(packet.subarray(0, 20))).toBe(0);
});

test('the TTL is another one where that is wanted', () => {
  expect(encodeIpv4Packet(PATH, BODY, { ttl: 5 })[8]).toBe(5);
});

test('decoding what was encoded gives it back', () => {
  const packet = encodeIpv4Packet(PATH, BODY);
  expect(decodeIpv4Packet(packet)).toEqual({
    ok: true,
    value: { ...PATH, ttl: 255, body: BODY },
  });
});

test.each([
  ['too-short', (packet: Uint8Array) => packet.subarray(0, 19)],
  ['not-ipv4', (packet: Uint8Array) => packet.with(0, 0x65)],
  ['wrong-length', (packet: Uint8Array) => packet.with(0, 0x44)],
  ['wrong-length', (packet: Uint8Array) => packet.with(3, 25)],
  ['wrong-length', (packet: Uint8Array) => packet.with(3, 19)],
  ['fragment', (packet: Uint8Array) => packet.with(6, 0x20)],
  ['not-vrrp', (packet: Uint8Array) => packet.with(9, 51)],
])('what is no packet is refused as %s', (reason, spoil) => {
  const packet = spoil(encodeIpv4Packet(PATH, BODY));
  expect(decodeIpv4Packet(packet)).toEqual({ ok: false, reason });
});

test('the body ends where the header says, not where the buffer ends', () => {
  const padded = Uint8Array.of(...encodeIpv4Packet(PATH, BODY), 0, 0, 0);
  expect(decodeIpv4Packet(padded)).toMatchObject({ ok: true, value: { body: BODY } });
});

test('decoding any bytes never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      decodeIpv4Packet(bytes);
    }),
    { numRuns: 2000 },
  );
});
