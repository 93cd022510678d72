import { encodeAdvertisement, ownAdvertisement } from '@tandem/vrrp';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NOTHING_LEFT } from '../../src/kernel-record.ts';
import { ConfigurationError } from '../../src/vrrp/configuration-error.ts';
import { InstanceDriver } from '../../src/vrrp/instance-driver.ts';
import { VrrpProcess } from '../../src/vrrp/vrrp-process.ts';
import { settings } from '../settings.ts';
import {
  FakeHost,
  ip,
  kernelAddress,
  kernelLink,
  ownerSettings,
  settingsOf,
  vip,
} from './fake-host.ts';

function advert(priority: number): Parameters<FakeHost['receive']>[0] {
  const path = { source: ip('10.77.0.2'), destination: ip('224.0.0.18') };
  const body = encodeAdvertisement(ownAdvertisement(ownerSettings(), priority), path);
  return { ...path, ttl: 255, body };
}

test('a new master sends its advert, then puts addresses on, announces and only then tells', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings());
  expect(host.news()).toEqual([
    'listen eth0',
    'advert V 255',
    'state V MASTER',
    'add 10.77.0.100',
    'announce 5 10.77.0.100',
    'script /n INSTANCE V MASTER 255',
    'mail VRRP Instance V - Entering MASTER state',
  ]);
  expect(host.status()).toMatchObject([{ name: 'V', state: 'MASTER', reasons: [] }]);
});

test('a stop says priority 0 for all instances before any address goes', async () => {
  const host = new FakeHost();
  const second = { name: 'W', virtualRouterId: 52, addresses: [vip('10.77.0.101')], notify: {} };
  const child = await host.startWith(ownerSettings(), ownerSettings(second));
  host.news();
  await child.stop();
  const news = host.news();
  expect(news.slice(0, 4)).toEqual(['advert V 0', 'state V INIT', 'advert W 0', 'state W INIT']);
  expect(news).toContain('delete 10.77.0.100');
  expect(news).toContain('script /n INSTANCE V STOP 255');
  expect(host.addresses.map(({ address }) => address)).toEqual(['10.77.0.1']);
});

test.each([
  ['in another network', { prefixLength: 16 }],
  ['secondary to it', { flags: 0x81 }],
])(
  'what a crash left behind goes before the start, and is no address to send from: the own one is %s',
  async (_, own) => {
    const host = new FakeHost();
    host.numbers.set('ipv4/conf/eth0/promote_secondaries', 0);
    host.addresses = [kernelAddress('10.77.0.100'), kernelAddress('10.77.0.1', own)];
    await host.startWith(ownerSettings({ initialState: 'BACKUP' }));
    expect(host.news()).toContain('delete 10.77.0.100');
    expect(host.logs()).toEqual(['(V) removing VIPs.', '(V) Entering BACKUP STATE (init)']);
    expect(host.addresses.map(({ address }) => address)).toEqual(['10.77.0.1']);
  },
);

test('an address that is there already is adopted', async () => {
  const host = new FakeHost();
  const child = await host.startWith(ownerSettings());
  host.news();
  host.putAddress(kernelAddress('10.77.0.101'));
  const more = ownerSettings({ addresses: [vip('10.77.0.100'), vip('10.77.0.101')] });
  await child.receive({ type: 'reload', settings: settingsOf(more) });
  await host.calm();
  expect(host.news()).toEqual(['listen eth0', 'announce 5 10.77.0.101']);
});

test('an address that the kernel refuses is a reason in the status', async () => {
  const host = new FakeHost();
  host.refuse.set('10.77.0.100', 1);
  const child = await host.startWith(ownerSettings());
  await child.receive({ type: 'status-wanted' });
  const [instance] = host.status();
  expect(instance?.reasons[0]).toMatch(/^10\.77\.0\.100 is not on eth0: .*EPERM/);
});

