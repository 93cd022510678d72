import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { macBytes, type MacAddress } from '@tandem/inet';
import { expect, onTestFinished, test } from 'vitest';
import { NOTHING_LEFT, type KernelRecord } from '../../src/kernel-record.ts';
import { cleanUpAfterCrash, type CleanupPorts } from '../../src/supervisor/cleanup-command.ts';
import { presentOfIpvs, presentOfVrrp } from '../../src/supervisor/inventory.ts';
import { RecordFile, recordPath } from '../../src/supervisor/record-file.ts';
import { FakeKernel } from '../ipvs/fake-kernel.ts';
import { startedService } from '../ipvs/settings.ts';
import { FakeHost, kernelAddress, kernelLink, vip } from '../vrrp/fake-host.ts';
import { kernelRoute } from '../vrrp/fake-routing.ts';
import { virtualRoute, virtualRule } from '../../../vrrp/test/routing-entries.ts';

const RECORD: KernelRecord = {
  ...NOTHING_LEFT,
  vrrp: { ...NOTHING_LEFT.vrrp, addresses: [vip('10.77.0.100'), vip('10.77.0.101')] },
};

/** A kernel in which addresses are there until they are withdrawn, but for stubborn ones. */
function setUp(record: KernelRecord, stubborn: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-cleanup-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [pidFile, vrrpPidFile, ipvsPidFile] = [
    join(folder, 'a'),
    join(folder, 'b'),
    join(folder, 'c'),
  ];
  const bfdPidFile = join(folder, 'e');
  const options = { bfdPidFile, pidFile, vrrpPidFile, ipvsPidFile, controlPath: join(folder, 'd') };
  const path = recordPath(options);
  new RecordFile(path, () => undefined).write(record);
  let present = record.vrrp.addresses.map(({ address }) => String(address));
  let redirects: readonly string[] = [];
  const ports: CleanupPorts = {
    presentOfVrrp: async () => present,
    presentOfIpvs: async () => [],
    withdraw: async () => {
      present = present.filter((each) => stubborn.includes(each));
    },
    clearTable: async () => undefined,
    presentRedirects: async () => redirects,
    removeRedirects: async () => {
      redirects = [];
      return [];
    },
    otherRecords: () => [],
    neighbourRecords: () => [],
    whyNotAdministrator: () => undefined,
  };
  const lines: string[] = [];
  const run = (isDry = false): Promise<number> =>
    cleanUpAfterCrash(
      { ...options, cleanup: isDry ? 'show' : 'do' },
      (line) => lines.push(line),
      ports,
    );
  const redirect = (): void => {
    redirects = ['nftables table inet tandem_redirect'];
  };
  return { options, path, lines, run, ports, present: () => present, redirect };
}

test('rules that redirect, which a stop leaves, are shown and removed without a record, too', async () => {
  const { lines, path, run, redirect } = setUp(RECORD);
  redirect();
  expect(await run()).toBe(0);
  expect(lines.at(-1)).toBe('removed nftables table inet tandem_redirect');
  redirect();
  for (const isDry of [true, false]) expect(await run(isDry)).toBe(0);
  const none = `there is no record ${path}: nothing is left that it would name`;
  expect(lines.slice(-4)).toEqual([
    none,
    'would remove nftables table inet tandem_redirect',
    none,
    'removed nftables table inet tandem_redirect',
  ]);
});

test('rules that redirect, and stay, are said with the reason', async () => {
  const { lines, run, redirect, ports } = setUp(RECORD);
  redirect();
  const reason = 'iptables-legacy-restore: not done in 10 s, as when somebody holds its lock';
  Object.assign(ports, { removeRedirects: async () => [reason] });
  expect(await run()).toBe(1);
  expect(lines.slice(-2)).toEqual(['cannot remove nftables table inet tandem_redirect', reason]);
});

test('where another daemon has a record, rules that redirect may be for that one, and stay', async () => {
  const { lines, path, run, redirect, ports } = setUp(RECORD);
  await run();
  redirect();
  Object.assign(ports, { otherRecords: () => ['another'] });
  for (const isDry of [true, false]) expect(await run(isDry)).toBe(1);
  expect(lines.at(-1)).toBe('another');
  expect(lines.join()).not.toContain('tandem_redirect');
  expect(existsSync(path)).toBe(false);
});

