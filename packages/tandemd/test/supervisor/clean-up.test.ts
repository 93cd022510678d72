import { constants } from 'node:os';
import { macBytes, type MacAddress } from '@tandem/inet';
import { NetlinkError } from '@tandem/netlink';
import { expect, test } from 'vitest';
import { NOTHING_LEFT } from '../../src/kernel-record.ts';
import { clearTable, withdraw } from '../../src/supervisor/clean-up.ts';
import { FakeKernel } from '../ipvs/fake-kernel.ts';
import { startedService } from '../ipvs/settings.ts';
import { FakeHost, kernelAddress, kernelLink, vip } from '../vrrp/fake-host.ts';
import { kernelRoute } from '../vrrp/fake-routing.ts';
import { virtualRoute, virtualRule } from '../../../vrrp/test/routing-entries.ts';

/** The host's tables, and how often they have been closed. */
function closable(host: FakeHost) {
  const seen = { closed: 0 };
  const removeTable = async (name: string): Promise<void> => {
    await host.nftables.remove(name);
  };
  return { ...host.tables, removeTable, seen, close: () => void (seen.closed += 1) };
}

function kernelOf(tables: ReturnType<typeof closable>, numbers = new FakeHost().kernelNumbers) {
  return { open: async () => tables, numbers };
}

function told() {
  const lines: string[] = [];
  return { lines, say: (text: string) => void lines.push(text) };
}

const NOTHING = NOTHING_LEFT.vrrp;

function leftBy(address: string) {
  return { ...NOTHING, addresses: [vip(address)] };
}

test('addresses are taken off their interfaces, and those of others stay', async () => {
  const host = new FakeHost();
  host.addresses.push(kernelAddress('10.77.0.100'));
  const { lines, say } = told();
  const left = [vip('10.77.0.100'), vip('10.77.0.101'), vip('10.77.0.102', 'gone0')];
  const tables = closable(host);
  await withdraw({ ...NOTHING, addresses: left }, say, kernelOf(tables));
  expect(tables.seen.closed).toBe(1);
  expect(host.addresses.map(({ address }) => address)).toEqual(['10.77.0.1']);
  expect(lines).toEqual(['The VRRP process left its addresses behind: removed']);
});

test.each([true, false])(
  'another address of their network stays, whether the kernel lets promote_secondaries be set: %s',
  async (isWritable) => {
    const path = 'ipv4/conf/eth0/promote_secondaries';
    const host = new FakeHost();
    host.numbers.set(path, 0);
    const flags = { flags: 0x81 };
    host.addresses = [
      kernelAddress('10.78.0.100'),
      kernelAddress('10.78.0.7', flags),
      kernelAddress('10.78.0.101', flags),
    ];
    const { lines, say } = told();
    const write = (name: string, value: number): void => {
      if (!isWritable) throw new Error('EROFS');
      host.numbers.set(name, value);
    };
    const numbers = { read: (name: string) => host.numbers.get(name), write };
    const left = { ...NOTHING, addresses: [vip('10.78.0.100'), vip('10.78.0.101')] };
    await withdraw(left, say, { ...kernelOf(closable(host)), numbers });
    expect(host.addresses.map(({ address }) => address)).toEqual(['10.78.0.7']);
    expect(host.numbers.get(path)).toBe(0);
    expect(lines).toEqual(['The VRRP process left its addresses behind: removed']);
  },
);

test('routes and rules go, too, and those of others stay', async () => {
  const host = new FakeHost();
  const entries = [virtualRoute('10.9.0.0/24'), virtualRule(2000)];
  host.routing.routesThere = [kernelRoute('10.9.0.0/24'), kernelRoute('10.8.0.0/24')];
  host.routing.rulesThere = [virtualRule(2000), virtualRule(2001)];
  const { lines, say } = told();
  await withdraw({ ...NOTHING, entries }, say, kernelOf(closable(host)));
  expect(host.news()).toEqual(['remove rule 2000', 'remove route 10.9.0.0/24']);
  expect(host.routing.routesThere).toEqual([kernelRoute('10.8.0.0/24')]);
  expect(lines).toEqual(['The VRRP process left its addresses behind: removed']);
});

test.each(['EADDRNOTAVAIL', 'ENODEV', 'ENXIO'] as const)('%s: the address is gone', async (why) => {
  const deleteAddress = async (): Promise<void> => {
    throw new NetlinkError('delete address', constants.errno[why]);
  };
  const { lines, say } = told();
  const tables = { ...closable(new FakeHost()), deleteAddress };
  await withdraw(leftBy('fd00:77::100'), say, kernelOf(tables));
  expect(lines).toEqual(['The VRRP process left its addresses behind: removed']);
});