test('an address that the kernel refuses is not announced; the others are', async () => {
  const host = new FakeHost();
  host.refuse.set('10.77.0.100', 1);
  const addresses = [vip('10.77.0.100'), vip('10.77.0.101')];
  const child = await host.startWith(ownerSettings({ addresses }));
  expect(host.news().filter((each) => each.startsWith('announce'))).toEqual([
    'announce 5 10.77.0.101',
  ]);
  host.refuse.set('10.77.0.101', 1);
  const smtpAlert = false;
  const both = ownerSettings({ virtualRouterId: 52, name: 'W', addresses, smtpAlert });
  await child.receive({ type: 'reload', settings: settingsOf(both) });
  await host.calm();
  expect(host.news().filter((each) => each.startsWith('announce'))).toEqual([]);
});

test('an IPv6 address that is there with another prefix length is replaced by ours', async () => {
  const host = new FakeHost();
  const settings = ownerSettings({
    family: 6,
    version: 3,
    addresses: [{ ...vip('2001:db8::100'), prefixLength: 128 }],
    multicastGroup: ip('ff02::12'),
  });
  host.addresses = [kernelAddress('fe80::1', { prefixLength: 64 })];
  const child = await host.startWith({ ...settings, addresses: [] });
  host.putAddress(kernelAddress('2001:db8::100', { prefixLength: 64 }));
  await child.receive({ type: 'reload', settings: settingsOf(settings) });
  await host.calm();
  expect(host.addresses.map(({ prefixLength }) => prefixLength)).toEqual([64, 128]);
  await child.stop();
  expect(host.addresses.map(({ address }) => address)).toEqual(['fe80::1']);
});

/** V and W, of which one has an IPv6 address. */
function ipv6VipOf(holder: string, prefixLength: number): VrrpInstanceSettings[] {
  return ['V', 'W'].map((name, i) =>
    ownerSettings({
      name,
      family: 6,
      version: 3,
      virtualRouterId: 51 + i,
      addresses: name === holder ? [{ ...vip('2001:db8::100'), prefixLength }] : [],
      multicastGroup: ip('ff02::12'),
    }),
  );
}

test.each([
  ['V', 'W'],
  ['W', 'V'],
])(
  'an IPv6 address that moves from %s to %s with another prefix length stays',
  async (from, to) => {
    const host = new FakeHost();
    host.addresses = [kernelAddress('fe80::1', { prefixLength: 64 })];
    const child = await host.startWith(...ipv6VipOf(from, 64));
    expect(host.addresses.map(({ prefixLength }) => prefixLength)).toEqual([64, 64]);
    await child.receive({ type: 'reload', settings: settingsOf(...ipv6VipOf(to, 128)) });
    await host.calm();
    expect(host.addresses.map(({ prefixLength }) => prefixLength)).toEqual([64, 128]);
  },
);

test('an IPv6 address left behind with another prefix length goes at the start', async () => {
  const host = new FakeHost();
  host.addresses = [
    kernelAddress('fe80::1', { prefixLength: 64 }),
    kernelAddress('2001:db8::100', { prefixLength: 64 }),
  ];
  const addresses = [{ ...vip('2001:db8::100'), prefixLength: 128 }];
  const changes = { family: 6, version: 3, priority: 100, initialState: 'BACKUP' } as const;
  await host.startWith(ownerSettings({ ...changes, addresses, multicastGroup: ip('ff02::12') }));
  expect(host.addresses.map(({ address }) => address)).toEqual(['fe80::1']);
});

test('an address that somebody else removes is restored; one that we remove is not', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings());
  host.news();
  host.removeAddress('10.77.0.100');
  await host.calm();
  expect(host.news()).toEqual(['add 10.77.0.100', 'announce 5 10.77.0.100']);
  host.changeLink({ running: false });
  await host.calm();
  expect(host.news()).toContain('delete 10.77.0.100');
  expect(host.addresses.map(({ address }) => address)).toEqual(['10.77.0.1']);
});