test('while another daemon runs there, its rules that redirect stay, and all else is removed', async () => {
  const { lines, run, redirect, ports } = setUp(RECORD);
  redirect();
  Object.assign(ports, { neighbourRecords: () => ['/run/other.pid.kernel'] });
  const stays =
    'nftables table inet tandem_redirect stays, for the daemon of /run/other.pid.kernel, which runs';
  for (const isDry of [true, false]) expect(await run(isDry)).toBe(0);
  expect(lines).toEqual([
    stays,
    'would remove 10.77.0.100',
    'would remove 10.77.0.101',
    stays,
    'removed 10.77.0.100',
    'removed 10.77.0.101',
  ]);
  expect(await ports.presentRedirects()).toHaveLength(1);
});

test('what is left is removed, and then nothing is left', async () => {
  const { lines, path, options, run } = setUp(RECORD);
  expect(await run()).toBe(0);
  expect(lines).toEqual(['removed 10.77.0.100', 'removed 10.77.0.101']);
  expect([existsSync(path), existsSync(options.pidFile)]).toEqual([false, false]);
  expect(await run()).toBe(0);
  expect(lines.at(-1)).toBe(`there is no record ${path}: nothing is left that it would name`);
});

test('a dry run shows it and does nothing', async () => {
  const { lines, path, run, present } = setUp(RECORD);
  expect(await run(true)).toBe(0);
  expect(lines).toEqual(['would remove 10.77.0.100', 'would remove 10.77.0.101']);
  expect(present()).toHaveLength(2);
  expect(existsSync(path)).toBe(true);
});

test('what cannot be removed is said, and stays written down', async () => {
  const { lines, path, run } = setUp(RECORD, ['10.77.0.101']);
  expect(await run()).toBe(1);
  expect(lines).toEqual(['removed 10.77.0.100', 'cannot remove 10.77.0.101']);
  expect(existsSync(path)).toBe(true);
});

test.each(['pidFile', 'vrrpPidFile', 'ipvsPidFile', 'bfdPidFile'] as const)(
  'nothing is done while the process of the %s runs',
  async (which) => {
    const { lines, run, options, present } = setUp(RECORD);
    writeFileSync(options[which], `${process.ppid}\n`);
    expect(await run()).toBe(1);
    expect(lines).toEqual([expect.stringContaining(`pid ${process.ppid} of ${options[which]}`)]);
    expect(present()).toHaveLength(2);
  },
);

test('only what is there is listed, and nothing that others have put there', async () => {
  const host = new FakeHost();
  const hardwareAddress = '00:00:5e:00:01:33' as MacAddress;
  host.addresses.push(kernelAddress('10.77.0.100'));
  host.links.push(
    kernelLink({
      index: 8,
      name: 'vrrp.51',
      kind: 'macvlan',
      hardwareAddress: macBytes(hardwareAddress),
    }),
    kernelLink({ index: 9, name: 'vrrp.52', kind: 'bridge' }),
  );
  host.routing.routesThere = [kernelRoute('10.9.0.0/24')];
  host.routing.rulesThere = [virtualRule(2000)];
  host.numbers.set('ipv4/conf/all/rp_filter', 0);
  host.numbers.set('ipv4/conf/eth0/arp_ignore', 2);
  const entries = [virtualRoute('10.9.0.0/24'), virtualRoute('10.8.0.0/24'), virtualRule(2000)];
  const names = ['vrrp.51', 'vrrp.52', 'gone0'];
  const kernelChanges = ['all/rp_filter', 'eth0/arp_ignore'].map((name) => ({
    path: `ipv4/conf/${name}`,
    before: 1,
    ours: 0,
  }));
  const record = {
    addresses: RECORD.vrrp.addresses,
    entries: [...entries, virtualRule(2001)],
    links: names.map((name) => ({ name, hardwareAddress })),
    kernelChanges,
    tables: ['tandem', 'vips'],
  };
  const tables = {
    ...host.tables,
    rules: async () => host.routing.rulesThere,
    hasTable: async (name: string) => name === 'vips',
  };
  const present = await presentOfVrrp(record, tables, host.kernelNumbers);
  expect(present.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'address 10.77.0.100/24',
    'route 10.9.0.0/24',
    expect.stringMatching(/^rule /),
    'interface vrrp.51',
    'setting net/ipv4/conf/all/rp_filter,',
    'nftables table',
  ]);
});