test('virtual interfaces are removed, and those of others stay', async () => {
  const host = new FakeHost();
  const hardwareAddress = '00:00:5e:00:01:33' as MacAddress;
  const macvlan = { kind: 'macvlan', hardwareAddress: macBytes(hardwareAddress) };
  host.links.push(kernelLink({ ...macvlan, index: 8, name: 'vrrp.51' }));
  host.links.push(kernelLink({ ...macvlan, index: 9, name: 'vrrp.52' }));
  const names = ['vrrp.51', 'gone0', 'eth0'];
  const links = names.map((name) => ({ name, hardwareAddress }));
  const { lines, say } = told();
  await withdraw({ ...NOTHING, links }, say, kernelOf(closable(host)));
  expect(host.links.map(({ name }) => name)).toEqual(['eth0', 'vrrp.52']);
  expect(lines).toEqual(['The VRRP process left its addresses behind: removed']);
});

test('a table that drops packets is removed', async () => {
  const host = new FakeHost();
  const nothing = { addresses: [], linkLocal: [], idle: [] };
  await host.nftables.replace({ name: 'tandem', priority: -1, counters: false, ...nothing });
  host.news();
  const { say } = told();
  await withdraw({ ...NOTHING, tables: ['tandem'] }, say, kernelOf(closable(host)));
  expect(host.news()).toEqual(['drop nothing']);
});

test('what cannot be withdrawn is said', async () => {
  const { lines, say } = told();
  await withdraw(leftBy('10.77.0.100'), say, {
    ...kernelOf(closable(new FakeHost())),
    open: () => Promise.reject(new Error('EPERM')),
  });
  expect(lines).toEqual(['The addresses of the VRRP process may still be there: Error: EPERM']);
});

test('the socket is closed when reading fails, too', async () => {
  const host = new FakeHost();
  host.refuseReading(1);
  const { lines, say } = told();
  const tables = closable(host);
  await withdraw(leftBy('10.77.0.100'), say, kernelOf(tables));
  expect(lines).toEqual([expect.stringMatching(/may still be there.*ENOBUFS/)]);
  expect(tables.seen.closed).toBe(1);
});

test('services go out of the table and sync daemons stop; services of others stay', async () => {
  const kernel = new FakeKernel();
  const service = startedService();
  const { key } = service;
  kernel.table.set('TCP 10.30.6.110:80', service);
  kernel.table.set('TCP 1.2.3.4:9', service);
  kernel.running.push({ role: 'master', interface: 'eth0', syncId: 51 });
  const { lines, say } = told();
  await clearTable({ services: [key], daemons: true, flush: false }, say, async () => kernel);
  expect([...kernel.table.keys()]).toEqual(['TCP 1.2.3.4:9']);
  expect(kernel.running).toEqual([]);
  expect(lines).toEqual([]);
});

test("the kernel's numbers are as they were, but for what others changed since", async () => {
  const host = new FakeHost();
  host.numbers.set('ipv4/conf/all/rp_filter', 0);
  host.numbers.set('ipv4/conf/eth0/arp_ignore', 2);
  const kernelChanges = ['all/rp_filter', 'eth0/arp_ignore', 'gone0/arp_ignore'].map((name) => ({
    path: `ipv4/conf/${name}`,
    before: 1,
    ours: 0,
  }));
  const tables = closable(host);
  await withdraw({ ...NOTHING, kernelChanges }, told().say, kernelOf(tables, host.kernelNumbers));
  expect([...host.numbers.values()]).toEqual([1, 2]);
  expect(tables.seen.closed).toBe(0);
});

test('timeouts of IPVS are as they were, but for one that somebody else has set since', async () => {
  const kernel = new FakeKernel();
  kernel.currentTimeouts = { tcpSeconds: 1, tcpFinSeconds: 7, udpSeconds: 3 };
  const ours = { tcpSeconds: 1, tcpFinSeconds: 2, udpSeconds: 3 };
  const before = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 };
  const left = { services: [], timeouts: { before, ours }, daemons: false, flush: false };
  await clearTable(left, told().say, async () => kernel);
  expect(kernel.currentTimeouts).toEqual({ ...before, tcpFinSeconds: 7 });
});
