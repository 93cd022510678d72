import type { MacAddress } from '@tandem/inet';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NOTHING_LEFT } from '../../src/kernel-record.ts';
import { Firewall } from '../../src/vrrp/firewall.ts';
import { InterfaceTable } from '../../src/vrrp/interface-table.ts';
import { FakeHost, ip, kernelLink, ownerSettings, settingsOf, vip } from './fake-host.ts';

/** Becomes master at once, and would accept if it were the owner in earnest. */
const closed = ownerSettings({ accept: false });

test('RFC 9568 §6.1: without Accept_Mode, packets are dropped before the addresses come', async () => {
  const host = new FakeHost();
  await host.start(settingsOf(closed));
  const news = host.news();
  expect(news.indexOf('drop 10.77.0.100')).toBeGreaterThanOrEqual(0);
  expect(news.indexOf('drop 10.77.0.100')).toBeLessThan(news.indexOf('add 10.77.0.100'));
  expect(host.dropped).toMatchObject({ name: 'tandem', priority: -1, counters: false });
});

test('they are dropped until the addresses are gone', async () => {
  const host = new FakeHost();
  const child = await host.start(settingsOf(closed));
  host.news();
  host.changeLink({ running: false });
  await host.calm();
  const news = host.news();
  expect(news.indexOf('drop nothing')).toBeGreaterThan(news.indexOf('delete 10.77.0.100'));
  expect(host.dropped).toBeUndefined();
  await child.stop();
});

test('a reload closes and opens the addresses of a master that stays', async () => {
  const host = new FakeHost();
  const child = await host.start(settingsOf(closed));
  await child.receive({ type: 'reload', settings: settingsOf({ ...closed, accept: true }) });
  await host.calm();
  expect(host.dropped).toBeUndefined();
  const more = [vip('10.77.0.100'), vip('fe80::1')];
  await child.receive({ type: 'reload', settings: settingsOf({ ...closed, addresses: more }) });
  await host.calm();
  expect(host.dropped).toMatchObject({
    addresses: [ip('10.77.0.100')],
    linkLocal: [{ address: ip('fe80::1'), interfaceIndex: 2 }],
  });
});

test('many instances that change at the same time change the table a few times', async () => {
  const host = new FakeHost();
  const all = Array.from({ length: 50 }, (_, i) => ({
    ...closed,
    name: `V${i}`,
    virtualRouterId: i + 1,
    addresses: [vip(`10.77.1.${i}`)],
  }));
  await host.start(settingsOf(...all));
  expect(host.dropped?.addresses).toHaveLength(50);
  expect(host.news().filter((each) => each.startsWith('drop')).length).toBeLessThan(5);
});

test('who drops nothing has no table', async () => {
  const host = new FakeHost();
  const child = await host.start(settingsOf(ownerSettings()));
  await child.stop();
  expect(host.news().filter((each) => each.startsWith('drop'))).toEqual([]);
});

test('a master that goes on where a process died is closed all the time', async () => {
  const host = new FakeHost();
  const hardwareAddress = '00:00:5e:00:01:33' as MacAddress;
  const virtualInterface = { name: 'vrrp.51', hardwareAddress, advertsBelow: false };
  const settings = settingsOf({ ...closed, virtualInterface });
  await host.start(settings);
  const aliveAtMonotonicMs = host.clock.now();
  const vrrpMemory = { instances: host.status(), aliveAtMonotonicMs };
  host.news();
  await host.start(settings, { vrrpMemory });
  const drops = host.news().filter((each) => each.startsWith('drop'));
  expect(drops).not.toEqual([]);
  for (const each of drops) expect(each).toContain('10.77.0.100');
});

test('what a predecessor dropped is open again, whatever this one drops', async () => {
  const host = new FakeHost();
  const nothing = { addresses: [ip('10.77.0.100')], linkLocal: [], idle: [] };
  await host.nftables.replace({ name: 'tandem', priority: -1, counters: false, ...nothing });
  await host.start(settingsOf(ownerSettings()));
  await host.calm();
  expect(host.dropped).toBeUndefined();
});