test('an address that somebody removes again and again is neither restored nor announced at once', async () => {
  const host = new FakeHost();
  const child = await host.startWith(ownerSettings());
  for (let i = 0; i < 6; i += 1) {
    host.news();
    host.removeAddress('10.77.0.100');
    await host.calm();
  }
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([
    { reasons: ['10.77.0.100 is not on eth0: removed 6 times, put back in 1 s'] },
  ]);
  expect(host.news()).toEqual([]);
});

test('after lost notifications a missing address is restored', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings());
  host.news();
  host.loseNotifications(() => host.removeAddress('10.77.0.100'));
  await host.calm();
  expect(host.news().slice(1)).toEqual(['add 10.77.0.100', 'announce 5 10.77.0.100']);
});

test('tables that cannot be read after lost notifications are read again later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const host = new FakeHost();
  await host.startWith(ownerSettings());
  host.news();
  host.refuseReading(1);
  host.loseNotifications(() => host.removeAddress('10.77.0.100'));
  await host.calm();
  expect(host.logs().at(-1)).toMatch(/^cannot read links and addresses, trying again: .*ENOBUFS/);
  vi.advanceTimersByTime(1000);
  await host.calm();
  expect(host.news()).toContain('add 10.77.0.100');
});

test('inventory §3.2: an interface going down and up is logged once for all its instances', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings(), ownerSettings({ name: 'W', virtualRouterId: 52 }));
  host.changeLink({ running: false });
  host.changeLink({ running: true });
  const lines = host.logs().filter((line) => line.startsWith('Netlink reports'));
  expect(lines).toEqual(['Netlink reports eth0 down', 'Netlink reports eth0 up']);
});

test('without an address to send from an instance is in FAULT until there is one', async () => {
  const host = new FakeHost();
  host.addresses = [];
  const child = await host.startWith(ownerSettings());
  expect(host.status()).toMatchObject([
    { state: 'FAULT', reasons: ['no IPv4 address for interface'] },
  ]);
  host.putAddress(kernelAddress('10.77.0.1'));
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ state: 'BACKUP' }]);
});

test('a replacement goes on as master without telling anybody, and adopts the addresses', async () => {
  const first = new FakeHost();
  await first.startWith(ownerSettings({ priority: 100, initialState: 'BACKUP' }));
  const [before] = first.status();
  if (before === undefined) throw new Error('no status');
  const host = new FakeHost();
  host.addresses.push(kernelAddress('10.77.0.100'));
  const vrrpMemory = {
    instances: [{ ...before, state: 'MASTER' as const }],
    aliveAtMonotonicMs: host.clock.now() - 500,
  };
  const settings = settingsOf(ownerSettings({ priority: 100, initialState: 'BACKUP' }));
  await host.start(settings, { vrrpMemory });
  expect(host.news()).toEqual([
    'listen eth0',
    'advert V 100',
    'state V MASTER',
    'announce 5 10.77.0.100',
  ]);
});

test('the time of the last transition is right, too, after the wall clock was set', async () => {
  const host = new FakeHost();
  const right = host.epochMs();
  let setBackMs = 3_600_000;
  host.epochMs = () => right - setBackMs;
  const child = await host.startWith(ownerSettings());
  const [before] = host.status();
  setBackMs = 0;
  await child.receive({ type: 'status-wanted' });
  expect(host.status()[0]?.lastTransitionEpochMs).toBe(
    (before?.lastTransitionEpochMs ?? 0) + 3_600_000,
  );
});

test('a replacement that comes too late starts anew', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings());
  const [before] = host.status();
  if (before === undefined) throw new Error('no status');
  const late = new FakeHost();
  late.addresses.push(kernelAddress('10.77.0.100'));
  const settings = settingsOf(ownerSettings({ priority: 100 }));
  const vrrpMemory = {
    instances: [before],
    aliveAtMonotonicMs: late.clock.now() - 1900,
  };
  await late.start(settings, { vrrpMemory });
  expect(late.news()).toContain('delete 10.77.0.100');
  expect(late.status()).toMatchObject([{ state: 'BACKUP' }]);
});

