import { macBytes, type MacAddress } from '@tandem/inet';
import { NetlinkError, type Link } from '@tandem/netlink';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import { milliseconds } from '@tandem/time';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NOTHING_LEFT } from '../../src/kernel-record.ts';
import { VrrpProcess } from '../../src/vrrp/vrrp-process.ts';
import {
  FakeHost,
  ip,
  kernelAddress,
  kernelLink,
  ownerSettings,
  settingsOf,
  vip,
} from './fake-host.ts';

const MAC = '00:00:5e:00:01:33' as MacAddress;
const VMAC = { name: 'vrrp.51', hardwareAddress: MAC, advertsBelow: false };
/** How many interfaces vrrp.51 the host has had. */
const MAKE = 'make vrrp.51 on eth0';

/** Without what becomes of the firewall. */
function news(host: FakeHost): string[] {
  return host.news().filter((each) => !each.startsWith('drop'));
}

function onVirtual(changes: Partial<VrrpInstanceSettings> = {}): VrrpInstanceSettings {
  return ownerSettings({
    virtualInterface: VMAC,
    addresses: [vip('10.77.0.100', 'vrrp.51')],
    ...changes,
  });
}

function macvlan(changes: Partial<Link> = {}): Link {
  const hardwareAddress = macBytes(MAC);
  return kernelLink({
    index: 7,
    name: 'vrrp.51',
    kind: 'macvlan',
    parentIndex: 2,
    hardwareAddress,
    ...changes,
  });
}

test('a virtual interface is made before anything is heard or said, and removed last', async () => {
  const host = new FakeHost();
  const child = await host.start(settingsOf(onVirtual()));
  expect(news(host)).toEqual([
    MAKE,
    'listen vrrp.51',
    expect.stringMatching(/^advert/),
    'state V MASTER',
    'add 10.77.0.100',
    'announce 5 10.77.0.100',
    expect.stringMatching(/^script/),
    expect.stringMatching(/^mail/),
  ]);
  expect(host.links.find(({ name }) => name === 'vrrp.51')).toMatchObject({
    up: true,
    kind: 'macvlan',
    parentIndex: 2,
    hardwareAddress: macBytes(MAC),
  });
  await child.stop();
  expect(news(host).slice(-2)).toEqual(['remove vrrp.51', 'forget vrrp.51']);
});

test('a stop that comes while it is made removes it', async () => {
  const host = new FakeHost();
  const child = new VrrpProcess(host);
  const options = { logDetail: 0, keepAddresses: false, keepIpvs: false };
  const starting = child.receive({ type: 'start', settings: settingsOf(onVirtual()), options });
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([starting, child.stop()]);
  expect(host.links.map(({ name }) => name)).toEqual(['eth0']);
});

test('adverts may go by the interface below', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(onVirtual({ virtualInterface: { ...VMAC, advertsBelow: true } })));
  expect(news(host).slice(0, 2)).toEqual([MAKE, 'listen eth0']);
});

test('what a process that died has made is taken over', async () => {
  const host = new FakeHost();
  host.links.push(macvlan({ up: false }));
  await host.start(settingsOf(onVirtual()));
  expect(host.news()).not.toContain(MAKE);
  expect(host.links).toHaveLength(2);
  expect(host.links[1]).toMatchObject({ index: 7, up: true });
});

test('one on another interface is made anew', async () => {
  const host = new FakeHost();
  host.links.push(macvlan({ parentIndex: 3 }));
  await host.start(settingsOf(onVirtual()));
  expect(news(host).slice(0, 2)).toEqual(['remove vrrp.51', MAKE]);
});

test('one whose interface is a macvlan itself is on what that one is on', async () => {
  const host = new FakeHost();
  const own = kernelLink({ index: 2, name: 'eth0', kind: 'macvlan', parentIndex: 9 });
  host.links.splice(0, 1, own, macvlan({ parentIndex: 9 }));
  await host.start(settingsOf(onVirtual()));
  expect(news(host)[0]).toBe('listen vrrp.51');
});

test('what a process that died has made and nobody wants any more is removed', async () => {
  const host = new FakeHost();
  host.links.push(macvlan());
  const links = [{ name: 'vrrp.51', hardwareAddress: MAC }];
  await host.start(settingsOf(ownerSettings()), {
    leftByVrrp: { ...NOTHING_LEFT.vrrp, links },
  });
  expect(host.news()).toContain('remove vrrp.51');
});

