/**
 * The state machine of both RFCs, §6.4, rule by rule. What the kernel does with the addresses while
 * they are on the interface (ARP, neighbour discovery, forwarding) is said here as: they are on, or
 * not.
 */
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { encodeAdvertisement } from '../src/advertisement.ts';
import type { VrrpEvent } from '../src/event.ts';
import { ownAdvertisement } from '../src/own-advertisement.ts';
import type { VrrpInstanceSettings } from '../src/settings.ts';
import { createInstance } from '../src/state.ts';
import { instanceSettings, ip, vip } from './instance-settings.ts';
import {
  advert as anyAdvert,
  announcedBy,
  atDeadline,
  master as anyMaster,
  sentBy,
  SOURCE,
  started as anyStarted,
  startOf as anyStartOf,
  stepAt,
} from './machine.ts';

const ADDRESSES = ['10.77.0.100', '10.77.0.101'];
const OWNER = { priority: 255, initialState: 'MASTER' } as const;
const RFCS = [
  { rfc: 'RFC 3768', version: 2, skewMs: 609.375 },
  { rfc: 'RFC 9568', version: 3, skewMs: 609.375 },
] as const;

for (const { rfc, version, skewMs } of RFCS) {
  const settings: Partial<VrrpInstanceSettings> = { version };
  type Changes = Partial<VrrpInstanceSettings>;
  const startOf = (changes: Changes = {}): ReturnType<typeof anyStartOf> =>
    anyStartOf({ ...settings, ...changes });
  const started = (changes: Changes = {}): ReturnType<typeof anyStarted> =>
    anyStarted({ ...settings, ...changes });
  const master = (changes: Changes = {}): ReturnType<typeof anyMaster> =>
    anyMaster({ ...settings, ...changes });
  const advert = (priority: number, from = '10.77.0.2'): ReturnType<typeof anyAdvert> =>
    anyAdvert(priority, from, settings);
  const downMs = 3000 + skewMs;

  test(`${rfc} §6.4.1: an owner sends an advert, announces its addresses, sets Adver_Timer and is master`, () => {
    const outcome = startOf(OWNER);
    expect(outcome.state).toMatchObject({ state: 'MASTER', advertisementDue: 1000 });
    expect(sentBy(outcome)).toEqual([255]);
    expect(announcedBy(outcome)).toEqual(ADDRESSES);
  });

  test(`${rfc} §6.4.1: anybody else sets the timer to three intervals and Skew_Time and is backup`, () => {
    const outcome = startOf();
    expect(outcome.state.state).toBe('BACKUP');
    expect(outcome.state.masterInterval).toBe(seconds(1));
    expect(outcome.state.deadline).toBeCloseTo(downMs, 3);
    expect(sentBy(outcome)).toEqual([]);
  });

  test(`${rfc} §6.4.2: a backup has the addresses on no interface, and sends nothing`, () => {
    const outcome = stepAt(started(), 1000, advert(150));
    expect(outcome.effects).toEqual([]);
  });

  test(`${rfc} §6.4.2: at shutdown a backup cancels its timer, and sends nothing`, () => {
    const outcome = stepAt(started(), 1000, { type: 'stop' });
    expect(outcome.state).toMatchObject({ state: 'INIT', deadline: undefined });
    expect(sentBy(outcome)).toEqual([]);
  });

  test(`${rfc} §6.4.2: when its timer fires it sends an advert, announces, sets Adver_Timer and is master`, () => {
    const outcome = atDeadline(started());
    expect(outcome.state.state).toBe('MASTER');
    expect(outcome.state.advertisementDue).toBeCloseTo(downMs + 1000, 3);
    expect(sentBy(outcome)).toEqual([100]);
    expect(announcedBy(outcome)).toEqual(ADDRESSES);
    const addresses = ADDRESSES.map((each) => vip(each));
    expect(outcome.effects).toContainEqual({ type: 'add-addresses', addresses });
  });

  test(`${rfc} §6.4.2: priority 0 sets the timer to Skew_Time`, () => {
    const { state } = stepAt(started(), 1000, advert(0));
    expect(state.deadline).toBeCloseTo(1000 + skewMs, 3);
  });

  test(`${rfc} §6.4.2: an equal or higher priority resets the timer`, () => {
    for (const priority of [100, 101, 255]) {
      const { state } = stepAt(started(), 1000, advert(priority));
      expect(state.deadline).toBeCloseTo(1000 + downMs, 3);
    }
  });

  test(`${rfc} §6.4.2: with Preempt_Mode false a lower priority does, too`, () => {
    const { state } = stepAt(started({ preempt: false }), 1000, advert(99));
    expect(state.deadline).toBeCloseTo(1000 + downMs, 3);
  });

  test(`${rfc} §6.4.2: with Preempt_Mode true a lower priority is discarded`, () => {
    const before = started();
    const { state, effects } = stepAt(before, 1000, advert(99));
    expect(state.deadline).toBeCloseTo(downMs, 3);
    expect(state).toMatchObject({ master: undefined, masterInterval: before.masterInterval });
    expect(effects.filter(({ type }) => type !== 'log')).toEqual([]);
  });

  test(`${rfc} §6.4.3: at shutdown a master cancels its timer and sends priority 0`, () => {
    const outcome = stepAt(master(), 4000, { type: 'stop' });
    expect(outcome.state).toMatchObject({ state: 'INIT', deadline: undefined });
    expect(sentBy(outcome)).toEqual([0]);
  });

  test(`${rfc} §6.4.3: when Adver_Timer fires it sends an advert and resets the timer`, () => {
    const outcome = atDeadline(master());
    expect(sentBy(outcome)).toEqual([100]);
    expect(outcome.state.deadline).toBeCloseTo(downMs + 2000, 3);
  });

  test(`${rfc} §6.4.3: priority 0 is answered by an advert, and resets Adver_Timer`, () => {
    const outcome = stepAt(master(), 4000, advert(0));
    expect(outcome.state).toMatchObject({ state: 'MASTER', advertisementDue: 5000 });
    expect(sentBy(outcome)).toEqual([100]);
  });

  test(`${rfc} §6.4.3: a higher priority makes it a backup with a whole timer, without a last advert`, () => {
    const outcome = stepAt(master(), 4000, advert(101));
    expect(outcome.state).toMatchObject({ state: 'BACKUP', advertisementDue: undefined });
    expect(outcome.state.deadline).toBeCloseTo(4000 + downMs, 3);
    expect(sentBy(outcome)).toEqual([]);
  });

  test(`${rfc} §6.4.3: so does an equal priority from a higher address, compared as numbers`, () => {
    expect(stepAt(master(), 4000, advert(100, '10.77.0.10')).state.state).toBe('BACKUP');
    expect(stepAt(master(), 4000, advert(100, '10.77.0.4')).state.state).toBe('MASTER');
  });

  test.each([
    ['a lower priority', 99, '10.77.0.9'],
    ['an equal priority from a lower address', 100, '10.77.0.4'],
  ])(`${rfc} §6.4.3: %s is discarded: it stays master, with its addresses`, (_, priority, from) => {
    const before = master();
    const { state, effects } = stepAt(before, 4000, advert(priority, from));
    const { masterInterval, basePriority, effectivePriority } = before;
    const kept = { state: 'MASTER', master: undefined, masterDownDue: undefined };
    expect(state).toMatchObject({ ...kept, masterInterval, basePriority, effectivePriority });
    expect(effects).not.toContainEqual(expect.objectContaining({ type: 'remove-addresses' }));
    expect(sentBy({ effects })).not.toContain(0);
  });
}

