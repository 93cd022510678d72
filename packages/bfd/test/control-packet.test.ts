import { milliseconds, ZERO } from '@tandem/time';
import { expect, test } from 'vitest';
import {
  decodeControlPacket,
  encodeControlPacket,
  inMicroseconds,
  microseconds,
} from '../src/control-packet.ts';

/** What keepalived 2.2.7 sends of a session that is down, and that is up. */
const DOWN = '20400518989fffdc00000000000f42400000c35000000000';
const UP = '20c00318989fffdce3f740390000ea600000c35000000000';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

/** @returns a packet of a session that is up with some octets replaced */
function changed(changes: Readonly<Record<number, number>>): Uint8Array {
  const packet = bytes(UP);
  for (const [at, value] of Object.entries(changes)) packet[Number(at)] = value;
  return packet;
}

function reasonOf(packet: Uint8Array): string {
  const decoded = decodeControlPacket(packet);
  return decoded.ok ? 'none' : decoded.reason;
}

test('RFC 5880 §4.1: a packet of keepalived is read field by field', () => {
  expect(decodeControlPacket(bytes(UP))).toEqual({
    ok: true,
    value: {
      diagnostic: 0,
      state: 'Up',
      poll: false,
      final: false,
      independent: false,
      demand: false,
      detectMultiplier: 3,
      myDiscriminator: 0x989fffdc,
      yourDiscriminator: 0xe3f74039,
      desiredMinTx: milliseconds(60),
      requiredMinRx: milliseconds(50),
      requiredMinEchoRx: ZERO,
    },
  });
});

test('RFC 5880 §4.1: states are numbered from switched off to up', () => {
  const states = [0x00, 0x40, 0x80, 0xc0].map((second) => {
    const decoded = decodeControlPacket(changed({ 1: second }));
    return decoded.ok && decoded.value.state;
  });
  expect(states).toEqual(['AdminDown', 'Down', 'Init', 'Up']);
});

test('RFC 5880 §4.1: what is written is read again, with each flag', () => {
  for (const hex of [DOWN, UP, UP.replace('20c0', '23fa'), UP.replace('20c0', '27d8')]) {
    const decoded = decodeControlPacket(bytes(hex));
    expect(decoded.ok && Buffer.from(encodeControlPacket(decoded.value)).toString('hex')).toBe(hex);
  }
});

test('RFC 5880 §6.8.6: a packet that breaks a rule of its own is dropped for that rule', () => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [bytes(UP), 'none'],
    [changed({ 0: 0x00 }), 'unknown-version'],
    [changed({ 0: 0x40 }), 'unknown-version'],
    [changed({ 3: 23 }), 'wrong-length'],
    [changed({ 3: 25 }), 'wrong-length'],
    [bytes(UP).subarray(0, 23), 'too-short'],
    [new Uint8Array(0), 'too-short'],
    [changed({ 2: 0 }), 'zero-multiplier'],
    [changed({ 1: 0xc1 }), 'multipoint'],
    [changed({ 4: 0, 5: 0, 6: 0, 7: 0 }), 'zero-discriminator'],
    [changed({ 8: 0, 9: 0, 10: 0, 11: 0 }), 'state-without-discriminator'],
    [changed({ 1: 0x80, 8: 0, 9: 0, 10: 0, 11: 0 }), 'state-without-discriminator'],
    [changed({ 1: 0x40, 8: 0, 9: 0, 10: 0, 11: 0 }), 'none'],
    [changed({ 1: 0x00, 8: 0, 9: 0, 10: 0, 11: 0 }), 'none'],
  ];
  expect(cases.map(([packet]) => reasonOf(packet))).toEqual(cases.map(([, reason]) => reason));
});

test('RFC 5880 §6.8.6: what follows the length in the datagram is not looked at', () => {
  expect(reasonOf(Uint8Array.from([...bytes(UP), 1, 2, 3]))).toBe('none');
});

test('RFC 5880 §6.8.6: with authentication a packet is at least 26 octets, and is dropped for it', () => {
  const sealed = Uint8Array.from([...changed({ 1: 0xc4, 3: 28 }), 1, 4, 1, 0x78]);
  expect(reasonOf(sealed)).toBe('authenticated');
  expect(reasonOf(changed({ 1: 0xc4 }))).toBe('wrong-length');
  expect(reasonOf(Uint8Array.from([...changed({ 1: 0xc4, 3: 26 }), 1, 2]))).toBe('authenticated');
});

test('RFC 5880 §4.1: an interval is as many microseconds when it is sent on', () => {
  const intervals = [1, 1001, 16_100, 290_001, 999_999, 0xffffffff];
  expect(intervals.map((each) => inMicroseconds(microseconds(each)))).toEqual(intervals);
});