test('an interface of somebody else is left alone, and its instance stays in FAULT', async () => {
  const host = new FakeHost();
  host.links.push(kernelLink({ index: 7, name: 'vrrp.51', kind: 'bridge' }));
  await host.start(settingsOf(onVirtual()));
  expect(host.status()).toMatchObject([
    {
      state: 'FAULT',
      faults: [{ reason: expect.stringContaining('another interface has its name') }],
    },
  ]);
  expect(host.links).toHaveLength(2);
});

test('one that somebody removes is made again, with its addresses', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(onVirtual()));
  host.news();
  const before = host.logs().length;
  host.removeAddress('10.77.0.100');
  host.removeLink(3);
  await host.calm();
  expect(host.news()).toEqual(expect.arrayContaining([MAKE, 'listen vrrp.51', 'add 10.77.0.100']));
  expect(host.logs().slice(before)).toEqual([
    '(V): VMAC vrrp.51 is gone - restoring it',
    '(V): Success creating VMAC interface vrrp.51',
    'Netlink reflector reports IP 10.77.0.100 removed from vrrp.51',
    '(V) restoring 10.77.0.100',
  ]);
  expect(host.status()).toMatchObject([{ state: 'MASTER' }]);
});

test('it comes back with the interface below', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(onVirtual({ priority: 100, initialState: 'BACKUP' })));
  host.removeLink(2);
  host.removeLink(3);
  await host.calm();
  expect(host.status()).toMatchObject([{ state: 'FAULT' }]);
  host.news();
  host.changeLink({ index: 9 });
  await host.calm();
  expect(host.news()).toEqual(expect.arrayContaining([MAKE, 'listen vrrp.51']));
  expect(host.links.find(({ name }) => name === 'vrrp.51')).toMatchObject({ parentIndex: 9 });
});

const RED = kernelLink({ index: 20, name: 'red', kind: 'vrf', vrfTable: 10 });

function masterOf(host: FakeHost): number | undefined {
  return host.links.find(({ name }) => name === 'vrrp.51')?.masterIndex;
}

test('a virtual interface is in the VRF of the interface below, and follows it', async () => {
  const host = new FakeHost();
  host.links.push(RED);
  host.changeLink({ masterIndex: RED.index });
  await host.start(settingsOf(onVirtual()));
  expect(masterOf(host)).toBe(RED.index);
  host.changeLink({});
  await host.calm();
  expect(masterOf(host)).toBe(0);
  host.changeLink({ masterIndex: RED.index });
  await host.calm();
  expect(masterOf(host)).toBe(RED.index);
  expect(host.logs()).toEqual(
    expect.arrayContaining([
      '(V): VMAC vrrp.51 is in VRF red now',
      '(V): VMAC vrrp.51 is not in the VRF of eth0 - restoring it',
      '(V): VMAC vrrp.51 is in no VRF now',
    ]),
  );
  expect(host.status()).toMatchObject([{ state: 'MASTER', faults: [] }]);
});

test('one that somebody takes out of the VRF is put back', async () => {
  const host = new FakeHost();
  host.links.push(RED);
  host.changeLink({ masterIndex: RED.index });
  await host.start(settingsOf(onVirtual()));
  const { masterIndex: _, ...link } = host.links.find(({ name }) => name === 'vrrp.51') ?? {};
  host.changeLink(link);
  await host.calm();
  expect(masterOf(host)).toBe(RED.index);
  expect(host.status()).toMatchObject([{ state: 'MASTER', faults: [] }]);
});

test('one that somebody else has put into a VRF stays there, and so does one on a bridge port', async () => {
  const host = new FakeHost();
  host.links.push(RED, macvlan({ masterIndex: RED.index }));
  await host.start(settingsOf(onVirtual()));
  expect(masterOf(host)).toBe(RED.index);
  const other = new FakeHost();
  other.links.push(kernelLink({ index: 21, name: 'br0', kind: 'bridge' }));
  other.changeLink({ masterIndex: 21 });
  await other.start(settingsOf(onVirtual()));
  expect(masterOf(other)).toBeUndefined();
});