test('a reload leaves unchanged instances alone, takes off what is gone and starts what is new', async () => {
  const host = new FakeHost();
  const gone = ownerSettings({ name: 'W', virtualRouterId: 52, addresses: [vip('10.77.0.101')] });
  const child = await host.startWith(ownerSettings(), gone);
  host.news();
  const fresh = { name: 'X', virtualRouterId: 53, addresses: [vip('10.77.0.102')] };
  const settings = settingsOf(ownerSettings(), ownerSettings(fresh));
  await child.receive({ type: 'reload', settings });
  await host.calm();
  const news = host.news();
  expect(news.filter((each) => /\b(advert|state|INSTANCE) V\b/.test(each))).toEqual([]);
  expect(news).toContain('advert W 0');
  expect(news).toContain('delete 10.77.0.101');
  expect(news).toContain('script /n INSTANCE W FAULT 255');
  expect(news).toContain('add 10.77.0.102');
});

test('an address that moves between instances at a reload stays on', async () => {
  const host = new FakeHost();
  const both = [vip('10.77.0.100'), vip('10.77.0.101')];
  const first = ownerSettings({ addresses: both });
  const second = ownerSettings({ name: 'W', virtualRouterId: 52, addresses: [vip('10.77.0.102')] });
  const child = await host.startWith(second, first);
  host.news();
  const settings = settingsOf(
    { ...second, addresses: [...second.addresses, vip('10.77.0.101')] },
    { ...first, addresses: [vip('10.77.0.100')] },
  );
  await child.receive({ type: 'reload', settings });
  await host.calm();
  expect(host.addresses.map(({ address }) => address)).toContain('10.77.0.101');
});

test('a renamed instance of the same identity keeps its state', async () => {
  const host = new FakeHost();
  const child = await host.startWith(ownerSettings());
  host.news();
  await child.receive({ type: 'reload', settings: settingsOf(ownerSettings({ name: 'NEW' })) });
  expect(host.news()).toEqual(['listen eth0']);
  await host.calm();
  expect(host.status()).toMatchObject([{ name: 'NEW', state: 'MASTER' }]);
});

test('a packet reaches the instance of its virtual router id only', async () => {
  const host = new FakeHost();
  const child = await host.startWith(
    ownerSettings(),
    ownerSettings({ name: 'W', virtualRouterId: 52 }),
  );
  host.receive(advert(100));
  await child.receive({ type: 'status-wanted' });
  const received = host.status().map(({ counters }) => counters.advert_rcvd);
  expect(received).toEqual([1, 0]);
});

test('an interface that does not exist cannot be run with', async () => {
  const host = new FakeHost();
  const start = host.start(settingsOf(ownerSettings({ interface: 'eth9' })));
  await expect(start).rejects.toBeInstanceOf(ConfigurationError);
  expect(host.logs()).toEqual(["WARNING - interface eth9 for vrrp_instance V doesn't exist"]);
});

