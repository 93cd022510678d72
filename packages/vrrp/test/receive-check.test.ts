import fc from 'fast-check';
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import type { Advertisement } from '../src/advertisement.ts';
import { encodeAdvertisement } from '../src/advertisement.ts';
import type { ReceivedPacket } from '../src/ipv4-packet.ts';
import { ownAdvertisement } from '../src/own-advertisement.ts';
import { checkPacket } from '../src/receive-check.ts';
import type { UnicastSettings, VrrpInstanceSettings } from '../src/settings.ts';
import { instanceSettings, ip, vip } from './instance-settings.ts';

const SETTINGS = instanceSettings();
const PATH = { source: ip('10.77.0.2'), destination: ip('224.0.0.18') };

function packetOf(
  changes: Partial<VrrpInstanceSettings> = {},
  override: Partial<Advertisement> = {},
): ReceivedPacket {
  const advertisement = {
    ...ownAdvertisement(instanceSettings(changes), 50),
    ...override,
  } as Advertisement;
  return { ...PATH, ttl: 255, body: encodeAdvertisement(advertisement, PATH) };
}

function withBody(
  spoil: (body: Uint8Array) => Uint8Array,
  changes: Partial<VrrpInstanceSettings> = {},
): ReceivedPacket {
  const packet = packetOf(changes);
  return { ...packet, body: spoil(packet.body) };
}

test('a packet of the same configuration is heard', () => {
  expect(checkPacket(SETTINGS, packetOf())).toEqual({
    ok: true,
    heard: {
      source: PATH.source,
      priority: 50,
      advertisementInterval: seconds(1),
      oldChecksum: false,
    },
  });
});

test.each<[number, string, ReceivedPacket, string, string]>([
  [
    2,
    'a short packet',
    withBody((body) => body.subarray(0, -4)),
    'packet_len_err',
    'vrrp packet too short, length 40 and expect 44',
  ],
  [
    2,
    'a long packet',
    withBody((body) => Uint8Array.of(...body, 0, 0, 0, 0)),
    'packet_len_err',
    'vrrp packet too long, length 48 and expect 44',
  ],
  [
    3,
    'a packet that a router passed on',
    { ...packetOf(), ttl: 254 },
    'ip_ttl_err',
    'invalid TTL/HL. Received 254 and expect 255',
  ],
  [
    4,
    'another version',
    packetOf({ version: 3 }),
    'version_err',
    'wrong version. Received 3 and expect 2',
  ],
  [
    5,
    'an unknown authentication type',
    packetOf({}, { authenticationType: 7 }),
    'invalid_authtype',
    'Invalid auth type: 7',
  ],
  [
    5,
    'another authentication type',
    packetOf({}, { authenticationType: 0 }),
    'authtype_mismatch',
    'received a 0 auth, expecting 1!',
  ],
  [
    5,
    'another password',
    packetOf({ authentication: { type: 'PASS', password: 'secrets' } }),
    'auth_failure',
    'received an invalid passwd!',
  ],
  [
    6,
    'another interval',
    packetOf({ advertisementInterval: seconds(2) }),
    'advert_interval_err',
    "advertisement interval mismatch mine=1 sec rcv'd=2 sec",
  ],
  [
    7,
    'another type',
    withBody((body) => body.with(0, 0x22)),
    'invalid_type_rcvd',
    'Invalid packet type. 2 and expect 1',
  ],
  [
    8,
    'another number of addresses',
    packetOf({ addresses: [vip('10.77.0.100')] }),
    'addr_list_err',
    'received an unexpected ip number count 1, expected 2!',
  ],
  [
    9,
    'a wrong checksum',
    withBody((body) => body.with(2, 51)),
    'checksum_err',
    'Invalid VRRPv2 checksum',
  ],
  [
    11,
    'other addresses',
    packetOf({ addresses: [vip('10.77.0.100'), vip('10.77.0.102')] }),
    'addr_list_err',
    'ip address associated with VRID 51 not present in MASTER advert: 10.77.0.101',
  ],
])('inventory §3.6 row %i, RFC 3768 §7.1: %s is dropped and counted', (...row) => {
  const [, , packet, counter, log] = row;
  expect(checkPacket(SETTINGS, packet)).toMatchObject({ ok: false, counter, log });
});

