import { expect, test } from 'vitest';
import { encodeControlPacket, type ControlPacket } from '../src/control-packet.ts';
import { readDatagram, type Datagram } from '../src/receive.ts';
import { createSession, packetOf } from '../src/session.ts';
import { ip, settingsOf } from './sessions.ts';

const NEAR = createSession(settingsOf({ source: ip('10.0.0.1') }), 11);
const FAR = createSession(
  settingsOf({ name: 'B2', neighbour: ip('10.9.0.2'), ttlMin: 250, port: 4784 }),
  12,
);
const ANY = createSession(settingsOf({ name: 'B6', neighbour: ip('2001:db8::2'), ttlMin: 0 }), 13);
const SESSIONS = [NEAR, FAR, ANY];

function found(packet: Partial<ControlPacket>, changes: Partial<Datagram> = {}): string {
  const said = { ...packetOf(createSession(settingsOf(), 99)), ...packet };
  const datagram: Datagram = {
    source: ip('10.0.0.2'),
    destination: ip('10.0.0.1'),
    port: 3784,
    ttl: 255,
    bytes: encodeControlPacket(said),
    ...changes,
  };
  const result = readDatagram(datagram, SESSIONS);
  return result.ok ? result.session.settings.name : result.reason;
}

test('RFC 5880 §6.8.6: Your Discriminator selects the session', () => {
  expect(found({ yourDiscriminator: 11, state: 'Up' })).toBe('B1');
  expect(found({ yourDiscriminator: 10, state: 'Up' })).toBe('no-session');
});

test('RFC 5880 §6.8.6: without it, the ends do', () => {
  expect(found({})).toBe('B1');
  expect(found({}, { source: ip('10.0.0.3') })).toBe('no-session');
  expect(found({}, { destination: ip('10.0.0.9') })).toBe('no-session');
});

test('RFC 5880 §6.8.6: a discriminator is of no use to another box', () => {
  expect(found({ yourDiscriminator: 12, state: 'Up' })).toBe('no-session');
  expect(found({ yourDiscriminator: 11, state: 'Up' }, { source: ip('10.0.0.3') })).toBe(
    'no-session',
  );
});

test('RFC 5881 §5: one hop away, a packet that has passed a router is dropped', () => {
  expect(found({}, { ttl: 254 })).toBe('ttl-too-low');
});

test('keepalived.conf(5) max_hops: a packet may have passed as many routers', () => {
  const source = ip('10.9.0.2');
  expect(found({}, { source, port: 4784, ttl: 250 })).toBe('B2');
  expect(found({}, { source, port: 4784, ttl: 249 })).toBe('ttl-too-low');
  expect(found({}, { source, ttl: 255 })).toBe('no-session');
  expect(found({}, { source: ip('2001:db8::2'), ttl: 1 })).toBe('B6');
});

test("a datagram that is no packet is nobody's", () => {
  expect(found({}, { bytes: new Uint8Array(5) })).toBe('too-short');
});
