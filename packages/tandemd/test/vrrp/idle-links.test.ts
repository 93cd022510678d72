/** The MAC address of a virtual router is its master's alone. */
import type { MacAddress } from '@tandem/inet';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FakeHost, ownerSettings, settingsOf, vip } from './fake-host.ts';

const VMAC = {
  name: 'vrrp.51',
  hardwareAddress: '00:00:5e:00:01:33' as MacAddress,
  advertsBelow: false,
};

function onVirtual(changes: Partial<VrrpInstanceSettings> = {}): VrrpInstanceSettings {
  return ownerSettings({
    virtualInterface: VMAC,
    addresses: [vip('10.77.0.100', 'vrrp.51')],
    ...changes,
  });
}

const FOR_ADDRESSES = {
  name: 'vadr.51',
  parent: 'eth0',
  family: 4,
  hardwareAddress: VMAC.hardwareAddress,
} as const;
const BACKUP = {
  priority: 100,
  initialState: 'BACKUP',
} as const;

function indexOf(host: FakeHost, name = 'vrrp.51'): number {
  return host.links.find((each) => each.name === name)?.index ?? -1;
}

test('RFC 9568 §6.4.2: a backup discards what is sent to the virtual MAC address', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(onVirtual(BACKUP)));
  expect(host.dropped?.idle).toEqual([indexOf(host)]);
});

test('RFC 9568 §6.4.3: a master takes it before it has its addresses and says so, and until it gives them up', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(onVirtual()));
  const idle = `drop ${indexOf(host)}`;
  const gained = [idle, 'drop nothing', 'add 10.77.0.100', 'announce 5 10.77.0.100'];
  expect(host.news().filter((each) => gained.includes(each))).toEqual(gained);
  host.changeLink({ running: false });
  await host.calm();
  const lost = [idle, 'delete 10.77.0.100'];
  expect(host.news().filter((each) => lost.includes(each))).toEqual(lost);
});

test('a backup discards it, too, where the links cannot be read when it is made', async () => {
  const host = new FakeHost();
  const links = host.tables.links.bind(host.tables);
  const read = vi.fn(links).mockImplementationOnce(links);
  host.tables.links = read.mockRejectedValueOnce(new Error('ENOBUFS'));
  const seen: unknown[] = [];
  const setLink = host.tables.setLink.bind(host.tables);
  host.tables.setLink = async (change) => {
    seen.push(host.dropped?.idle);
    await setLink(change);
  };
  await host.start(settingsOf(onVirtual(BACKUP)));
  expect(host.logs()).toContain('cannot read links: ENOBUFS');
  expect(seen).toEqual([[indexOf(host)]]);
});

test('the same holds for a virtual MAC address that is there for addresses alone', async () => {
  const host = new FakeHost();
  const settings = {
    addressInterfaces: [FOR_ADDRESSES],
    addresses: [vip('10.77.0.100', 'vadr.51')],
  };
  await host.start(settingsOf(ownerSettings({ ...settings, ...BACKUP })));
  expect(host.dropped?.idle).toEqual([indexOf(host, 'vadr.51')]);
});

test('one that a reload adds to a master is its own at once', async () => {
  const host = new FakeHost();
  const child = await host.start(settingsOf(ownerSettings()));
  const more = {
    addressInterfaces: [FOR_ADDRESSES],
    addresses: [vip('10.77.0.100'), vip('10.77.0.101', 'vadr.51')],
  };
  await child.receive({ type: 'reload', settings: settingsOf(ownerSettings(more)) });
  await host.calm();
  expect(host.news()).toContain('add 10.77.0.101');
  expect(host.dropped).toBeUndefined();
});

test('a master that goes on where a process died loses no packet', async () => {
  const host = new FakeHost();
  const settings = settingsOf(onVirtual());
  await host.start(settings);
  const vrrpMemory = { instances: host.status(), aliveAtMonotonicMs: host.clock.now() };
  host.news();
  await host.start(settings, { vrrpMemory });
  expect(host.status()).toMatchObject([{ state: 'MASTER' }]);
  expect(host.news().filter((each) => each.startsWith(`drop ${indexOf(host)}`))).toEqual([]);
});

test('a backup in the place of a master that died discards again', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(onVirtual()));
  await host.start(settingsOf(onVirtual(BACKUP)));
  expect(host.status()).toMatchObject([{ state: 'BACKUP' }]);
  expect(host.dropped?.idle).toEqual([indexOf(host)]);
});

test('addresses that a stop leaves can be reached', async () => {
  const host = new FakeHost();
  const options = { logDetail: 0, keepAddresses: true, keepIpvs: false };
  const child = await host.start(settingsOf(onVirtual()), { options });
  await child.stop();
  expect(host.addresses.map(({ address }) => address)).toContain('10.77.0.100');
  expect(host.dropped).toBeUndefined();
});

test('a master whose table of nftables cannot be changed has none rather than be out of reach, and has it again as soon as it can', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const host = new FakeHost();
  const other = onVirtual({
    ...BACKUP,
    name: 'W',
    virtualRouterId: 52,
    virtualInterface: { ...VMAC, name: 'vrrp.52' },
    addresses: [vip('10.77.0.101', 'vrrp.52')],
  });
  const { replace } = host.nftables;
  let isBroken = true;
  host.nftables.replace = async (table) => {
    if (isBroken && table.idle.length < 2) throw new Error('ENOBUFS');
    await replace(table);
  };
  await host.start(settingsOf(onVirtual(), other));
  const both = host.links.filter(({ kind }) => kind === 'macvlan').map(({ index }) => index);
  expect(host.news()).toContain(`drop ${both.join(' ')}`);
  expect(host.status()[0]).toMatchObject({ state: 'MASTER' });
  expect(host.dropped).toBeUndefined();
  expect(host.logs()).toEqual(
    expect.arrayContaining([
      'cannot drop packets: ENOBUFS',
      'removed table tandem of nftables, which drops what a new master is sent',
    ]),
  );
  isBroken = false;
  vi.advanceTimersByTime(5000);
  await host.calm();
  expect(host.dropped?.idle).toEqual([indexOf(host, 'vrrp.52')]);
});
