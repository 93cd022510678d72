import { instant, seconds } from '@tandem/time';
import type { RouterAdvertSettings } from '@tandem/vrrp';
import { expect, onTestFinished, test, vi } from 'vitest';
import { InterfaceTable } from '../../src/vrrp/interface-table.ts';
import { RouterAdverts } from '../../src/vrrp/router-adverts.ts';
import { FakeHost, kernelLink, ownerSettings, settingsOf, vip } from './fake-host.ts';

const routerAdvert: RouterAdvertSettings = {
  maxInterval: seconds(600),
  minInterval: seconds(200),
  lifetime: seconds(1800),
  managed: false,
  other: false,
  preference: 'medium',
  hopLimit: 64,
  prefixes: [],
  nameServers: [],
};
const SETTINGS = ownerSettings({
  family: 6,
  version: 3,
  addresses: [vip('fe80::1')],
  routerAdvert,
});
const OWNER = {};
const SOLICITATION = Buffer.from('8500000000000000', 'hex');

/** Routers whose time stands still unless it is moved; what they do, by words. */
function routers() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const happened: string[] = [];
  const troubles: { send?: string; receive?: string } = {};
  let now = 0;
  let heard: ((data: Uint8Array, ttl: number) => void) | undefined;
  const interfaces = new InterfaceTable();
  interfaces.load([kernelLink()], []);
  const adverts = new RouterAdverts(interfaces, {
    clock: { now: () => instant(now) },
    random: () => 0,
    detail: () => undefined,
    warn: (text) => void happened.push(text),
    openSender: () => ({
      send: (messages) => {
        if (troubles.send !== undefined) throw new Error(troubles.send);
        happened.push('advert');
        return messages.length;
      },
      close: () => undefined,
    }),
    openReceiver: ({ name }, hear) => {
      if (troubles.receive !== undefined) throw new Error(troubles.receive);
      happened.push(`listen ${name}`);
      heard = (data, ttl) =>
        hear({
          data,
          ttl,
          truncated: false,
          source: { family: 'inet6', address: 'fe80::9' },
        } as never);
      return { close: () => void happened.push('close') };
    },
  });
  return {
    adverts,
    interfaces,
    troubles,
    hear: (data: Uint8Array, ttl = 255) => heard?.(data, ttl),
    news: () => happened.splice(0),
    pass: (ms: number) => {
      now += ms;
      vi.advanceTimersByTime(ms);
    },
  };
}

test('RFC 9568 §6.4.3: a master advertises its router at once, and no more when it is none', () => {
  const { adverts, news, pass } = routers();
  adverts.follow(OWNER, SETTINGS);
  expect(news()).toEqual(['advert', 'listen eth0']);
  pass(16_000);
  expect(news()).toEqual(['advert']);
  adverts.follow(OWNER, undefined);
  expect(news()).toEqual(['close']);
  pass(3_600_000);
  expect(news()).toEqual([]);
});

test('RFC 4861 §6.2.6: it answers valid solicitations alone', () => {
  const { adverts, news, pass, hear } = routers();
  adverts.follow(OWNER, SETTINGS);
  pass(4000);
  news();
  hear(SOLICITATION, 64);
  hear(new Uint8Array(0));
  pass(1);
  expect(news()).toEqual([]);
  hear(SOLICITATION);
  pass(1);
  expect(news()).toEqual(['advert']);
});

test('a reload says nothing to hosts unless it has something else to say, and then not too soon', () => {
  const { adverts, news, pass } = routers();
  adverts.follow(OWNER, SETTINGS);
  pass(1000);
  news();
  adverts.follow(OWNER, { ...SETTINGS });
  expect(news()).toEqual([]);
  adverts.follow(OWNER, { ...SETTINGS, routerAdvert: { ...routerAdvert, preference: 'high' } });
  pass(1);
  expect(news()).toEqual(['close', 'listen eth0']);
  pass(2000);
  expect(news()).toEqual(['advert']);
});

test('RFC 4861 §6.2.6: a master that flaps keeps three seconds between its advertisements', () => {
  const { adverts, news, pass } = routers();
  adverts.follow(OWNER, SETTINGS);
  pass(500);
  adverts.follow(OWNER, undefined);
  news();
  adverts.follow(OWNER, SETTINGS);
  adverts.follow({}, SETTINGS);
  expect(news()).toEqual(['listen eth0', 'advert', 'listen eth0']);
  adverts.follow(OWNER, undefined);
  pass(500);
  adverts.follow(OWNER, SETTINGS);
  news();
  pass(1999);
  expect(news()).toEqual([]);
  pass(1);
  expect(news()).toEqual(['advert']);
});