const V3 = { version: 3 } as const;

test.each<[number, string, ReceivedPacket, string, string]>([
  [
    2,
    'a short packet',
    withBody((body) => body.subarray(0, -4), V3),
    'packet_len_err',
    'vrrp packet too short, length 32 and expect 36',
  ],
  [
    2,
    'a long packet',
    withBody((body) => Uint8Array.of(...body, 0, 0, 0, 0), V3),
    'packet_len_err',
    'vrrp packet too long, length 40 and expect 36',
  ],
  [
    3,
    'a packet that a router passed on',
    { ...packetOf(V3), ttl: 254 },
    'ip_ttl_err',
    'invalid TTL/HL. Received 254 and expect 255',
  ],
  [4, 'version 2', packetOf(), 'version_err', 'wrong version. Received 2 and expect 3'],
  [
    7,
    'another type',
    withBody((body) => body.with(0, 0x32), V3),
    'invalid_type_rcvd',
    'Invalid packet type. 2 and expect 1',
  ],
  [
    8,
    'another number of addresses',
    packetOf({ ...V3, addresses: [vip('10.77.0.100')] }),
    'addr_list_err',
    'received an unexpected ip number count 1, expected 2!',
  ],
  [
    9,
    'a wrong checksum',
    withBody((body) => body.with(2, 51), V3),
    'checksum_err',
    'Invalid VRRPv3 checksum',
  ],
  [
    11,
    'other addresses',
    packetOf({ ...V3, addresses: [vip('10.77.0.100'), vip('10.77.0.102')] }),
    'addr_list_err',
    'ip address associated with VRID 51 not present in MASTER advert: 10.77.0.101',
  ],
])('inventory §3.6 row %i, RFC 9568 §7.1: %s is dropped and counted', (...row) => {
  const [, , packet, counter, log] = row;
  const settings = instanceSettings(V3);
  expect(checkPacket(settings, packet)).toMatchObject({ ok: false, counter, log });
});

const SHORT = (body: Uint8Array): Uint8Array => body.subarray(0, -4);
const SPOILT = (body: Uint8Array): Uint8Array => body.with(2, 51);

test.each<[number, number, ReceivedPacket, string]>([
  [2, 3, { ...withBody(SHORT), ttl: 1 }, 'wrong-length'],
  [3, 4, { ...packetOf(V3), ttl: 1 }, 'ttl-not-255'],
  [4, 5, packetOf(V3), 'wrong-version'],
  [
    5,
    6,
    packetOf({
      authentication: { type: 'PASS', password: 'secrets' },
      advertisementInterval: seconds(2),
    }),
    'wrong-password',
  ],
  [6, 7, withBody((body) => body.with(0, 0x22).with(5, 2)), 'interval-mismatch'],
  [
    7,
    8,
    withBody((body) => body.with(0, 0x22), { addresses: [vip('10.77.0.100')] }),
    'unknown-type',
  ],
  [8, 9, withBody(SPOILT, { addresses: [vip('10.77.0.100')] }), 'address-count-mismatch'],
  [
    9,
    11,
    withBody(SPOILT, { addresses: [vip('10.77.0.100'), vip('10.77.0.102')] }),
    'bad-checksum',
  ],
  [9, 10, { ...withBody(SPOILT), destination: ip('10.77.0.1') }, 'bad-checksum'],
  [
    10,
    11,
    {
      ...packetOf({ addresses: [vip('10.77.0.100'), vip('10.77.0.102')] }),
      destination: ip('10.77.0.1'),
    },
    'not-multicast',
  ],
])('inventory §3.6: row %i is checked before row %i', (...row) => {
  const [, , packet, reason] = row;
  expect(checkPacket(SETTINGS, packet)).toMatchObject({ ok: false, reason });
});

test('inventory §3.6 row 10: a unicast packet is none of a multicast instance, without a word', () => {
  const packet = { ...packetOf(), destination: ip('10.77.0.1') };
  const verdict = checkPacket(SETTINGS, packet);
  expect(verdict).toEqual({ ok: false, reason: 'not-multicast' });
});