test('one that cannot be put into the VRF keeps its instance in FAULT until it can', async () => {
  const host = new FakeHost();
  const pass = fakeTimers(host);
  host.links.push(RED);
  host.changeLink({ masterIndex: RED.index });
  const setLink = host.tables.setLink.bind(host.tables);
  host.tables.setLink = (change) =>
    change.masterIndex === undefined ? setLink(change) : Promise.reject(new Error('EBUSY'));
  await host.start(settingsOf(onVirtual()));
  expect(host.status()).toMatchObject([
    { state: 'FAULT', faults: [{ reason: expect.stringContaining('vrrp.51: EBUSY') }] },
  ]);
  host.tables.setLink = setLink;
  await pass(1000);
  expect(masterOf(host)).toBe(RED.index);
  expect(host.status()).toMatchObject([{ faults: [] }]);
});

/** Time passes, for the clock and for timers. */
function fakeTimers(host: FakeHost) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  return async (ms: number): Promise<void> => {
    host.clock.advance(milliseconds(ms));
    vi.advanceTimersByTime(ms);
    await host.calm();
    await host.calm();
  };
}

function setDown(host: FakeHost): void {
  const link = host.links.find(({ name }) => name === 'vrrp.51');
  host.changeLink({ ...link, up: false });
}

test('one that somebody sets down is set up again, and its instance stays master', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(onVirtual()));
  host.news();
  setDown(host);
  await host.calm();
  expect(host.links.find(({ name }) => name === 'vrrp.51')).toMatchObject({ up: true });
  expect(host.status()).toMatchObject([{ state: 'MASTER', faults: [] }]);
  expect(host.news()).toEqual(['listen vrrp.51']);
  expect(host.logs()).toContain('(V): VMAC vrrp.51 is down, or not ours - restoring it');
});

test('a notification that is older than what was done since changes nothing', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(onVirtual()));
  const changes: unknown[] = [];
  host.tables.setLink = async (change) => void changes.push(change);
  const link = host.links.find(({ name }) => name === 'vrrp.51');
  if (link !== undefined) host.tellLate({ ...link, up: false });
  await host.calm();
  expect(changes).toEqual([]);
  expect(host.status()).toMatchObject([{ state: 'MASTER', faults: [] }]);
});

test('one that has gone, of which something older is told last, is made again', async () => {
  const host = new FakeHost();
  const pass = fakeTimers(host);
  await host.start(settingsOf(onVirtual()));
  const link = host.links.find(({ name }) => name === 'vrrp.51');
  host.removeLink(3);
  if (link !== undefined) host.tellLate({ ...link, up: false });
  await pass(0);
  await pass(1000);
  expect(host.links.find(({ name }) => name === 'vrrp.51')).toMatchObject({ up: true });
  expect(host.status()).toMatchObject([{ faults: [] }]);
});

test('whoever sets it down again and again makes it wait, and its instance with it', async () => {
  const host = new FakeHost();
  const pass = fakeTimers(host);
  await host.start(settingsOf(onVirtual()));
  const isUp = () => host.links.find(({ name }) => name === 'vrrp.51')?.up;
  for (let times = 1; times <= 6; times += 1) {
    setDown(host);
    await pass(0);
    expect(isUp()).toBe(times < 6);
  }
  expect(host.status()).toMatchObject([
    {
      state: 'FAULT',
      faults: [
        { reason: expect.stringContaining('vrrp.51: is down, or not ours again and again') },
      ],
    },
  ]);
  await pass(999);
  expect(isUp()).toBe(false);
  await pass(1);
  expect(isUp()).toBe(true);
  expect(host.status()).toMatchObject([{ state: 'BACKUP', faults: [] }]);
});

test('many that go at once are looked at once', async () => {
  const host = new FakeHost();
  const instances = Array.from({ length: 20 }, (_, i) => {
    const name = `vrrp.${i + 1}`;
    const virtualInterface = { ...VMAC, name };
    const addresses = [vip(`10.77.0.${100 + i}`, name)];
    return onVirtual({ name, virtualRouterId: i + 1, virtualInterface, addresses });
  });
  await host.start(settingsOf(...instances));
  const links = host.tables.links.bind(host.tables);
  let looks = 0;
  host.tables.links = () => {
    looks += 1;
    return links();
  };
  host.loseNotifications(() => undefined);
  await host.calm();
  looks = 0;
  for (const { index, name } of host.links.slice()) if (name !== 'eth0') host.removeLink(index);
  for (let i = 0; i < 20; i += 1) await host.calm();
  expect(host.links).toHaveLength(21);
  // Before they are made, and after that.
  expect(looks).toBeLessThanOrEqual(3);
});