test('a reload that names another table leaves none of the old name', async () => {
  const host = new FakeHost();
  const child = await host.start(settingsOf(closed));
  const before = settingsOf(closed);
  const nftables = { table: 'vips', priority: 5, counters: true };
  const settings = { ...before, global: { ...before.global, nftables } };
  host.news();
  await child.receive({ type: 'reload', settings });
  await host.calm();
  expect(host.news()).toEqual(expect.arrayContaining(['drop nothing', 'drop 10.77.0.100']));
  expect(host.dropped).toMatchObject({ name: 'vips', priority: 5, counters: true });
});

test('what cannot be dropped is said, and the addresses come all the same', async () => {
  const host = new FakeHost();
  host.nftables.replace = () => Promise.reject(new Error('EPROTONOSUPPORT'));
  await host.start(settingsOf(closed));
  expect(host.logs()).toContain('cannot drop packets: EPROTONOSUPPORT');
  expect(host.news()).toContain('add 10.77.0.100');
});

test('a table that somebody removes with all others is set again, and nobody who insists is told of twice', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const host = new FakeHost();
  const child = await host.start(settingsOf(closed));
  const look = async (): Promise<void> => {
    vi.advanceTimersByTime(5000);
    await host.calm();
  };
  host.news();
  await look();
  expect(host.news()).toEqual([]);
  const said = (): number => host.logs().filter((each) => each.includes('was gone')).length;
  for (const times of [1, 1]) {
    host.dropped = undefined;
    await look();
    expect(host.dropped).toMatchObject({ name: 'tandem', addresses: [ip('10.77.0.100')] });
    expect(said()).toBe(times);
  }
  await look();
  host.dropped = undefined;
  await look();
  expect(said()).toBe(2);
  await child.stop();
  await look();
  expect(host.dropped).toBeUndefined();
});

test('a kernel that cannot be asked for the table is left alone', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const host = new FakeHost();
  const survey = vi.spyOn(host.nftables, 'survey').mockRejectedValue(new Error('EMFILE'));
  await host.start(settingsOf(closed));
  host.news();
  vi.advanceTimersByTime(5000);
  await host.calm();
  expect(survey).toHaveBeenCalledOnce();
  expect(host.news()).toEqual([]);
});

test('a table that is gone and cannot be set again is told of once, and tried at each look', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const host = new FakeHost();
  const replace = vi.spyOn(host.nftables, 'replace');
  await host.start(settingsOf(closed));
  const look = async (): Promise<void> => {
    vi.advanceTimersByTime(5000);
    await host.calm();
  };
  const said = (): number => host.logs().filter((each) => each.includes('cannot drop')).length;
  const busy = new Error('EBUSY');
  replace.mockRejectedValueOnce(busy).mockRejectedValueOnce(busy);
  host.dropped = undefined;
  await look();
  await look();
  expect(host.dropped).toBeUndefined();
  expect(said()).toBe(1);
  await look();
  expect(host.dropped).toMatchObject({ addresses: [ip('10.77.0.100')] });
  replace.mockRejectedValueOnce(busy);
  host.dropped = undefined;
  await look();
  expect(said()).toBe(2);
});

test('a table that is refused when it is first set is tried at each look, and said when it is set', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const host = new FakeHost();
  const replace = vi.spyOn(host.nftables, 'replace').mockRejectedValue(new Error('EPERM'));
  await host.start(settingsOf(closed));
  for (let i = 0; i < 3; i += 1) {
    if (i === 2) replace.mockRestore();
    vi.advanceTimersByTime(5000);
    await host.calm();
  }
  expect(host.dropped).toMatchObject({ addresses: [ip('10.77.0.100')] });
  expect(host.logs().filter((each) => each.includes('drop packets'))).toEqual([
    'cannot drop packets: EPERM',
  ]);
  expect(host.logs()).toContain('packets are dropped: table tandem of nftables is set');
});