test('what keeps hosts from hearing of a router, or it from hearing them, is said once', () => {
  const { adverts, interfaces, troubles, news, pass } = routers();
  troubles.receive = 'EMFILE';
  adverts.follow(OWNER, SETTINGS);
  expect(news()).toEqual(['advert', '(V) cannot hear router solicitations: Error: EMFILE']);
  troubles.send = 'EPERM';
  pass(16_000);
  expect(news()).toEqual(['(V) cannot send router advertisements: Error: EPERM']);
  pass(16_000);
  expect(news()).toEqual([]);
  interfaces.noteLink({ ...kernelLink(), hardwareAddress: new Uint8Array(0) }, false);
  pass(400_000);
  expect(news()).toEqual(['(V) cannot send router advertisements: eth0 has no MAC address']);
});

test('it counts what it has sent and heard since this box is master, also over a reload', () => {
  const { adverts, pass, hear } = routers();
  expect(adverts.report(OWNER)).toBe(undefined);
  adverts.follow(OWNER, SETTINGS);
  hear(SOLICITATION);
  hear(SOLICITATION, 64);
  pass(3000);
  const expected = { sent: 2, solicited: 1, lastSentAt: instant(3000), problems: [] };
  expect(adverts.report(OWNER)).toEqual(expected);
  adverts.follow(OWNER, { ...SETTINGS, routerAdvert: { ...routerAdvert, preference: 'high' } });
  expect(adverts.report(OWNER)).toEqual(expected);
  adverts.follow(OWNER, undefined);
  expect(adverts.report(OWNER)).toBe(undefined);
});

test('what is wrong with it is told as long as it is so', () => {
  const { adverts, troubles, pass } = routers();
  Object.assign(troubles, { receive: 'EMFILE', send: 'EPERM' });
  adverts.follow(OWNER, SETTINGS);
  const hears = 'cannot hear router solicitations: Error: EMFILE';
  expect(adverts.report(OWNER)).toMatchObject({
    sent: 0,
    lastSentAt: undefined,
    problems: ['cannot send router advertisements: Error: EPERM', hears],
  });
  delete troubles.send;
  pass(16_000);
  expect(adverts.report(OWNER)).toMatchObject({ sent: 1, problems: [hears] });
  delete troubles.receive;
  pass(16_000);
  expect(adverts.report(OWNER)).toMatchObject({ sent: 2, problems: [] });
});

test('the status of an instance has it, and nothing sent where it is not master', async () => {
  const host = new FakeHost();
  const child = await host.start(settingsOf(ownerSettings({ routerAdvert })));
  host.routerReport = { sent: 2, solicited: 1, lastSentAt: host.clock.now(), problems: ['p'] };
  const shown = async () => {
    await child.receive({ type: 'status-wanted' });
    return host.status()[0]?.routerAdvert;
  };
  expect(await shown()).toMatchObject({ sent: 2, solicited: 1, problems: ['p'] });
  expect((await shown())?.lastSentEpochMs).toBeTypeOf('number');
  host.routerReport = undefined;
  expect(await shown()).toEqual({ sent: 0, solicited: 0, problems: [] });
});

test('the link-local address may be one that adverts do not have', () => {
  const { adverts, news } = routers();
  const addresses = { addresses: [vip('10.77.0.100')], excludedAddresses: [vip('fe80::1')] };
  adverts.follow(OWNER, ownerSettings({ ...addresses, routerAdvert }));
  expect(news()).toEqual(['advert', 'listen eth0']);
});

test('an interface that is made anew is listened on anew', () => {
  const { adverts, interfaces, news, pass } = routers();
  adverts.follow(OWNER, SETTINGS);
  news();
  interfaces.noteLink(kernelLink(), true);
  interfaces.noteLink(kernelLink({ index: 9 }), false);
  pass(16_000);
  expect(news()).toEqual(['advert', 'close', 'listen eth0']);
});

test('an instance tells hosts after it has its addresses and has told the switches, and stops before it says that it leaves', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(ownerSettings({ routerAdvert })));
  const wanted = ['announce 5 10.77.0.100', 'router', 'no router', 'delete 10.77.0.100'];
  host.changeLink({ running: false });
  await host.calm();
  expect(host.news().filter((each) => wanted.includes(each))).toEqual(wanted);
});