test('RFC 9568 §6.4.3: a lower priority is answered at once, for its sender and for learning bridges', () => {
  const outcome = stepAt(
    anyMaster({ version: 3 }),
    4000,
    anyAdvert(99, '10.77.0.2', { version: 3 }),
  );
  expect(sentBy(outcome)).toEqual([100]);
});

test('RFC 9568 §6.4.2: a backup learns the interval of the active router, and its timers with it', () => {
  const settings = { version: 3, advertisementInterval: seconds(0.5) } as const;
  const theirs = { version: 3, advertisementInterval: seconds(0.2) } as const;
  const heard = stepAt(anyStarted(settings), 100, anyAdvert(200, '10.77.0.9', theirs)).state;
  const skewMs = (156 / 256) * 200;
  expect(heard.deadline).toBeCloseTo(100 + 600 + skewMs, 3);
  const left = stepAt(heard, 200, anyAdvert(0, '10.77.0.9', theirs)).state;
  expect(left.deadline).toBeCloseTo(200 + skewMs, 3);
});

test('RFC 9568 §6.4.2, §6.4.3: of an advert that is discarded the interval is not learned', () => {
  const theirs = { version: 3, advertisementInterval: seconds(0.2) } as const;
  const low = anyAdvert(50, '10.77.0.9', theirs);
  const backup = stepAt(anyStarted({ version: 3 }), 1000, low).state;
  expect([backup.masterInterval, backup.deadline]).toEqual([seconds(1), 3609.375]);
  const active = stepAt(anyMaster({ version: 3 }), 4000, low).state;
  expect([active.masterInterval, active.advertisementDue]).toEqual([seconds(1), 5000]);
});