test('inventory §3.6 row 11: the order of addresses does not matter', () => {
  const packet = packetOf({ addresses: [vip('10.77.0.101'), vip('10.77.0.100')] });
  expect(checkPacket(SETTINGS, packet).ok).toBe(true);
});

test('inventory §3.6 row 11: skip_check_adv_addr trusts the addresses of the last master only', () => {
  const settings = instanceSettings({ skipCheckAdvertAddresses: true });
  const packet = packetOf({ addresses: [vip('10.77.0.100'), vip('10.77.0.102')] });
  expect(checkPacket(settings, packet, { lastMaster: PATH.source }).ok).toBe(true);
  expect(checkPacket(settings, packet, { lastMaster: ip('10.77.0.3') }).ok).toBe(false);
});

test('checking any bytes never throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, isV3) => {
      const settings = instanceSettings({ version: isV3 ? 3 : 2 });
      expect(checkPacket(settings, { ...PATH, ttl: 255, body: bytes }).ok).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

/** Adverts between two boxes that know each other. */
function unicast(changes: Partial<UnicastSettings> = {}): VrrpInstanceSettings {
  const peers = [{ address: PATH.source, minTtl: 0, maxTtl: 255 }];
  return instanceSettings({ unicast: { peers, ttl: 255, checkSource: false, ...changes } });
}

function fromPeer(changes: Partial<ReceivedPacket> = {}): ReceivedPacket {
  return { ...packetOf(), destination: ip('10.77.0.1'), ...changes };
}

test('inventory §3.6 row 3: the TTL of a peer matters only where limits are given', () => {
  const limited = unicast({ peers: [{ address: PATH.source, minTtl: 250, maxTtl: 254 }] });
  for (const ttl of [0, 64, 255]) {
    expect(checkPacket(unicast(), fromPeer({ ttl })).ok).toBe(true);
    expect(checkPacket(limited, fromPeer({ ttl }))).toEqual({
      ok: false,
      reason: 'ttl-out-of-range',
      counter: 'ip_ttl_err',
      log: `TTL/HL ${ttl} not in range 250 - 254`,
    });
  }
  expect(checkPacket(limited, fromPeer({ ttl: 250 })).ok).toBe(true);
});

test('inventory §3.6 row 10: a multicast packet is none of a unicast instance', () => {
  const verdict = checkPacket(unicast(), packetOf());
  expect(verdict).toEqual({ ok: false, reason: 'not-unicast' });
});

test('inventory §3.6 row 12: with check_unicast_src the sender must be a peer', () => {
  const packet = fromPeer({ source: ip('10.77.0.3') });
  const peers = ['10.77.0.7', PATH.source].map((each) => {
    return { address: ip(each), minTtl: 0, maxTtl: 255 };
  });
  expect(checkPacket(unicast({ checkSource: true, peers }), fromPeer()).ok).toBe(true);
  expect(checkPacket(unicast(), packet).ok).toBe(true);
  expect(checkPacket(unicast({ checkSource: true }), packet)).toEqual({
    ok: false,
    reason: 'not-a-peer',
    log: 'unicast source address 10.77.0.3 not a unicast peer',
  });
  expect(checkPacket(unicast({ checkSource: true }), fromPeer()).ok).toBe(true);
});

test('inventory §3.6: row 11 is checked before row 12', () => {
  const { body } = packetOf({ addresses: [vip('10.77.0.100'), vip('10.77.0.102')] });
  const packet = fromPeer({ source: ip('10.77.0.3'), body });
  const verdict = checkPacket(unicast({ checkSource: true }), packet);
  expect(verdict).toMatchObject({ reason: 'address-list-mismatch' });
});

test('RFC 9568 §5.2.8: the pseudo header has the address that the packet was sent to', () => {
  const settings = instanceSettings({ ...unicast(), version: 3 });
  const path = { source: PATH.source, destination: ip('10.77.0.1') };
  const body = encodeAdvertisement(ownAdvertisement(settings, 50), path);
  expect(checkPacket(settings, { ...path, ttl: 64, body }).ok).toBe(true);
  const elsewhere = { ...path, destination: ip('10.77.0.9') };
  expect(checkPacket(settings, { ...elsewhere, ttl: 64, body })).toMatchObject({
    reason: 'bad-checksum',
  });
});
