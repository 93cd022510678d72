import { createHmac } from 'node:crypto';
import { instant, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { encodeAdvertisement, writeChecksum } from '../src/advertisement.ts';
import { keyOctets } from '../src/hmac-check.ts';
import { signAdvert, TRAILER_LENGTH } from '../src/hmac-trailer.ts';
import { ownAdvertisement } from '../src/own-advertisement.ts';
import { reasonsOf } from '../src/reasons.ts';
import { checkPacket, type KnownRouters } from '../src/receive-check.ts';
import type { HmacSettings, VrrpInstanceSettings } from '../src/settings.ts';
import { signersHeard } from '../src/signers.ts';
import { stampAt } from '../src/stamp.ts';
import type { VrrpState } from '../src/state.ts';
import { instanceSettings, ip } from './instance-settings.ts';
import { linesOf, started, stepAt } from './machine.ts';

const NOW = Date.UTC(2026, 6, 7, 12);
const KEY = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
const OTHER_KEY = 'ff'.repeat(64);
const HMAC: HmacSettings = {
  keys: [
    { id: 1, octets: KEY },
    { id: 2, octets: OTHER_KEY },
  ],
  activeKey: 1,
  antiReplay: 'time',
  timeWindow: seconds(5),
  mode: 'enforce',
};
const V6 = {
  family: 6,
  version: 3,
  multicastGroup: ip('ff02::12'),
  addresses: [{ address: ip('fe80::10'), prefixLength: 64, device: 'eth0', scope: 0 }],
} as const;

interface Given {
  readonly changes?: Partial<VrrpInstanceSettings>;
  readonly hmac?: Partial<HmacSettings>;
  readonly signedAt?: number;
  readonly keyId?: number;
  readonly key?: string;
  readonly known?: KnownRouters;
  readonly spoil?: (body: Uint8Array) => void;
  readonly trailer?: number;
}

/** Without the password that instances of these tests have. */
function unsealed(changes: Partial<VrrpInstanceSettings> = {}): VrrpInstanceSettings {
  const { authentication: _, ...settings } = instanceSettings(changes);
  return settings;
}

/** What an instance makes of an advert that was signed as given. */
function verdictOn(given: Given = {}): ReturnType<typeof checkPacket> {
  const settings = unsealed({ ...given.changes, hmac: { ...HMAC, ...given.hmac } });
  const isV6 = settings.family === 6;
  const path = {
    source: ip(isV6 ? 'fe80::2' : '10.77.0.2'),
    destination: settings.multicastGroup,
  };
  const room = given.trailer ?? TRAILER_LENGTH;
  const body = encodeAdvertisement(ownAdvertisement(settings, 100), path, room);
  const key = keyOctets(given.key ?? KEY);
  const head = { keyId: given.keyId ?? 1, stamp: stampAt(given.signedAt ?? NOW), key };
  if (room === TRAILER_LENGTH) signAdvert(body, path.source, head);
  given.spoil?.(body);
  writeChecksum(body, path);
  return checkPacket(settings, { ...path, ttl: 255, body, receivedAt: NOW }, given.known);
}

test.each([
  ['version 2', {}],
  ['version 3', { version: 3 }],
  ['IPv6', V6],
] as const)('a signed advert of %s is heard', (_, changes) => {
  expect(verdictOn({ changes })).toMatchObject({
    ok: true,
    heard: { trailer: { kind: 'signed', signer: { stamp: stampAt(NOW), skewed: false } } },
  });
});

test('a trailer has 16 octets of HMAC-SHA-256 over family, version, VRID, sender and advert', () => {
  const settings = unsealed({ version: 3 });
  const path = { source: ip('10.77.0.2'), destination: settings.multicastGroup };
  const body = encodeAdvertisement(ownAdvertisement(settings, 100), path, TRAILER_LENGTH);
  signAdvert(body, path.source, { keyId: 7, stamp: 0x0102030405060708n, key: keyOctets(KEY) });
  const advert = body.length - TRAILER_LENGTH;
  const head = [1, 7, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
  expect([...body.subarray(advert, -16)]).toEqual(head);
  // Without its checksum.
  const hashed = [...body.subarray(0, 6), 0, 0, ...body.subarray(8, advert), ...head];
  const expected = createHmac('sha256', Buffer.from(KEY, 'hex'))
    .update(Uint8Array.from([4, 3, settings.virtualRouterId, 0, 10, 77, 0, 2]))
    .update(Uint8Array.from([...hashed, ...new Uint8Array(16)]))
    .digest();
  expect([...body.subarray(-16)]).toEqual([...expected.subarray(0, 16)]);
});

function said(given: Given): string | undefined {
  const verdict = verdictOn(given);
  return verdict.ok ? undefined : verdict.log;
}

test('the log says what is wrong with a trailer', () => {
  const signers = [{ source: ip('10.77.0.2'), stamp: stampAt(NOW), skewed: false }];
  expect(said({ keyId: 3 })).toBe('auth_hmac trailer with unknown key 3');
  expect(said({ key: OTHER_KEY })).toBe('auth_hmac trailer of key 1 with a wrong HMAC');
  expect(said({ signedAt: NOW - 5100 })).toBe('auth_hmac trailer is 5.1 s old, time_window is 5 s');
  expect(said({ signedAt: NOW + 5250 })).toBe(
    'auth_hmac trailer is 5.3 s in the future, time_window is 5 s',
  );
  expect(said({ known: { signers } })).toBe(
    'auth_hmac trailer was seen before, or is older than one',
  );
});

test('a key that only the receiver still has verifies, too', () => {
  expect(verdictOn({ keyId: 2, key: OTHER_KEY }).ok).toBe(true);
});

test.each<[string, Given, string]>([
  ['without a trailer', { trailer: 0 }, 'auth_ext_missing'],
  ['of another format', { spoil: (body) => (body[body.length - 28] = 9) }, 'auth_ext_malformed'],
  ['with key id 0', { spoil: (body) => (body[body.length - 27] = 0) }, 'auth_ext_malformed'],
  ['with a key that is not known', { keyId: 3 }, 'auth_ext_unknown_key'],
  ['with another key', { key: OTHER_KEY }, 'auth_ext_invalid_hmac'],
  ['changed under way', { spoil: (body) => (body[2] = 255) }, 'auth_ext_invalid_hmac'],
  ['changed in its last octet', { spoil: last }, 'auth_ext_invalid_hmac'],
  ['older than the window', { signedAt: NOW - 5001 }, 'auth_ext_stale'],
  ['further in the future than the window', { signedAt: NOW + 5001 }, 'auth_ext_stale'],
])('an advert %s is dropped and counted', (_, given, counter) => {
  expect(verdictOn(given)).toMatchObject({ ok: false, reason: 'trailer', counter });
});

function last(body: Uint8Array): void {
  const at = body.length - 1;
  body[at] = (body[at] ?? 0) ^ 1;
}

test('without a clock nothing that is signed counts as fresh', () => {
  const settings = unsealed({ hmac: HMAC });
  const path = { source: ip('10.77.0.2'), destination: settings.multicastGroup };
  const body = encodeAdvertisement(ownAdvertisement(settings, 100), path, TRAILER_LENGTH);
  signAdvert(body, path.source, { keyId: 1, stamp: stampAt(NOW), key: keyOctets(KEY) });
  writeChecksum(body, path);
  expect(checkPacket(settings, { ...path, ttl: 255, body })).toMatchObject({
    counter: 'auth_ext_stale',
  });
});

test('an advert that was heard before, or one older than the last, is a replay', () => {
  const signers = [{ source: ip('10.77.0.2'), stamp: stampAt(NOW), skewed: false }];
  const known = { signers };
  expect(verdictOn({ known })).toMatchObject({ counter: 'auth_ext_replay' });
  expect(verdictOn({ known, signedAt: NOW - 1 })).toMatchObject({ counter: 'auth_ext_replay' });
  expect(verdictOn({ known, signedAt: NOW + 1 }).ok).toBe(true);
});

test('a trailer is worth nothing from another sender', () => {
  const settings = unsealed({ hmac: HMAC });
  const path = { source: ip('10.77.0.2'), destination: settings.multicastGroup };
  const body = encodeAdvertisement(ownAdvertisement(settings, 100), path, TRAILER_LENGTH);
  signAdvert(body, path.source, { keyId: 1, stamp: stampAt(NOW), key: keyOctets(KEY) });
  const stolen = { ...path, source: ip('10.77.0.3') };
  writeChecksum(body, stolen);
  const verdict = checkPacket(settings, { ...stolen, ttl: 255, body, receivedAt: NOW });
  expect(verdict).toMatchObject({ counter: 'auth_ext_invalid_hmac' });
});

test('with anti_replay monotonic the clock does not matter, the order does', () => {
  const hmac = { antiReplay: 'monotonic' } as const;
  const signedAt = NOW - 86_400_000;
  expect(verdictOn({ hmac, signedAt }).ok).toBe(true);
  const signers = [{ source: ip('10.77.0.2'), stamp: stampAt(signedAt), skewed: false }];
  expect(verdictOn({ hmac, signedAt, known: { signers } })).toMatchObject({
    counter: 'auth_ext_replay',
  });
});

test.each(['permissive', 'receive-only'] as const)(
  'mode %s hears adverts without a trailer, and drops those with a wrong one',
  (mode) => {
    expect(verdictOn({ hmac: { mode }, trailer: 0 })).toMatchObject({
      ok: true,
      heard: { trailer: { kind: 'unsigned' } },
    });
    expect(verdictOn({ hmac: { mode }, key: OTHER_KEY })).toMatchObject({
      counter: 'auth_ext_invalid_hmac',
    });
  },
);

test('more than half a window of difference is said of the sender', () => {
  for (const [differenceMs, skewed] of [
    [-2600, true],
    [-2400, false],
    [2400, false],
    [2600, true],
  ] as const)
    expect(verdictOn({ signedAt: NOW + differenceMs })).toMatchObject({
      heard: { trailer: { signer: { skewed } } },
    });
});

test('without auth_hmac an advert with a trailer is too long', () => {
  const settings = unsealed();
  const path = { source: ip('10.77.0.2'), destination: settings.multicastGroup };
  const body = encodeAdvertisement(ownAdvertisement(settings, 100), path, TRAILER_LENGTH);
  writeChecksum(body, path);
  expect(checkPacket(settings, { ...path, ttl: 255, body, receivedAt: NOW })).toMatchObject({
    counter: 'packet_len_err',
  });
});

function afterAdvert(state: VrrpState, body: Uint8Array, now: number): ReturnType<typeof stepAt> {
  const path = { source: ip('10.77.0.2'), destination: state.settings.multicastGroup };
  writeChecksum(body, path);
  const packet = { ...path, ttl: 255, body, receivedAt: NOW + now };
  return stepAt(state, now, { type: 'packet', packet });
}

test('what is forged does not keep a backup from becoming master, and is told', () => {
  const before = started({ hmac: HMAC, version: 3 });
  const { settings } = before;
  const path = { source: ip('10.77.0.2'), destination: settings.multicastGroup };
  const body = encodeAdvertisement(ownAdvertisement(settings, 255), path);
  const { state } = afterAdvert(before, body, 1000);
  expect(state.masterDownDue).toBe(before.masterDownDue);
  expect(state.refused?.why).toBe('advert without auth_hmac trailer');
  expect(state.counters).toMatchObject({ auth_ext_missing: 1, advert_rcvd: 0 });
});

test('signers are remembered, a captured advert counts once, and a clock that runs away is told once', () => {
  let state = started({ hmac: HMAC, version: 3 });
  const { settings } = state;
  const path = { source: ip('10.77.0.2'), destination: settings.multicastGroup };
  const told: string[] = [];
  for (const [at, signedAt] of [
    [100, NOW + 100],
    [200, NOW + 100],
    [300, NOW - 2600],
    [1000, NOW + 3900],
    [2000, NOW + 4900],
  ] as const) {
    const body = encodeAdvertisement(ownAdvertisement(settings, 200), path, TRAILER_LENGTH);
    signAdvert(body, path.source, { keyId: 1, stamp: stampAt(signedAt), key: keyOctets(KEY) });
    const outcome = afterAdvert(state, body, at);
    state = outcome.state;
    const lines = linesOf(outcome).filter((each) => each.includes('clock'));
    told.push(...lines.map((each) => `${at} ${each}`));
  }
  expect(state.signers.map(({ source }) => source)).toEqual(['10.77.0.2']);
  expect(state.counters).toMatchObject({ advert_rcvd: 3, auth_ext_replay: 2 });
  const ahead =
    /^1000 .*clock of 10\.77\.0\.2 is 2\.9 s ahead: beyond time_window its adverts are dropped$/;
  expect(told).toEqual([expect.stringMatching(ahead)]);
});

test('in mode permissive the first advert without a trailer is told of, and each is counted', () => {
  let state = started({ hmac: { ...HMAC, mode: 'permissive' }, version: 3 });
  const path = { source: ip('10.77.0.2'), destination: state.settings.multicastGroup };
  const told: string[][] = [];
  for (const at of [100, 200]) {
    const body = encodeAdvertisement(ownAdvertisement(state.settings, 200), path);
    const outcome = afterAdvert(state, body, at);
    state = outcome.state;
    told.push(linesOf(outcome).filter((each) => each.includes('trailer')));
  }
  const line = 'advert of 10.77.0.2 without auth_hmac trailer';
  expect(told).toEqual([[expect.stringContaining(line)], []]);
  expect(state.counters).toMatchObject({ auth_ext_missing: 2, advert_rcvd: 2 });
});

/** An advert of 10.77.0.2, signed when it comes. */
function afterSigned(state: VrrpState, now: number, key = KEY): VrrpState {
  const path = { source: ip('10.77.0.2'), destination: state.settings.multicastGroup };
  const body = encodeAdvertisement(ownAdvertisement(state.settings, 200), path, TRAILER_LENGTH);
  signAdvert(body, path.source, { keyId: 1, stamp: stampAt(NOW + now), key: keyOctets(key) });
  return afterAdvert(state, body, now).state;
}

function told(state: VrrpState, now: number): string[] {
  return signersHeard(state, instant(now));
}

test('a signer is told of while its adverts are taken, and its stamp outlives that', () => {
  const heard = afterSigned(started({ hmac: HMAC, version: 3 }), 100);
  expect(told(heard, 3500)).toEqual(['10.77.0.2']);
  expect(told(heard, 4000)).toEqual([]);
  const refused = afterSigned(heard, 200, OTHER_KEY);
  expect(told(refused, 300)).toEqual([]);
  expect(refused.signers).toMatchObject([{ stamp: stampAt(NOW + 100) }]);
  expect(told(afterSigned(refused, 400), 500)).toEqual(['10.77.0.2']);
});

test('with another auth_hmac nobody is told of until heard again; other changes do not matter', () => {
  const heard = afterSigned(started({ hmac: HMAC, version: 3 }), 100);
  const reconfigured = (changes: Partial<VrrpInstanceSettings>): string[] => {
    const settings = { ...heard.settings, ...changes };
    return told(stepAt(heard, 200, { type: 'reconfigure', settings }).state, 300);
  };
  expect(reconfigured({ preempt: false })).toEqual(['10.77.0.2']);
  expect(reconfigured({ hmac: { ...HMAC, activeKey: 2 } })).toEqual([]);
});

test('a good advert ends what is told of a refused one of the same router', () => {
  const refused = afterSigned(started({ hmac: HMAC, version: 3 }), 100, OTHER_KEY);
  const words = /adverts from 10\.77\.0\.2 are refused/;
  expect(reasonsOf(refused, instant(200)).join()).toMatch(words);
  expect(reasonsOf(afterSigned(refused, 200), instant(300)).join()).not.toMatch(words);
});