test('RFC 9568 §6.4.3: an active router that yields learns the interval of the other one', () => {
  const theirs = { version: 3, advertisementInterval: seconds(0.2) } as const;
  const { state } = stepAt(anyMaster({ version: 3 }), 4000, anyAdvert(200, '10.77.0.9', theirs));
  expect(state.deadline).toBeCloseTo(4000 + 600 + (156 / 256) * 200, 3);
});

test('RFC 9568 §6.4.2: an active router adverts in its own interval, whatever it has learned', () => {
  const settings = { version: 3, advertisementInterval: seconds(0.5) } as const;
  const theirs = { version: 3, advertisementInterval: seconds(0.2) } as const;
  const heard = stepAt(anyStarted(settings), 100, anyAdvert(200, '10.77.0.9', theirs)).state;
  const { state } = atDeadline(heard);
  expect(state.advertisementDue).toBeCloseTo((heard.deadline ?? 0) + 500, 3);
});

test('RFC 3768 §6.1: version 2 has one interval, and never learns another', () => {
  const longer = { advertisementInterval: seconds(2) };
  const { state } = stepAt(anyStarted(), 1000, anyAdvert(200, '10.77.0.9', longer));
  expect(state.masterInterval).toBe(seconds(1));
  expect(state.deadline).toBeCloseTo(3609.375, 3);
});

test('RFC 3768 §6.1, RFC 9568 §6.1: of three adverts that must be missed none may be heard', () => {
  let state = anyStarted();
  for (const now of [2900, 5800, 8700]) ({ state } = stepAt(state, now, anyAdvert(150)));
  expect(state.state).toBe('BACKUP');
  expect(state.deadline).toBeCloseTo(8700 + 3609.375, 3);
});

test('RFC 3768 §6.4.1, RFC 9568 §6.4.1: adverts come from the primary address of the interface', () => {
  const { effects } = anyStartOf(OWNER);
  expect(effects).toContainEqual({ type: 'send-advertisement', priority: 255, source: SOURCE });
});

const IPV6 = {
  version: 3,
  family: 6,
  authentication: undefined as never,
  addresses: [vip('fe80::100'), vip('2001:db8::100')],
  multicastGroup: ip('ff02::12'),
} as const;
const OWN_IPV6 = ip('fe80::9');

/** What an instance of IPv6 does at the start. */
function startOfIpv6(changes: Partial<VrrpInstanceSettings> = {}): ReturnType<typeof stepAt> {
  const state = createInstance(instanceSettings({ ...IPV6, ...changes }));
  return stepAt(state, 0, { type: 'start', interfaceUp: true, source: OWN_IPV6 });
}

/** An advert of a router with the same addresses. */
function advertOfIpv6(priority: number, from: string): VrrpEvent {
  const path = { source: ip(from), destination: IPV6.multicastGroup };
  const body = encodeAdvertisement(ownAdvertisement(instanceSettings(IPV6), priority), path);
  return { type: 'packet', packet: { ...path, ttl: 255, body } };
}

test('RFC 9568 §6.4.1, IPv6: an owner announces each address, and adverts from its link-local one', () => {
  const outcome = startOfIpv6(OWNER);
  expect(outcome.state).toMatchObject({ state: 'MASTER', advertisementDue: 1000 });
  expect(announcedBy(outcome)).toEqual(['fe80::100', '2001:db8::100']);
  const sent = { type: 'send-advertisement', priority: 255, source: OWN_IPV6 };
  expect(outcome.effects).toContainEqual(sent);
});

test('RFC 9568 §6.4.2, IPv6: when its timer fires a backup adverts, announces each address and is active', () => {
  const outcome = atDeadline(startOfIpv6().state);
  expect([outcome.state.state, sentBy(outcome)]).toEqual(['MASTER', [100]]);
  expect(announcedBy(outcome)).toEqual(['fe80::100', '2001:db8::100']);
});

test('RFC 9568 §6.4.3, IPv6: of an equal priority the higher link-local address wins, compared as numbers', () => {
  const { state } = atDeadline(startOfIpv6().state);
  const after = (from: string): string => stepAt(state, 4000, advertOfIpv6(100, from)).state.state;
  expect(['fe80::10', 'fe80::a', 'fe80::8'].map(after)).toEqual(['BACKUP', 'BACKUP', 'MASTER']);
});