test('one that could not be made is made when the cause has gone', async () => {
  const host = new FakeHost();
  const pass = fakeTimers(host);
  const addLink = host.tables.addLink.bind(host.tables);
  host.tables.addLink = () => Promise.reject(new Error('EOPNOTSUPP'));
  await host.start(settingsOf(onVirtual()));
  expect(host.status()).toMatchObject([
    { state: 'FAULT', faults: [{ reason: expect.stringContaining('vrrp.51: EOPNOTSUPP') }] },
  ]);
  await pass(1000);
  host.tables.addLink = addLink;
  await pass(999);
  expect(host.status()).toMatchObject([{ state: 'FAULT' }]);
  await pass(1);
  expect(host.status()).toMatchObject([{ state: 'BACKUP', faults: [] }]);
  const refusals = host.logs().filter((line) => line.includes('Unable to create'));
  expect(refusals).toEqual(['(V): Unable to create VMAC vrrp.51: EOPNOTSUPP']);
});

test('one whose settings cannot be told or written waits, and is seen to when the cause has gone', async () => {
  const host = new FakeHost();
  const pass = fakeTimers(host);
  const read = host.kernelNumbers.read.bind(host.kernelNumbers);
  host.kernelNumbers.read = (path) => {
    if (path.includes('vrrp.51')) throw new Error('EIO');
    return read(path);
  };
  await host.start(settingsOf(onVirtual()));
  expect(host.status()).toMatchObject([
    { state: 'FAULT', faults: [{ reason: expect.stringContaining('vrrp.51: EIO') }] },
  ]);
  host.kernelNumbers.read = read;
  await pass(1000);
  expect(host.status()).toMatchObject([{ faults: [] }]);
  expect(host.links.find(({ name }) => name === 'vrrp.51')).toMatchObject({ up: true });
});

test('one whose name another interface had is made when that has gone', async () => {
  const host = new FakeHost();
  const pass = fakeTimers(host);
  host.links.push(kernelLink({ index: 7, name: 'vrrp.51', kind: 'bridge' }));
  await host.start(settingsOf(onVirtual()));
  host.removeLink(7);
  await pass(1000);
  expect(host.status()).toMatchObject([{ state: 'BACKUP', faults: [] }]);
});

test('a reload makes and removes the difference alone', async () => {
  const host = new FakeHost();
  const other = onVirtual({
    name: 'W',
    virtualRouterId: 52,
    virtualInterface: { ...VMAC, name: 'vrrp.52' },
    addresses: [vip('10.77.0.101', 'vrrp.52')],
  });
  const child = await host.start(settingsOf(onVirtual(), other));
  host.news();
  const third = onVirtual({
    name: 'X',
    virtualRouterId: 53,
    virtualInterface: { ...VMAC, name: 'vrrp.53' },
    addresses: [vip('10.77.0.102', 'vrrp.53')],
  });
  await child.receive({ type: 'reload', settings: settingsOf(onVirtual(), third) });
  await host.calm();
  const links = host.news().filter((each) => /^(make|remove|add|delete) /.test(each));
  expect(links).toEqual([
    'delete 10.77.0.101',
    'remove vrrp.52',
    'make vrrp.53 on eth0',
    'add 10.77.0.102',
  ]);
});

test('an address is answered for by its own interface alone, and all is as it was in the end', async () => {
  const host = new FakeHost();
  const before = {
    'ipv4/conf/all/rp_filter': 1,
    'ipv4/conf/eth0/rp_filter': 0,
    'ipv4/conf/eth0/arp_ignore': 0,
    'ipv4/conf/eth0/arp_filter': 0,
    'ipv4/conf/vrrp.51/rp_filter': 1,
    'ipv4/conf/vrrp.51/accept_local': 0,
    'ipv4/conf/vrrp.51/arp_ignore': 0,
    'ipv4/conf/vrrp.51/promote_secondaries': 0,
    'ipv6/conf/vrrp.51/addr_gen_mode': 0,
    'ipv6/conf/vrrp.51/disable_ipv6': 0,
    'ipv6/conf/vrrp.51/accept_ra': 1,
  };
  for (const [path, value] of Object.entries(before)) host.numbers.set(path, value);
  const child = await host.start(settingsOf(onVirtual()));
  expect(Object.fromEntries(host.numbers)).toEqual({
    'ipv4/conf/all/rp_filter': 0,
    'ipv4/conf/eth0/rp_filter': 1,
    'ipv4/conf/eth0/arp_ignore': 1,
    'ipv4/conf/eth0/arp_filter': 1,
    'ipv4/conf/vrrp.51/rp_filter': 0,
    'ipv4/conf/vrrp.51/accept_local': 1,
    'ipv4/conf/vrrp.51/arp_ignore': 1,
    'ipv4/conf/vrrp.51/promote_secondaries': 1,
    'ipv6/conf/vrrp.51/addr_gen_mode': 1,
    'ipv6/conf/vrrp.51/disable_ipv6': 1,
    'ipv6/conf/vrrp.51/accept_ra': 0,
  });
  await child.stop();
  for (const path of ['all/rp_filter', 'eth0/rp_filter', 'eth0/arp_ignore', 'eth0/arp_filter'])
    expect(host.numbers.get(`ipv4/conf/${path}`)).toBe(
      before[`ipv4/conf/${path}` as keyof typeof before],
    );
});

