import { expect, test } from 'vitest';
import { encodeAdvertisement } from '../src/advertisement.ts';
import type { VrrpEvent } from '../src/event.ts';
import { ownAdvertisement } from '../src/own-advertisement.ts';
import type { VrrpInstanceSettings } from '../src/settings.ts';
import { checksumPath } from '../src/unicast-checksum.ts';
import { instanceSettings, ip } from './instance-settings.ts';
import { linesOf, SOURCE, started, stepAt } from './machine.ts';

const PEER = ip('10.77.0.2');
const GROUP = ip('224.0.0.18');
const TO_PEER = { source: SOURCE, destination: PEER };

function settingsWith(oldChecksum?: 'always' | 'never'): Partial<VrrpInstanceSettings> {
  const peers = [{ address: PEER, minTtl: 0, maxTtl: 255 }];
  const more = oldChecksum === undefined ? {} : { oldChecksum };
  return { version: 3, unicast: { peers, ttl: 255, checkSource: false, ...more } };
}

/** From the peer, with the checksum for a destination. */
function packet(summedFor: string, changes = settingsWith()): VrrpEvent {
  const advertisement = ownAdvertisement(instanceSettings(changes), 150);
  const path = { source: PEER, destination: ip(summedFor) };
  const body = encodeAdvertisement(advertisement, path);
  return { type: 'packet', packet: { source: PEER, destination: SOURCE, ttl: 255, body } };
}

test('inventory §3.5, old_unicast_checksum: a peer with the old checksum is heard, and answered in kind', () => {
  const settings = settingsWith();
  const heard = stepAt(started(settings), 1000, packet(GROUP));
  expect(heard.state.counters).toMatchObject({ advert_rcvd: 1, checksum_err: 0 });
  expect(linesOf(heard)).toEqual(['(V) Setting unicast VRRPv3 checksum to old version']);
  const { oldChecksumPeers } = heard.state;
  const complete = instanceSettings(settings);
  expect(checksumPath(complete, TO_PEER, oldChecksumPeers)?.destination).toBe(GROUP);
  const other = { source: SOURCE, destination: ip('10.77.0.3') };
  expect(checksumPath(complete, other, oldChecksumPeers)).toEqual(other);
  expect(linesOf(stepAt(heard.state, 2000, packet(GROUP)))).toEqual([]);
  const renewed = stepAt(heard.state, 3000, packet(SOURCE));
  expect(renewed.state.oldChecksumPeers).toEqual([]);
});

test('inventory §3.5, old_unicast_checksum: both are heard, and the old one is sent to all', () => {
  const settings = settingsWith('always');
  for (const destination of [GROUP, SOURCE]) {
    const { state } = stepAt(started(settings), 1000, packet(destination));
    expect(state.counters).toMatchObject({ advert_rcvd: 1, checksum_err: 0 });
  }
  expect(checksumPath(instanceSettings(settings), TO_PEER, [])?.destination).toBe(GROUP);
});

test('inventory §3.5, old_unicast_checksum never: the old one is bad', () => {
  const heard = stepAt(started(settingsWith('never')), 1000, packet(GROUP));
  expect(linesOf(heard)).toEqual(['(V) Invalid VRRPv3 checksum']);
  expect(heard.state.counters.checksum_err).toBe(1);
});

test.each<[string, Partial<VrrpInstanceSettings>]>([
  ['version 2', { ...settingsWith('always'), version: 2 }],
  ['multicast', { version: 3 }],
])('%s has one checksum only', (_, changes) => {
  const settings = instanceSettings(changes);
  const body = encodeAdvertisement(ownAdvertisement(settings, 1), TO_PEER);
  const path = checksumPath(settings, TO_PEER, [PEER]);
  expect(encodeAdvertisement(ownAdvertisement(settings, 1), path)).toEqual(body);
});

test('keepalived.conf(5) v3_checksum_as_v2: neither source nor destination is part of the checksum', () => {
  const changes = { version: 3, checksumAsVersion2: true } as const;
  const settings = instanceSettings(changes);
  const path = checksumPath(settings, TO_PEER, []);
  const bodyOf = (each: typeof path): Uint8Array =>
    encodeAdvertisement(ownAdvertisement(settings, 150), each);
  expect(bodyOf(path)).toEqual(bodyOf(undefined));
  expect(bodyOf(path)).not.toEqual(bodyOf(TO_PEER));
  const group = { source: PEER, destination: ip(GROUP) };
  for (const body of [bodyOf(undefined), bodyOf(group)]) {
    const packet = { ...group, ttl: 255, body };
    const { state } = stepAt(started(changes), 1000, { type: 'packet', packet });
    expect(state.counters).toMatchObject({ advert_rcvd: 1, checksum_err: 0 });
  }
  const packet = { ...group, ttl: 255, body: bodyOf(undefined) };
  const { state } = stepAt(started({ version: 3 }), 1000, { type: 'packet', packet });
  expect(state.counters).toMatchObject({ advert_rcvd: 0, checksum_err: 1 });
});

test.each<Partial<VrrpInstanceSettings>>([{ version: 2 }, { version: 3, family: 6 }])(
  'keepalived.conf(5) v3_checksum_as_v2 is about version 3 over IPv4 alone: %j',
  (changes) => {
    const settings = instanceSettings({ ...changes, checksumAsVersion2: true });
    expect(checksumPath(settings, TO_PEER, [])).toBe(TO_PEER);
  },
);
