import type { Settings } from '@tandem/config';
import { seconds } from '@tandem/time';
import { encodeAdvertisement, ownAdvertisement } from '@tandem/vrrp';
import { afterEach, expect, test, vi } from 'vitest';
import type { VrrpProcess } from '../../src/vrrp/vrrp-process.ts';
import {
  FakeHost,
  groupOf,
  ip,
  kernelAddress,
  ownerSettings,
  settingsOf,
  vip,
} from './fake-host.ts';

const ETH1 = { index: 3, name: 'eth1' };
const PLAIN = { priority: 100, initialState: 'BACKUP', smtpAlert: false, notify: {} } as const;
const S1 = ownerSettings({ ...PLAIN, name: 'S1' });
const S2 = ownerSettings({
  ...PLAIN,
  name: 'S2',
  interface: 'eth1',
  virtualRouterId: 52,
  addresses: [vip('10.78.0.100', 'eth1')],
});
const OTHER = ownerSettings({ name: 'W', virtualRouterId: 53, addresses: [vip('10.77.0.101')] });

afterEach(() => {
  vi.useRealTimers();
});

/** A host with eth0 and eth1, and time that only moves when it is told to. */
async function startedOn(host: FakeHost, settings: Settings): Promise<VrrpProcess> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  host.changeLink(ETH1);
  host.putAddress(kernelAddress('10.78.0.1', { interfaceIndex: ETH1.index }));
  return host.start(settings);
}

/** Lets the timers fire one after the other. */
async function passTime(host: FakeHost, secondsLong: number): Promise<void> {
  for (let i = 0; i < secondsLong * 10; i += 1) {
    host.clock.advance(seconds(0.1));
    vi.advanceTimersByTime(100);
    await host.calm();
  }
}

test('the instances of a group become master together, and the group tells after them', async () => {
  const host = new FakeHost();
  await startedOn(host, groupOf([S1, S2]));
  host.news();
  await passTime(host, 4);
  const news = host.news();
  expect(news.filter((each) => /^state|^script|^mail|^add/.test(each))).toEqual([
    'state S2 MASTER',
    'state S1 MASTER',
    'add 10.78.0.100',
    'add 10.77.0.100',
    'script /g GROUP G MASTER 0',
    'mail VRRP Group G - Entering MASTER state',
  ]);
});

test('a fault of one instance is one of its group, and of nobody else', async () => {
  const host = new FakeHost();
  const child = await startedOn(host, groupOf([S1, S2], OTHER));
  await passTime(host, 4);
  host.news();
  host.changeLink({ ...ETH1, running: false });
  await host.calm();
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([
    { name: 'S1', state: 'FAULT', syncGroup: 'G', reasons: ['sync group G: S2 is in FAULT'] },
    { name: 'S2', state: 'FAULT', reasons: ['interface eth1 down'] },
    { name: 'W', state: 'MASTER' },
  ]);
  expect(host.news().slice(0, 4)).toEqual([
    'advert S2 0',
    'state S2 FAULT',
    'advert S1 0',
    'state S1 FAULT',
  ]);
});

test('a group one of whose instances cannot start is in FAULT from the start', async () => {
  const host = new FakeHost();
  await startedOn(
    host,
    groupOf([
      S1,
      { ...S2, trackers: [{ kind: 'interface', name: 'eth9', weight: 0, reverse: false }] },
    ]),
  );
  expect(host.news().filter((each) => each.startsWith('state'))).toEqual([
    'state S1 FAULT',
    'state S2 FAULT',
  ]);
  expect(host.logs()).toContain('(S1) entering FAULT state (sync group G: S2 is in FAULT)');
});

test('an advert of lower priority against one instance makes the whole group announce again', async () => {
  const host = new FakeHost();
  await startedOn(host, groupOf([S1, S2]));
  await passTime(host, 10);
  host.news();
  const path = { source: ip('10.77.0.9'), destination: ip('224.0.0.18') };
  const body = encodeAdvertisement(ownAdvertisement(S1, 50), path);
  host.receive({ ...path, ttl: 255, body });
  await host.calm();
  const sets = host.news().filter((each) => each.startsWith('announce'));
  expect(sets.map((each) => each.replace(/.* /, ''))).toEqual(['10.77.0.100', '10.78.0.100']);
});

test('a reload that makes a group of two masters, or dissolves it, disturbs neither', async () => {
  const host = new FakeHost();
  const child = await startedOn(host, settingsOf(S1, S2));
  await passTime(host, 4);
  host.news();
  const states = (): string[] => host.news().filter((each) => each.startsWith('state'));
  await child.receive({ type: 'reload', settings: groupOf([S1, S2]) });
  await passTime(host, 2);
  expect(states()).toEqual([]);
  await child.receive({ type: 'reload', settings: settingsOf(S1, S2) });
  await passTime(host, 2);
  expect(states()).toEqual([]);
});

test('a reload that takes the faulty instance out of its group frees the other', async () => {
  const host = new FakeHost();
  const child = await startedOn(host, groupOf([S1, S2]));
  host.changeLink({ ...ETH1, running: false });
  await host.calm();
  host.news();
  await child.receive({ type: 'reload', settings: settingsOf(S1, S2) });
  await host.calm();
  expect(host.news()).toContain('state S1 BACKUP');
});