test('with dynamic_interfaces an instance waits for its interface, and the others do not', async () => {
  const host = new FakeHost();
  const other = { name: 'W', virtualRouterId: 52, interface: 'eth9' };
  const late = ownerSettings({ ...other, addresses: [vip('10.79.0.100', 'eth9')] });
  const { global } = settings({ global: { dynamicInterfaces: true } });
  const both = { ...settingsOf(ownerSettings(), late), global };
  const child = await host.start(both);
  const line =
    "Configuration specifies interface eth9 which doesn't currently exist - will use if created";
  expect(host.logs()[0]).toBe(line);
  const noAddress = 'no IPv4 address for interface';
  expect(host.status()).toMatchObject([
    { name: 'V', state: 'MASTER' },
    {
      name: 'W',
      state: 'FAULT',
      faults: [{ reason: 'interface eth9 does not exist' }, { reason: noAddress }],
    },
  ]);
  const place = { index: 9, name: 'eth9' };
  host.changeLink({ ...place, up: false, running: false });
  await host.calm();
  const faults = [{ reason: 'interface eth9 down' }, { reason: noAddress }];
  expect(host.status()).toMatchObject([{ state: 'MASTER' }, { state: 'FAULT', faults }]);
  host.changeLink(place);
  host.putAddress(kernelAddress('10.79.0.1', { interfaceIndex: 9 }));
  await host.calm();
  expect(host.status()).toMatchObject([{ state: 'MASTER' }, { state: 'BACKUP', faults: [] }]);
  // It may also be a reload that brings an instance whose interface is still to come.
  const third = { name: 'X', virtualRouterId: 53, interface: 'eth8' };
  const more = { ...settingsOf(ownerSettings(), late, ownerSettings(third)), global };
  await child.receive({ type: 'reload', settings: more });
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([
    { state: 'MASTER' },
    { state: 'BACKUP' },
    { name: 'X', state: 'FAULT' },
  ]);
});

test('disable_local_igmp is a setting of the kernel, which is as it was after a reload or stop', async () => {
  const host = new FakeHost();
  const path = 'ipv4/igmp_link_local_mcast_reports';
  host.numbers.set(path, 1);
  const silent = settings({ global: { disableLocalIgmp: true } });
  const child = await host.start(silent);
  expect(host.numbers.get(path)).toBe(0);
  await child.receive({ type: 'reload', settings: settings() });
  expect(host.numbers.get(path)).toBe(1);
  await child.receive({ type: 'reload', settings: silent });
  expect(host.numbers.get(path)).toBe(0);
  await child.stop();
  expect(host.numbers.get(path)).toBe(1);
});

test('a loopback interface is refused', async () => {
  const host = new FakeHost();
  host.changeLink({ name: 'lo', type: 772 });
  const start = host.start(settingsOf(ownerSettings({ interface: 'lo' })));
  await expect(start).rejects.toBeInstanceOf(ConfigurationError);
});

test('no_email_faults keeps mails about FAULT back', async () => {
  const host = new FakeHost();
  host.addresses = [];
  const settings = settingsOf(ownerSettings());
  const quiet = { ...settings, global: { ...settings.global, noEmailFaults: true } };
  await host.start(quiet);
  expect(host.news().filter((each) => each.startsWith('mail'))).toEqual([]);
});

test('an interface that is gone again when we hear of it stays down, and nothing else happens', async () => {
  const host = new FakeHost();
  const child = await host.startWith(ownerSettings());
  host.changeLink({ running: false });
  host.deaf.add('V');
  host.changeLink({ running: true });
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ state: 'FAULT' }]);
  expect(host.logs().at(-1)).toMatch(/^\(V\) cannot listen on eth0: .*ENODEV/);
  host.deaf.clear();
  host.changeLink({ running: true });
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ state: 'BACKUP' }]);
});

test.each([true, false])(
  'an instance that cannot listen waits in FAULT, trackPrimary %s, and the others serve',
  async (trackPrimary) => {
    const host = new FakeHost();
    host.deaf.add('V');
    const other = { name: 'W', virtualRouterId: 52, addresses: [vip('10.77.0.101')] };
    await host.startWith(ownerSettings({ trackPrimary }), ownerSettings(other));
    const reasons = [expect.stringMatching(/^cannot listen on eth0: .*ENODEV/)];
    expect(host.status()).toMatchObject([{ state: 'FAULT', reasons }, { state: 'MASTER' }]);
    expect(host.news()).not.toContain('advert V 255');
  },
);