test("the kernel's settings go back with the last virtual interface, but for what others changed", async () => {
  const host = new FakeHost();
  const [ignored, filtered] = ['arp_ignore', 'arp_filter'].map((name) => `ipv4/conf/eth0/${name}`);
  for (const path of [ignored, filtered]) host.numbers.set(path ?? '', 0);
  const child = await host.start(settingsOf(onVirtual()));
  expect([ignored, filtered].map((path) => host.numbers.get(path ?? ''))).toEqual([1, 1]);
  host.numbers.set(filtered ?? '', 2);
  await child.receive({ type: 'reload', settings: settingsOf(ownerSettings()) });
  await host.calm();
  expect([ignored, filtered].map((path) => host.numbers.get(path ?? ''))).toEqual([0, 2]);
});

test('an interface below is as it was when no virtual one is left on it', async () => {
  const host = new FakeHost();
  host.links.push(kernelLink({ index: 4, name: 'eth1' }));
  const ignored = ['eth0', 'eth1'].map((name) => `ipv4/conf/${name}/arp_ignore`);
  const filter = 'ipv4/conf/all/rp_filter';
  for (const path of ignored) host.numbers.set(path, 0);
  host.numbers.set(filter, 1);
  const second = onVirtual({
    name: 'W',
    interface: 'eth1',
    virtualInterface: { ...VMAC, name: 'vrrp1.51' },
    addresses: [vip('10.77.1.100', 'vrrp1.51')],
  });
  const seen = () => [...ignored, filter].map((path) => host.numbers.get(path));
  const child = await host.start(settingsOf(onVirtual(), second));
  expect(seen()).toEqual([1, 1, 0]);
  await child.receive({ type: 'reload', settings: settingsOf(second) });
  expect(seen()).toEqual([0, 1, 0]);
  await child.receive({ type: 'reload', settings: settingsOf(ownerSettings()) });
  expect(seen()).toEqual([0, 0, 1]);
});

test('a successor, with virtual interfaces or without, puts back what the one that died has changed', async () => {
  const path = 'ipv4/conf/eth0/arp_ignore';
  for (const instance of [onVirtual(), ownerSettings()]) {
    const host = new FakeHost();
    host.numbers.set(path, 0);
    await host.start(settingsOf(onVirtual()));
    const told = host.messages.findLast((message) => message.type === 'kernel-changes');
    expect(told?.changes).toEqual([{ path, before: 0, ours: 1 }]);
    const leftByVrrp = { ...NOTHING_LEFT.vrrp, kernelChanges: told?.changes ?? [] };
    const successor = await host.start(settingsOf(instance), { leftByVrrp });
    await successor.stop();
    expect(host.numbers.get(path)).toBe(0);
  }
});

test('where the kernel lets no setting be written the interface serves even so', async () => {
  const host = new FakeHost();
  host.numbers.set('ipv4/conf/vrrp.51/arp_ignore', 0);
  host.numbers.set('ipv4/conf/vrrp.51/accept_local', 0);
  host.numbers.set('ipv4/conf/eth0/arp_ignore', 0);
  host.numbers.set('ipv4/conf/all/rp_filter', 1);
  host.kernelNumbers.write = () => {
    throw Object.assign(new Error('read-only file system'), { code: 'EROFS' });
  };
  const child = await host.start(settingsOf(onVirtual()));
  expect(host.status()).toMatchObject([{ state: 'MASTER' }]);
  const refusals = host.logs().filter((each) => each.includes('cannot set'));
  expect(refusals).toEqual([
    expect.stringMatching(/^cannot set net\.ipv4\.conf\.all\.rp_filter to 0 .*: adverts may be /),
    expect.stringMatching(/^cannot set net\.ipv4\.conf\.vrrp\/51\.accept_local to 1 \(EROFS\), /),
    expect.stringMatching(/^cannot set net\.ipv4\.conf\.vrrp\/51\.arp_ignore to 1 \(EROFS\), /),
  ]);
  await child.stop();
  expect(host.numbers.get('ipv4/conf/eth0/arp_ignore')).toBe(0);
});