test('a table that somebody empties, or takes an address out of, is set again and said once', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const host = new FakeHost();
  await host.start(settingsOf(closed));
  for (let i = 0; i < 2; i += 1) {
    if (host.dropped !== undefined) host.dropped = { ...host.dropped, addresses: [] };
    vi.advanceTimersByTime(5000);
    await host.calm();
    expect(host.dropped).toMatchObject({ addresses: [ip('10.77.0.100')] });
  }
  const text = 'table tandem of nftables was changed by somebody else: set again';
  expect(host.logs().filter((each) => each === text)).toHaveLength(1);
});

test('a change that is refused and taken back leaves the table that is there, which is looked at', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const host = new FakeHost();
  const child = await host.start(settingsOf(closed));
  const more = [vip('10.77.0.100'), vip('10.77.0.101')];
  const replace = vi.spyOn(host.nftables, 'replace').mockRejectedValue(new Error('EPERM'));
  await child.receive({ type: 'reload', settings: settingsOf({ ...closed, addresses: more }) });
  await child.receive({ type: 'reload', settings: settingsOf(closed) });
  await host.calm();
  replace.mockRestore();
  host.dropped = undefined;
  vi.advanceTimersByTime(5000);
  await host.calm();
  expect(host.dropped).toMatchObject({ addresses: [ip('10.77.0.100')] });
});

test('a link-local address alone is closed on its interface', async () => {
  const host = new FakeHost();
  await host.start(settingsOf({ ...closed, addresses: [vip('fe80::1')] }));
  const linkLocal = [{ address: ip('fe80::1'), interfaceIndex: 2 }];
  expect(host.dropped).toMatchObject({ addresses: [], linkLocal, idle: [] });
});

test('tables of a predecessor that nobody wants any more are removed, if they can be', async () => {
  const host = new FakeHost();
  const remove = vi.spyOn(host.nftables, 'remove').mockRejectedValue(new Error('EPERM'));
  const leftByVrrp = { ...NOTHING_LEFT.vrrp, tables: ['old', 'tandem'] };
  await host.start(settingsOf(closed), { leftByVrrp });
  expect(remove).toHaveBeenCalledWith('old');
  expect(remove).not.toHaveBeenCalledWith('tandem');
  expect(host.dropped).toMatchObject({ addresses: [ip('10.77.0.100')] });
});

test('who asks for what another one is already waiting for waits, too', async () => {
  const host = new FakeHost();
  const interfaces = new InterfaceTable();
  interfaces.load([kernelLink(), kernelLink({ index: 3, name: 'eth1' })], []);
  const happened: string[] = [];
  const answers: (() => void)[] = [];
  const firewall = new Firewall({
    ...host.nftables,
    replace: (table) => {
      happened.push(`asked for ${table.idle.join(' ')}`);
      return new Promise((resolve) => answers.push(resolve));
    },
    interfaces,
    clock: host.clock,
    warn: (text) => void happened.push(text),
  });
  void firewall.configure(settingsOf());
  const ask = (name: string): void =>
    void firewall.setIdle([name], true).then(() => happened.push(`${name} is idle`));
  ask('eth0');
  await host.calm();
  ask('eth0');
  ask('eth1');
  ask('eth1');
  await host.calm();
  expect(happened.splice(0)).toEqual(['asked for 2']);
  answers.shift()?.();
  await host.calm();
  expect(happened.splice(0)).toEqual(['eth0 is idle', 'eth0 is idle', 'asked for 2 3']);
  answers.shift()?.();
  await host.calm();
  expect(happened.splice(0)).toEqual(['eth1 is idle', 'eth1 is idle']);
});

test('where nothing is to be dropped a kernel without nftables is no matter', async () => {
  const host = new FakeHost();
  host.nftables.remove = () => Promise.reject(new Error('EOPNOTSUPP'));
  await host.start(settingsOf(ownerSettings()));
  expect(host.logs().filter((each) => each.includes('drop'))).toEqual([]);
});

test('a table that could not be set, and is not wanted any more, is not said to be set', async () => {
  const host = new FakeHost();
  host.nftables.replace = () => Promise.reject(new Error('EPERM'));
  const child = await host.start(settingsOf(closed));
  await child.receive({ type: 'reload', settings: settingsOf({ ...closed, accept: true }) });
  await host.calm();
  expect(host.logs()).not.toContain('packets are dropped: table tandem of nftables is set');
});