test('listening is tried again when the link or an address changes, and said once', async () => {
  const host = new FakeHost();
  host.deaf.add('V');
  const child = await host.startWith(ownerSettings());
  const stateNow = async () => {
    await child.receive({ type: 'status-wanted' });
    return host.status().map(({ state }) => state);
  };
  host.changeLink({ mtu: 1280 });
  host.putAddress(kernelAddress('10.77.0.2'));
  expect(await stateNow()).toEqual(['FAULT']);
  expect(host.logs().filter((line) => line.startsWith('(V) cannot listen'))).toHaveLength(1);
  host.deaf.clear();
  host.changeLink({ mtu: 1500 });
  expect(await stateNow()).toEqual(['BACKUP']);
});

test('a new address may be what listening has waited for', async () => {
  const host = new FakeHost();
  host.deaf.add('V');
  const child = await host.startWith(ownerSettings());
  host.deaf.clear();
  host.putAddress(kernelAddress('10.77.0.2'));
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ state: 'BACKUP' }]);
});

test('what cannot listen after a reload, new or changed, goes to FAULT without the rest', async () => {
  const host = new FakeHost();
  const other = ownerSettings({ name: 'W', virtualRouterId: 52, addresses: [] });
  const child = await host.startWith(ownerSettings(), other);
  host.deaf.add('V').add('X');
  const changed = ownerSettings({ addresses: [vip('10.77.0.102')] });
  const fresh = ownerSettings({ name: 'X', virtualRouterId: 53, addresses: [] });
  await child.receive({ type: 'reload', settings: settingsOf(changed, other, fresh) });
  await host.calm();
  expect(host.status().map(({ state }) => state)).toEqual(['FAULT', 'MASTER', 'FAULT']);
});

test('an interface that vanishes takes its socket along, even when it comes back the same', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings());
  host.changeLink({ up: false, running: false });
  host.news();
  host.removeLink();
  host.changeLink({});
  await host.calm();
  expect(host.news().slice(0, 2)).toEqual(['forget eth0', 'listen eth0']);
});

test('lost notifications may hide another interface of the same name', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings());
  host.news();
  host.loseNotifications(() => host.changeLink({ index: 7 }));
  await host.calm();
  expect(host.news()).toContain('listen eth0');
});

test('a reload that comes while the start reads the tables waits for it', async () => {
  const host = new FakeHost();
  const child = new VrrpProcess(host);
  onTestFinished(() => child.stop());
  const options = { logDetail: 0, keepAddresses: false, keepIpvs: false };
  const starting = child.receive({ type: 'start', settings: settingsOf(ownerSettings()), options });
  const renamed = settingsOf(ownerSettings({ name: 'W' }));
  await Promise.all([starting, child.receive({ type: 'reload', settings: renamed })]);
  expect(host.status()).toMatchObject([]);
  await host.calm();
  expect(host.logs().filter((line) => line.includes('ignoring'))).toEqual([]);
  expect(host.status()).toMatchObject([{ name: 'W', state: 'MASTER' }]);
});

test('a stop that comes while the start reads the tables leaves nothing behind', async () => {
  const host = new FakeHost();
  const child = new VrrpProcess(host);
  const options = { logDetail: 0, keepAddresses: false, keepIpvs: false };
  const starting = child.receive({ type: 'start', settings: settingsOf(ownerSettings()), options });
  await Promise.all([starting, child.stop()]);
  await host.calm();
  expect(host.happened).toEqual([]);
});

test('a replacement serves on where an interface is gone, until it comes back', async () => {
  const host = new FakeHost();
  const away = { name: 'W', interface: 'eth1', virtualRouterId: 52, addresses: [] };
  await host.start(settingsOf(ownerSettings(), ownerSettings(away)), {
    vrrpMemory: { instances: [], aliveAtMonotonicMs: host.clock.now() },
  });
  expect(host.status()).toMatchObject([{ state: 'MASTER' }, { state: 'FAULT' }]);
});