test('where the kernel lets no setting be written a backup discards what is sent to its virtual MAC address even so', async () => {
  const host = new FakeHost();
  host.numbers.set('ipv4/conf/all/rp_filter', 1);
  host.kernelNumbers.write = () => {
    throw Object.assign(new Error('read-only file system'), { code: 'EROFS' });
  };
  await host.start(settingsOf(onVirtual({ priority: 100 })));
  const { index } = host.links.find(({ name }) => name === 'vrrp.51') ?? {};
  expect(host.dropped?.idle).toEqual([index]);
});

test('a backup tells no switch of its virtual interface, a master does', async () => {
  const host = new FakeHost();
  const other = onVirtual({
    name: 'W',
    virtualRouterId: 52,
    priority: 100,
    initialState: 'BACKUP',
    virtualInterface: { ...VMAC, name: 'vrrp.52' },
  });
  const child = await host.start(settingsOf(onVirtual(), other));
  const index = host.links.find(({ name }) => name === 'vrrp.52')?.index;
  expect(host.dropped?.idle).toEqual([index]);
  await child.stop();
  expect(host.dropped).toBeUndefined();
});

const IPVLAN = {
  name: 'i0',
  ipvlan: { mode: 'private', address: { address: ip('10.77.0.9'), prefixLength: 24 } },
  advertsBelow: false,
} as const;

test('an ipvlan gets its own address, which adverts are sent from, and no silence', async () => {
  const host = new FakeHost();
  const child = await host.start(settingsOf(ownerSettings({ virtualInterface: IPVLAN })));
  expect(host.news().slice(0, 4)).toEqual([
    'make i0 on eth0',
    'add 10.77.0.9',
    'listen i0',
    expect.stringMatching(/^advert/),
  ]);
  expect(host.links.at(-1)).toMatchObject({ kind: 'ipvlan', ipvlanMode: 'private', up: true });
  expect(host.dropped).toBeUndefined();
  expect(host.addresses).toContainEqual(expect.objectContaining({ address: '10.77.0.100' }));
  host.removeAddress('10.77.0.9');
  await host.calm();
  await host.calm();
  expect(host.news()).toContain('add 10.77.0.9');
  await child.stop();
  expect(host.news().slice(-2)).toEqual(['remove i0', 'forget i0']);
});

test('an ipvlan that a crash has left is taken over, but not one of another mode', async () => {
  for (const [ipvlanMode, changes] of [
    ['private', []],
    ['bridge', ['remove i0', 'make i0 on eth0']],
  ] as const) {
    const host = new FakeHost();
    host.links.push(
      kernelLink({ index: 7, name: 'i0', kind: 'ipvlan', parentIndex: 2, ipvlanMode }),
    );
    await host.start(settingsOf(ownerSettings({ virtualInterface: IPVLAN })));
    expect(host.news().filter((each) => each.includes(' i0 ') || each === 'remove i0')).toEqual(
      changes,
    );
  }
});

test('an instance of IPv6 with an ipvlan waits for its link-local address', async () => {
  const host = new FakeHost();
  const virtualInterface = { name: 'i0', ipvlan: { mode: 'bridge' }, advertsBelow: false } as const;
  await host.start(
    settingsOf(ownerSettings({ family: 6, virtualInterface, addresses: [vip('fe80::100')] })),
  );
  expect(host.status()).toMatchObject([{ state: 'FAULT' }]);
  const interfaceIndex = host.links.at(-1)?.index ?? 0;
  host.putAddress(kernelAddress('fe80::7', { interfaceIndex, prefixLength: 64 }));
  await host.calm();
  expect(host.status()).toMatchObject([{ state: 'BACKUP' }]);
});