test('of the table only what was ours is listed', async () => {
  const kernel = new FakeKernel();
  const service = startedService();
  const other = { ...service, key: { kind: 'fwmark', mark: 7, family: 4 } as const };
  kernel.table.set('ours', service);
  kernel.table.set('theirs', other);
  kernel.running.push({ role: 'master', interface: 'eth0', syncId: 51 });
  const services = [service.key];
  expect(await presentOfIpvs({ services, daemons: false }, kernel)).toEqual([
    expect.stringMatching(/^IPVS service TCP /),
  ]);
  const ours = { ...kernel.currentTimeouts };
  const before = { ...ours, tcpSeconds: ours.tcpSeconds + 1 };
  const all = { services: [], daemons: true, timeouts: { before, ours } };
  expect(await presentOfIpvs(all, kernel)).toEqual(['IPVS sync daemon, master', 'IPVS timeouts']);
});

test('records elsewhere are named where there is none, and are something that is left', async () => {
  const { options, lines, ports } = setUp(NOTHING_LEFT);
  const others = { ...ports, otherRecords: () => ['there is another'] };
  const say = (line: string): void => void lines.push(line);
  expect(await cleanUpAfterCrash({ ...options, cleanup: 'do' }, say, others)).toBe(1);
  expect(lines).toEqual([
    `there is no record ${recordPath(options)}: nothing is left that it would name`,
    'there is another',
  ]);
});

/** A pid that no process has, as its process has ended. */
function deadPid(): number {
  return spawnSync('true').pid;
}

/** A socket file at which nobody listens any more. */
function leaveSocket(path: string): void {
  const code = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', code]);
  expect(existsSync(path)).toBe(true);
}

test('pid files of dead processes and a socket that nobody serves go, too', async () => {
  const { options, lines, run } = setUp(NOTHING_LEFT);
  const { pidFile, vrrpPidFile, ipvsPidFile, bfdPidFile, controlPath } = options;
  for (const each of [pidFile, vrrpPidFile, bfdPidFile]) writeFileSync(each, `${deadPid()}\n`);
  writeFileSync(ipvsPidFile, 'no pid');
  leaveSocket(controlPath);
  expect(await run(true)).toBe(0);
  const gone = [pidFile, vrrpPidFile, bfdPidFile, controlPath];
  expect(lines.splice(0).slice(1)).toEqual(gone.map((each) => `would remove ${each}`));
  expect(await run()).toBe(0);
  expect(lines.slice(1)).toEqual(gone.map((each) => `removed ${each}`));
  expect([...gone, ipvsPidFile].map((each) => existsSync(each))).toEqual([
    ...gone.map(() => false),
    true,
  ]);
});

test('a socket that somebody serves stays, and so does what is no socket', async () => {
  const { options, run } = setUp(NOTHING_LEFT);
  const server = createServer().listen(options.controlPath);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  expect(await run()).toBe(0);
  expect(existsSync(options.controlPath)).toBe(true);
  server.close();
  writeFileSync(options.controlPath, '');
  expect(await run()).toBe(0);
  expect(existsSync(options.controlPath)).toBe(true);
});

test('who may not change the network is told so in one line, and nothing is said of what is left', async () => {
  const { lines, run, ports, present } = setUp(RECORD);
  Object.assign(ports, { whyNotAdministrator: () => 'try as root' });
  for (const isDry of [true, false]) expect(await run(isDry)).toBe(2);
  expect(lines).toEqual(['nothing is done: try as root', 'nothing is done: try as root']);
  expect(present()).toHaveLength(2);
});

test('a socket that may not be looked at stays', async () => {
  const { lines, run, options } = setUp(RECORD);
  // Root may look into a folder of somebody else, but not into a circle.
  const circle = join(options.controlPath, '..', 'circle');
  symlinkSync('circle', circle);
  Object.assign(options, { controlPath: join(circle, 'control.sock') });
  expect(await run()).toBe(0);
  expect(lines).toEqual(['removed 10.77.0.100', 'removed 10.77.0.101']);
});

test('a record that cannot be read is not taken for one that names nothing, and stays', async () => {
  const { lines, path, run, present } = setUp(RECORD);
  chmodSync(path, 0o666);
  for (const isDry of [true, false]) expect(await run(isDry)).toBe(1);
  const reason = expect.stringContaining(`${path}: others can write it, ignored`);
  const advice = `look for what is left with 'ip address', 'ip link', 'ip rule', 'nft list tables' and 'ipvsadm -Ln', and then remove ${path}`;
  expect(lines).toEqual([reason, advice, reason, advice]);
  expect(present()).toHaveLength(2);
  expect(existsSync(path)).toBe(true);
});