test('a reload while an interface is gone keeps its instance', async () => {
  const host = new FakeHost();
  const child = await host.startWith(ownerSettings());
  host.removeLink();
  const smtpAlert = false;
  await child.receive({ type: 'reload', settings: settingsOf(ownerSettings({ smtpAlert })) });
  await host.calm();
  host.changeLink({});
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ name: 'V', state: 'BACKUP' }]);
});

test('the status says that adverts cannot be sent for as long as they cannot', async () => {
  const host = new FakeHost();
  const child = await host.startWith(ownerSettings());
  host.sendError = 'ENOBUFS';
  host.receive(advert(0));
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ reasons: ['cannot send: ENOBUFS'] }]);
  host.sendError = undefined;
  host.receive(advert(0));
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ reasons: [] }]);
});

test('counters that are to be cleared are told once more before', async () => {
  const host = new FakeHost();
  const child = await host.startWith(ownerSettings());
  await child.receive({ type: 'status-wanted', clear: true });
  expect(host.status()).toMatchObject([{ counters: { advert_sent: 1, become_master: 1 } }]);
  await host.calm();
  expect(host.status()).toMatchObject([{ counters: { advert_sent: 0, become_master: 0 } }]);
});

test('a flood of bad packets costs log lines, but none about a change of state', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings({ priority: 100, initialState: 'BACKUP' }));
  for (let i = 0; i < 11_000; i += 1) host.receive({ ...advert(200), ttl: 1 });
  const before = host.logs().length;
  expect(before).toBeLessThan(10_010);
  host.changeLink({ running: false });
  await host.calm();
  expect(host.logs().slice(before)).toEqual(['(V) Entering FAULT STATE']);
});

test('a replacement takes off what a reload removed while nobody could', async () => {
  const host = new FakeHost();
  host.addresses.push(kernelAddress('10.77.0.100'), kernelAddress('10.77.0.101'));
  const addresses = [vip('10.77.0.100'), vip('10.77.0.101')];
  const leftByVrrp = { ...NOTHING_LEFT.vrrp, addresses };
  await host.start(settingsOf(ownerSettings()), { leftByVrrp });
  expect(host.addresses.map(({ address }) => address)).toEqual(['10.77.0.1', '10.77.0.100']);
});

test('an interface that gets another MAC address is announced with its addresses', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings());
  host.news();
  host.changeLink({ mtu: 1400 });
  await host.calm();
  expect(host.news()).toEqual([]);
  host.changeLink({ hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 2) });
  await host.calm();
  expect(host.news()).toEqual(['announce 5 10.77.0.100']);
});

test('another MAC address is news, too, when notifications were lost', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings());
  host.news();
  host.loseNotifications(() =>
    host.changeLink({ hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 2) }),
  );
  await host.calm();
  expect(host.news()).toContain('announce 5 10.77.0.100');
  host.loseNotifications(() => undefined);
  await host.calm();
  expect(host.news()).not.toContain('announce 5 10.77.0.100');
});

test('of another MAC address only those are told that have addresses there', async () => {
  const host = new FakeHost();
  host.links.push(kernelLink({ index: 3, name: 'eth1' }));
  const elsewhere = { ...vip('10.77.0.101'), device: 'eth1' };
  const second = { name: 'W', virtualRouterId: 52, addresses: [elsewhere], notify: {} };
  await host.startWith(ownerSettings(), ownerSettings(second));
  host.news();
  const step = vi.spyOn(InstanceDriver.prototype, 'step');
  onTestFinished(() => step.mockRestore());
  const hardwareAddress = Uint8Array.of(2, 0, 0, 0, 0, 2);
  host.changeLink({ index: 3, name: 'eth1', hardwareAddress });
  await host.calm();
  expect(host.news()).toEqual(['announce 5 10.77.0.101']);
  const told = step.mock.calls.filter(([{ type }]) => type === 'hardware-address');
  expect(told).toHaveLength(1);
});