test('a kernel without ipvlan is said to be one', async () => {
  const host = new FakeHost();
  host.tables.addLink = () => Promise.reject(new NetlinkError('add link', 95));
  await host.start(settingsOf(ownerSettings({ virtualInterface: IPVLAN })));
  expect(host.status()).toMatchObject([
    {
      state: 'FAULT',
      faults: [
        { reason: expect.stringContaining('this kernel has no ipvlan interfaces') },
        { reason: 'no IPv4 address for interface' },
      ],
    },
  ]);
});

const ADDRESS_LINK = { name: 'vrrp1.51', parent: 'eth1', family: 4, hardwareAddress: MAC } as const;

function withAddressLink(): VrrpInstanceSettings {
  return ownerSettings({
    addresses: [vip('10.77.0.100'), vip('10.78.0.100', 'vrrp1.51')],
    addressInterfaces: [ADDRESS_LINK],
  });
}

test('a macvlan for addresses alone is made and removed at reloads that its instance outlives', async () => {
  const host = new FakeHost();
  host.links.push(kernelLink({ index: 4, name: 'eth1' }));
  host.numbers.set('ipv4/conf/eth1/arp_ignore', 0);
  const child = await host.start(settingsOf(ownerSettings()));
  host.news();
  await child.receive({ type: 'reload', settings: settingsOf(withAddressLink()) });
  await host.calm();
  const links = () => news(host).filter((each) => /^(make|remove|add|delete|state) /.test(each));
  expect(links()).toEqual(['make vrrp1.51 on eth1', 'add 10.78.0.100']);
  expect(host.dropped).toBeUndefined();
  expect(host.numbers.get('ipv4/conf/eth1/arp_ignore')).toBe(1);
  await child.receive({ type: 'reload', settings: settingsOf(ownerSettings()) });
  expect(links()).toEqual(['delete 10.78.0.100', 'remove vrrp1.51']);
  expect(host.numbers.get('ipv4/conf/eth1/arp_ignore')).toBe(0);
});

test('a macvlan for addresses alone that somebody removes is made again, with its addresses', async () => {
  const host = new FakeHost();
  host.links.push(kernelLink({ index: 4, name: 'eth1' }));
  await host.start(settingsOf(withAddressLink()));
  host.news();
  host.removeAddress('10.78.0.100');
  host.removeLink(5);
  await host.calm();
  expect(host.news()).toEqual(expect.arrayContaining(['make vrrp1.51 on eth1', 'add 10.78.0.100']));
});

test('hundreds of addresses that somebody flushes cost one look at the links, and hold no advert up', async () => {
  const host = new FakeHost();
  const addresses = Array.from({ length: 200 }, (_, i) => vip(`10.77.1.${i}`, 'vrrp.51'));
  const idle = ownerSettings({ name: 'W', virtualRouterId: 52, addresses: [vip('10.77.0.99')] });
  await host.start(settingsOf(onVirtual({ addresses }), idle));
  while (host.addresses.length < 202) await host.calm();
  const reads = vi.spyOn(host.tables, 'links');
  const told = (): number => host.logs().filter((each) => each.includes('removed from')).length;
  for (const { address } of addresses) host.removeAddress(address);
  expect(told()).toBe(0);
  for (let turn = 0; turn < 100 && told() < 200; turn += 1) {
    const before = told();
    await new Promise((resolve) => setImmediate(resolve));
    expect(told() - before).toBeLessThanOrEqual(16);
  }
  await host.calm();
  expect(host.addresses).toHaveLength(202);
  expect(reads).toHaveBeenCalledOnce();
});

test('a look at the links that has begun says nothing of what goes later', async () => {
  const host = new FakeHost();
  const addresses = [vip('10.77.0.100', 'vrrp.51'), vip('10.77.0.101', 'vrrp.51')];
  await host.start(settingsOf(onVirtual({ addresses })));
  const seen = [...host.links];
  const answers: (() => void)[] = [];
  vi.spyOn(host.tables, 'links').mockReturnValueOnce(
    new Promise((resolve) => answers.push(() => resolve(seen))),
  );
  host.tables.addLink = () => Promise.reject(new NetlinkError('add link', 16));
  host.removeAddress('10.77.0.100');
  await host.calm();
  host.removeAddress('10.77.0.101');
  host.removeLink(host.links.at(-1)?.index);
  answers.pop()?.();
  await host.calm();
  const told = (address: string): boolean =>
    host.logs().some((each) => each.includes(`${address} removed from`));
  expect([told('10.77.0.100'), told('10.77.0.101')]).toEqual([true, false]);
});
