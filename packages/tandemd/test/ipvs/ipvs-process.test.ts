import { createServer, type AddressInfo, type Server } from 'node:net';
import { Prober } from '@tandem/checkers';
import type { Settings } from '@tandem/config';
import type { RealServerSettings, VirtualServerSettings } from '@tandem/health';
import type { IpAddress } from '@tandem/inet';
import { seconds, ZERO, type Duration } from '@tandem/time';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NOTHING_LEFT, type IpvsRecord } from '../../src/kernel-record.ts';
import { serviceKeys } from '../../src/ipvs/desired-table.ts';
import type { FromChild, IpvsMemory } from '../../src/ipc.ts';
import { IpvsProcess } from '../../src/ipvs/ipvs-process.ts';
import { systemClock } from '../../src/system-clock.ts';
import { FakeKernel } from './fake-kernel.ts';
import { BOX1, BOX2, checkedServer, realServer, VIP, virtualServer } from './settings.ts';
import { settings } from '../settings.ts';

const KEY = 'TCP 10.30.6.110:80';
const OPTIONS = { logDetail: 0, keepAddresses: false, keepIpvs: false };

/** The addresses that the process believes this box to have. */
interface Box {
  addressesChanged: (addresses: ReadonlySet<IpAddress>) => void;
  watched: boolean;
}

/** A process on a fake kernel, with real checks against loopback. */
function setUp() {
  const kernel = new FakeKernel();
  const sent: FromChild[] = [];
  const waiting = new Set<() => void>();
  const box: Box = { addressesChanged: () => undefined, watched: true };
  const child = new IpvsProcess({
    clock: systemClock,
    epochMs: () => 1_700_000_000_000,
    random: () => 0,
    prober: new Prober(systemClock),
    open: async () => kernel,
    openStage: () => Promise.reject(new Error('no rehearsal')),
    loadModule: async () => undefined,
    watchAddresses: (changed) => {
      box.addressesChanged = changed;
      return { close: () => (box.watched = false) };
    },
    send: (message) => {
      sent.push(message);
      for (const each of waiting) each();
    },
  });
  onTestFinished(() => child.stop());
  /** Resolves as soon as what was sent satisfies the condition. */
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const lines = (): string[] => sent.flatMap((each) => (each.type === 'log' ? [each.text] : []));
  const start = (
    given: Settings,
    ipvsMemory?: IpvsMemory,
    leftByIpvs: IpvsRecord = NOTHING_LEFT.ipvs,
  ): Promise<void> =>
    child.receive({
      type: 'start',
      settings: given,
      options: OPTIONS,
      leftByIpvs,
      ...(ipvsMemory === undefined ? {} : { ipvsMemory }),
    });
  const memory = (): IpvsMemory => {
    const status = sent.findLast((each) => each.type === 'ipvs-status');
    if (status === undefined) throw new Error('no status was sent');
    return { virtualServers: JSON.parse(JSON.stringify(status.virtualServers)) };
  };
  return { box, child, kernel, lines, memory, sent, start, until };
}

async function listen(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

test('what changes while services are installed is reported once, when they are', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { kernel, sent, start } = setUp();
  const apply = kernel.apply.bind(kernel);
  kernel.apply = async (changes) => {
    await vi.advanceTimersByTimeAsync(1000);
    return apply(changes);
  };
  await start(settings({ virtualServers: [virtualServer()] }));
  await vi.advanceTimersByTimeAsync(1000);
  const types = sent.map(({ type }) => type).filter((each) => each !== 'log');
  expect(types).toEqual(['ready', 'ipvs-status']);
});

test('after the first report only those are told of that have changed', async () => {
  const { child, sent, start, until } = setUp();
  const { server, port } = await listen();
  server.close();
  const other = { kind: 'fwmark', mark: 5, family: 4 } as const;
  const realServers = [realServer(), checkedServer(BOX2, port)];
  const virtualServers = [virtualServer({ key: other }), virtualServer({ realServers })];
  await start(settings({ virtualServers }));
  const reports = () => sent.filter((each) => each.type === 'ipvs-status');
  await until(() => reports().length === 2);
  await child.receive({ type: 'status-wanted' });
  const told = reports().map(({ part, virtualServers: servers }) => ({
    part,
    up: servers.map((each) => each.realServers.map(({ up }) => up)),
  }));
  expect(told).toEqual([
    {
      part: undefined,
      up: [
        [true, true],
        [true, true],
      ],
    },
    { part: true, up: [[true, false]] },
    {
      part: undefined,
      up: [
        [true, true],
        [true, false],
      ],
    },
  ]);
  const last = reports().at(-1)?.virtualServers[1]?.realServers[1]?.checks[0]?.lastRunEpochMs;
  // The wall clock of this test stands still.
  expect(last).toBeLessThanOrEqual(1_700_000_000_000);
  expect(last).toBeGreaterThan(1_700_000_000_000 - 60_000);
});

test('from start to stop: installed, checked, removed, back again, gone', async () => {
  const { child, kernel, lines, sent, start, until } = setUp();
  const { server, port } = await listen();
  const realServers = [realServer(), checkedServer(BOX2, port)];
  await start(settings({ virtualServers: [virtualServer({ realServers })] }));
  expect(sent.filter((each) => each.type !== 'log').map((each) => each.type)).toEqual([
    'ready',
    'ipvs-status',
  ]);
  expect(kernel.destinations(KEY)).toEqual([`${BOX1} 1`, `${BOX2} 1`]);

  await until(() => lines().includes('TCP connection to [10.30.6.112]:tcp:80 success.'));
  server.close();
  const removing = 'Removing service [10.30.6.112]:tcp:80 from VS [10.30.6.110]:tcp:80';
  await until(() => lines().includes(removing));
  await until(() => sent.some((each) => each.type === 'script'));
  await until(() => kernel.destinations(KEY).length === 1);
  expect(sent.find((each) => each.type === 'script')).toEqual({
    type: 'script',
    argv: ['/bin/down'],
    purpose: 'RS [10.30.6.112]:tcp:80 of VS [10.30.6.110]:tcp:80 notify_down',
  });

  await listen(port);
  const adding = 'Adding service [10.30.6.112]:tcp:80 to VS [10.30.6.110]:tcp:80';
  await until(() => lines().includes(adding));

  await child.receive({ type: 'stop' });
  expect(kernel.table.size).toBe(0);
  expect(lines().slice(-2)).toEqual([
    'Shutting down service [10.30.6.111]:tcp:80 from VS [10.30.6.110]:tcp:80',
    'Shutting down service [10.30.6.112]:tcp:80 from VS [10.30.6.110]:tcp:80',
  ]);
});

test('a successor of a killed process keeps a dead server out of the table', async () => {
  const first = setUp();
  const { server, port } = await listen();
  server.close();
  const given = settings({
    virtualServers: [virtualServer({ realServers: [realServer(), checkedServer(BOX2, port)] })],
  });
  await first.start(given);
  await first.until(() => first.kernel.destinations(KEY).length === 1);
  await first.child.receive({ type: 'status-wanted' });

  const second = setUp();
  await second.start(given, first.memory());
  expect(second.kernel.destinations(KEY)).toEqual([`${BOX1} 1`]);
  expect(second.lines()).toEqual([
    'Initializing ipvs',
    'Activating healthchecker for service [10.30.6.112]:tcp:80 for VS [10.30.6.110]:tcp:80',
  ]);
});

test('a successor removes what was configured in its predecessor only, and its sync daemons', async () => {
  const first = setUp();
  const other = { kind: 'address', address: BOX1, port: 81, protocol: 'TCP' } as const;
  const both = settings({ virtualServers: [virtualServer(), virtualServer({ key: other })] });
  await first.start(both);
  const second = setUp();
  for (const [key, service] of first.kernel.table) second.kernel.table.set(key, service);
  second.kernel.running.push({ role: 'master', interface: 'eth0', syncId: 51 });
  const left = { services: both.virtualServers.flatMap(serviceKeys), daemons: true };
  await second.start(settings({ virtualServers: [virtualServer()] }), undefined, left);
  expect([...second.kernel.table.keys()]).toEqual([KEY]);
  expect(second.kernel.running).toEqual([]);
});

test('a reload changes what differs, in place', async () => {
  const { child, kernel, lines, sent, start } = setUp();
  const gone = { kind: 'fwmark', mark: 5, family: 4 } as const;
  await start(
    settings({ virtualServers: [virtualServer(), virtualServer({ key: gone, realServers: [] })] }),
  );
  const before = kernel.sends.length;
  const next = virtualServer({ scheduler: 'wlc', realServers: [realServer({ weight: 9 })] });
  await child.receive({ type: 'reload', settings: settings({ virtualServers: [next] }) });
  expect(sent.some((each) => each.type === 'reloaded')).toBe(true);
  expect(
    kernel.sends
      .slice(before)
      .flat()
      .map((each) => each.type),
  ).toEqual(['delete-service', 'edit-service', 'edit-destination', 'delete-destination']);
  expect(lines().slice(-4)).toEqual([
    'service [10.30.6.112]:tcp:80 no longer exist',
    'Removing service [10.30.6.112]:tcp:80 from VS [10.30.6.110]:tcp:80',
    'Changing weight from 1 to 9 for active service [10.30.6.111]:tcp:80 of VS [10.30.6.110]:tcp:80',
    'Removing Virtual Server FWM 5',
  ]);
});

test('a reload leaves the checks of a virtual server alone that is as before', async () => {
  const { child, lines, sent, start } = setUp();
  const { port } = await listen();
  const same = virtualServer({ realServers: [checkedServer(BOX1, port)] });
  const key = { kind: 'fwmark', mark: 5, family: 4 } as const;
  const other = (weight: number) =>
    virtualServer({ key, realServers: [{ ...checkedServer(BOX2, port), weight }] });
  await start(settings({ virtualServers: [same, other(1)] }));
  const activated = (): string[] => lines().filter((each) => each.startsWith('Activating'));
  expect(activated()).toHaveLength(2);
  await child.receive({
    type: 'reload',
    settings: settings({ virtualServers: [same, other(2)] }),
  });
  expect(activated().slice(2)).toEqual([
    'Activating healthchecker for service [10.30.6.112]:none:80 for VS FWM 5',
  ]);
  expect(sent.findLast((each) => each.type === 'ipvs-status')).toMatchObject({
    part: true,
    virtualServers: [{ key, realServers: [{ weight: 2 }] }],
  });
  // Where nothing has changed at all, there is no new status either.
  const statuses = (): number => sent.filter(({ type }) => type === 'ipvs-status').length;
  const before = statuses();
  const again = other(2);
  await child.receive({ type: 'reload', settings: settings({ virtualServers: [same, again] }) });
  expect(statuses()).toBe(before + 1);
  await child.receive({ type: 'reload', settings: settings({ virtualServers: [same, again] }) });
  expect(statuses()).toBe(before + 1);
  expect(activated()).toHaveLength(4);
  // Another order is shown, whatever else is as before.
  await child.receive({ type: 'reload', settings: settings({ virtualServers: [again, same] }) });
  expect(sent.findLast((each) => each.type === 'ipvs-status')?.virtualServers).toMatchObject([
    { key: again.key },
    { key: same.key },
  ]);
  // What decides about mails is another way of dealing with all of them.
  const global = { noCheckerEmails: true };
  await child.receive({
    type: 'reload',
    settings: settings({ virtualServers: [same, again], global }),
  });
  expect(activated()).toHaveLength(6);
});

test('FIFOs are told of servers, if one hears of them', async () => {
  const { child, sent, start } = setUp();
  const lines = (): string[] => sent.flatMap((each) => (each.type === 'fifo' ? [each.line] : []));
  const virtualServers = [virtualServer()];
  await start(settings({ virtualServers }));
  expect(lines()).toEqual([]);
  const global = { notifyFifos: [{ hears: 'lvs', path: '/fifo' }] } as const;
  const realServers = [realServer({ address: BOX1 })];
  const next = settings({ virtualServers: [virtualServer({ realServers })], global });
  await child.receive({ type: 'reload', settings: next });
  await child.receive({ type: 'reload', settings: settings({ global }) });
  expect(lines()).toEqual([
    'RS [10.30.6.112]:tcp:80 [10.30.6.110]:tcp:80 DOWN',
    'RS [10.30.6.111]:tcp:80 [10.30.6.110]:tcp:80 DOWN',
    'VS [10.30.6.110]:tcp:80 DOWN',
  ]);
});

function marked(mark: number, server: RealServerSettings): VirtualServerSettings {
  return virtualServer({ key: { kind: 'fwmark', mark, family: 4 }, realServers: [server] });
}

test('FIFOs hear of all that a reload takes away before all that it adds, in the order of the file', async () => {
  const { child, sent, start } = setUp();
  const lines = (): string[] => sent.flatMap((each) => (each.type === 'fifo' ? [each.line] : []));
  const one = realServer({ address: BOX1 });
  const global = {
    notifyFifos: [{ hears: 'lvs', path: '/fifo' }],
    rsInitNotifies: true,
  } as const;
  const two = realServer({ address: BOX2 });
  await start(
    settings({ virtualServers: [marked(1, one), marked(2, one), marked(3, one)], global }),
  );
  const before = lines().length;
  const virtualServers = [marked(4, one), marked(1, two), marked(3, two)];
  await child.receive({ type: 'reload', settings: settings({ virtualServers, global }) });
  expect(lines().slice(before)).toEqual([
    'RS [10.30.6.111]:none:80 FWM 1 DOWN',
    'RS [10.30.6.111]:none:80 FWM 2 DOWN',
    'VS FWM 2 DOWN',
    'RS [10.30.6.111]:none:80 FWM 3 DOWN',
    'RS [10.30.6.111]:none:80 FWM 4 UP',
    'VS FWM 4 UP',
    'RS [10.30.6.112]:none:80 FWM 1 UP',
    'RS [10.30.6.112]:none:80 FWM 3 UP',
  ]);
});

test('the sync daemon follows the states of its instance', async () => {
  const { child, kernel } = setUp();
  const instance = { name: 'ETH0', virtualRouterId: 10, lvsSyncDaemonInterface: 'eth0' };
  const given = { ...settings(), vrrpInstances: [instance] } as unknown as Settings;
  const vrrpStates = [{ name: 'ETH0', state: 'MASTER' as const }];
  await child.receive({ type: 'start', settings: given, options: OPTIONS, vrrpStates });
  expect(kernel.running).toEqual([{ role: 'master', interface: 'eth0', syncId: 0 }]);
  await child.receive({ type: 'vrrp-state', name: 'ETH0', state: 'BACKUP' });
  await child.receive({ type: 'reload', settings: given });
  expect(kernel.running).toEqual([{ role: 'backup', interface: 'eth0', syncId: 0 }]);
  await child.receive({ type: 'reload', settings: settings() });
  expect(kernel.running).toEqual([]);
});

test('-I leaves the table, silently', async () => {
  const { child, kernel, lines } = setUp();
  const options = { ...OPTIONS, keepIpvs: true };
  await child.receive({
    type: 'start',
    settings: settings({ virtualServers: [virtualServer()] }),
    options,
  });
  await child.stop();
  expect(kernel.table.size).toBe(1);
  expect(lines().filter((each) => each.startsWith('Shutting'))).toEqual([]);
});

test('lvs_flush_on_stop empties the table without naming servers', async () => {
  const { child, kernel, lines, start } = setUp();
  await start(settings({ virtualServers: [virtualServer()], global: { lvsFlushOnStop: true } }));
  await child.stop();
  expect(kernel.table.size).toBe(0);
  expect(lines().filter((each) => each.startsWith('Shutting'))).toEqual([]);
});

test('after stop nothing is done any more', async () => {
  const { child, kernel, start } = setUp();
  await start(settings({ virtualServers: [virtualServer()] }));
  await Promise.all([child.stop(), child.receive({ type: 'stop' })]);
  await child.receive({
    type: 'reload',
    settings: settings({ virtualServers: [virtualServer()] }),
  });
  expect(kernel.table.size).toBe(0);
});

test('with ha_suspend servers are checked only while the box has the address', async () => {
  const { box, child, kernel, lines, memory, start, until } = setUp();
  const { server, port } = await listen();
  const key = { kind: 'address', address: VIP, port: 80, protocol: 'TCP' } as const;
  const realServers = [checkedServer(BOX1, port)];
  await start(settings({ virtualServers: [virtualServer({ key, realServers, haSuspend: true })] }));
  box.addressesChanged(new Set([VIP]));
  box.addressesChanged(new Set());
  const suspended = `Suspending healthchecker for service [${BOX1}]:tcp:80 for VS [${VIP}]:tcp:80`;
  expect(lines().at(-1)).toBe(suspended);
  box.addressesChanged(new Set([BOX2]));
  expect(lines().filter((each) => each === suspended)).toHaveLength(1);
  const isSuspended = (): boolean | undefined => memory().virtualServers[0]?.isSuspended;
  await until(() => isSuspended() === true);
  expect(kernel.table.get(KEY)?.destinations).toHaveLength(1);
  await new Promise((resolve) => server.close(resolve));
  box.addressesChanged(new Set([VIP]));
  expect(lines().at(-1)).toContain('Activating healthchecker for service');
  await until(() => kernel.table.get(KEY)?.destinations.length === 0);
  await until(() => isSuspended() === undefined);
  await child.stop();
  expect(box.watched).toBe(false);
});

test('with ha_suspend a group is checked while the box has any of its addresses', async () => {
  const { box, lines, start } = setUp();
  const { port } = await listen();
  const members = [VIP, BOX2].map(
    (address) => ({ kind: 'addresses', first: address, last: address, port: 80 }) as const,
  );
  const key = { kind: 'group', name: 'web', index: 0, protocol: 'TCP' } as const;
  const realServers = [checkedServer(BOX1, port)];
  const server = virtualServer({ key, members, realServers, haSuspend: true });
  await start(settings({ virtualServers: [server] }));
  const suspensions = (): number =>
    lines().filter((each) => each.startsWith('Suspending healthchecker')).length;
  for (const addresses of [[VIP, BOX2], [BOX2], [VIP]]) box.addressesChanged(new Set(addresses));
  expect(suspensions()).toBe(0);
  box.addressesChanged(new Set([BOX1]));
  expect(suspensions()).toBe(1);
});

/** An order of an operator for BOX1, and a look at the kernel's table after it. */
async function order(
  { child }: ReturnType<typeof setUp>,
  action: 'drain' | 'undrain',
  timeout?: Duration,
): Promise<void> {
  const { key } = virtualServer();
  const targets = [{ key, address: BOX1, port: 80 }];
  await child.receive({
    type: 'drain',
    action,
    targets,
    ...(timeout !== undefined && { timeout }),
  });
  await look(child);
}

async function look(child: IpvsProcess): Promise<void> {
  await child.receive({ type: 'vrrp-state', name: 'V', state: 'MASTER' });
}

test('a server that drains keeps its connections, over a reload and a crash, and is out when there are none', async () => {
  const first = setUp();
  const given = settings({
    virtualServers: [virtualServer({ realServers: [realServer(), realServer({ address: BOX2 })] })],
  });
  await first.start(given);
  first.kernel.connections.set(BOX1, 1);
  await order(first, 'drain');
  await vi.waitFor(
    () => expect(first.kernel.destinations(KEY).sort()).toEqual([`${BOX1} 0`, `${BOX2} 1`]),
    10_000,
  );
  await first.child.receive({ type: 'reload', settings: structuredClone(given) });
  expect(first.kernel.destinations(KEY).sort()).toEqual([`${BOX1} 0`, `${BOX2} 1`]);
  await first.child.receive({ type: 'status-wanted' });
  const memory = first.memory();
  expect(memory.virtualServers[0]?.realServers[0]?.drain).toEqual({ isDone: false });

  const second = setUp();
  for (const [key, service] of first.kernel.table) second.kernel.table.set(key, service);
  second.kernel.connections.set(BOX1, 1);
  await second.start(given, memory);
  expect(second.kernel.destinations(KEY).sort()).toEqual([`${BOX1} 0`, `${BOX2} 1`]);
  second.kernel.connections.clear();
  await look(second.child);
  await vi.waitFor(() => expect(second.kernel.destinations(KEY)).toEqual([`${BOX2} 1`]), 10_000);
  await order(second, 'undrain');
  await vi.waitFor(
    () => expect(second.kernel.destinations(KEY).sort()).toEqual([`${BOX1} 1`, `${BOX2} 1`]),
    10_000,
  );
});

/** What listens at two ports. */
const WEB = {
  key: { kind: 'group', name: 'web', index: 0, protocol: 'TCP' },
  members: [80, 443].map((port) => ({ kind: 'addresses', first: VIP, last: VIP, port })),
} as const satisfies Partial<VirtualServerSettings>;

test('of a group, a server behind NAT that drains does not wait for one at another port', async () => {
  const NAT = { forwarding: 'NAT' } as const;
  const realServers = [realServer(NAT), realServer({ ...NAT, port: 8080 })];
  const only = setUp();
  await only.start(settings({ virtualServers: [virtualServer({ ...WEB, realServers })] }));
  only.kernel.connections.set(`${BOX1} 8080`, 3);
  await only.child.receive({
    type: 'drain',
    action: 'drain',
    targets: [{ key: WEB.key, address: BOX1, port: 80 }],
  });
  await look(only.child);
  const ports = (name: string) =>
    only.kernel.table.get(name)?.destinations.map(({ port, weight }) => [port, weight]);
  for (const name of [KEY, 'TCP 10.30.6.110:443'])
    await vi.waitFor(() => expect(ports(name)).toEqual([[8080, 1]]), 10_000);
});

test('of a group, one that drains waits for its connections at each port of the group', async () => {
  const only = setUp();
  const realServers = [realServer(), realServer({ address: BOX2 })];
  await only.start(settings({ virtualServers: [virtualServer({ ...WEB, realServers })] }));
  only.kernel.connections.set(`${BOX1} 443`, 3);
  const targets = [{ key: WEB.key, address: BOX1, port: 80 }];
  await only.child.receive({ type: 'drain', action: 'drain', targets });
  await look(only.child);
  await look(only.child);
  expect(only.kernel.destinations(KEY).sort()).toEqual([`${BOX1} 0`, `${BOX2} 1`]);
  only.kernel.connections.clear();
  await look(only.child);
  await vi.waitFor(() => expect(only.kernel.destinations(KEY)).toEqual([`${BOX2} 1`]), 10_000);
});

test('a drain with a time ends with it', async () => {
  const only = setUp();
  await only.start(settings({ virtualServers: [virtualServer({ realServers: [realServer()] })] }));
  only.kernel.connections.set(BOX1, 7);
  await order(only, 'drain', seconds(3600));
  await look(only.child);
  expect(only.kernel.destinations(KEY)).toEqual([`${BOX1} 0`]);
  await order(only, 'drain', ZERO);
  await vi.waitFor(() => expect(only.kernel.destinations(KEY)).toEqual([]), 10_000);
});

test('a drain of a service that the kernel refuses ends by itself', async () => {
  const only = setUp();
  const { child, kernel, sent } = only;
  kernel.missing.add(virtualServer().scheduler);
  await only.start(settings({ virtualServers: [virtualServer({ realServers: [realServer()] })] }));
  await order(only, 'drain');
  await look(child);
  await child.receive({ type: 'status-wanted' });
  const isDone = () =>
    sent.findLast((each) => each.type === 'ipvs-status')?.virtualServers[0]?.realServers[0]?.drain
      ?.isDone;
  await vi.waitFor(() => expect(isDone()).toBe(true), 5000);
});

function serving(...realServers: readonly RealServerSettings[]): Settings {
  const server = virtualServer({ realServers, drainOnRemoval: seconds(3600) });
  return settings({ virtualServers: [server] });
}

test('with drain_on_removal, what a reload removes keeps its connections, over a reload and a crash', async () => {
  const [one, two] = [realServer(), realServer({ address: BOX2 })];
  const first = setUp();
  await first.start(serving(one, two));
  first.kernel.connections.set(BOX1, 1);
  const draining = [`${BOX1} 0`, `${BOX2} 1`];
  for (let i = 0; i < 2; i += 1) {
    await first.child.receive({ type: 'reload', settings: serving(two) });
    expect(first.kernel.destinations(KEY).sort()).toEqual(draining);
  }
  await first.child.receive({ type: 'status-wanted' });
  const memory = first.memory();
  const removed = memory.virtualServers[0]?.realServers[1];
  expect(removed).toMatchObject({ address: BOX1, isRemoved: true, drain: { isDone: false } });
  const left = (removed?.drainEndsEpochMs ?? 0) - 1_700_000_000_000;
  expect(left).toBeGreaterThan(3_000_000);
  expect(left).toBeLessThanOrEqual(3_600_000);

  // The second one knows all that the first one did, the third one only the table.
  for (const known of [memory, undefined]) {
    const next = setUp();
    for (const [key, service] of first.kernel.table) next.kernel.table.set(key, service);
    next.kernel.connections.set(BOX1, 1);
    await next.start(serving(two), known);
    expect(next.kernel.destinations(KEY).sort()).toEqual(draining);
    expect(next.kernel.sends).toEqual([]);
    await next.child.receive({ type: 'status-wanted' });
    const { drain } = next.memory().virtualServers[0]?.realServers[1] ?? {};
    if (known !== undefined) expect(drain).toEqual(removed?.drain);
    next.kernel.connections.clear();
    await look(next.child);
    await vi.waitFor(() => expect(next.kernel.destinations(KEY)).toEqual([`${BOX2} 1`]), 10_000);
    await next.child.receive({ type: 'status-wanted' });
    expect(next.memory().virtualServers[0]?.realServers).toHaveLength(1);
  }
});

test('with drain_on_removal, what a dead process did not know goes at once; when nobody knows, it drains', async () => {
  const STRANGER = '10.30.6.122';
  const [one, two] = [realServer(), realServer({ address: BOX2 })];
  const first = setUp();
  await first.start(serving(one, two));
  first.kernel.connections.set(BOX1, 1);
  await first.child.receive({ type: 'reload', settings: serving(two) });
  const service = first.kernel.table.get(KEY);
  if (service === undefined) throw new Error('no service');
  const strangers = service.destinations
    .slice(0, 1)
    .map((each) => ({ ...each, address: STRANGER as IpAddress, weight: 1 }));
  const destinations = [...service.destinations, ...strangers];
  const draining = [`${BOX1} 0`, `${BOX2} 1`];
  for (const [known, expected] of [
    [first.memory(), draining],
    [undefined, [...draining, `${STRANGER} 0`]],
  ] as const) {
    const next = setUp();
    next.kernel.table.set(KEY, { ...service, destinations });
    next.kernel.connections.set(BOX1, 1).set(STRANGER, 1);
    await next.start(serving(two), known);
    expect(next.kernel.destinations(KEY).sort()).toEqual(expected);
  }
});

test('several that a reload has removed go together, and one that is still used stays', async () => {
  const addresses = ['10.30.6.121', '10.30.6.122', '10.30.6.123'] as IpAddress[];
  const removed = addresses.map((address) => realServer({ address }));
  const only = setUp();
  await only.start(serving(realServer(), ...removed));
  only.kernel.connections.set('10.30.6.122', 1);
  await only.child.receive({ type: 'reload', settings: serving(realServer()) });
  await look(only.child);
  await vi.waitFor(
    () => expect(only.kernel.destinations(KEY).sort()).toEqual([`${BOX1} 1`, '10.30.6.122 0']),
    10_000,
  );
});

test('with share_checks, what several virtual servers ask is asked once, and all of them act on it', async () => {
  const { kernel, start } = setUp();
  const { server, port } = await listen();
  let asked = 0;
  server.on('connection', () => (asked += 1));
  const servers = Array.from({ length: 5 }, (_, i) =>
    virtualServer({
      key: { kind: 'address', address: VIP, port: 80 + i, protocol: 'TCP' },
      realServers: [realServer(), checkedServer(BOX2, port)],
      shareChecks: true,
    }),
  );
  await start(settings({ virtualServers: servers }));
  // The first ones may come at the same moment, before anybody has heard of another one.
  await vi.waitFor(() => expect(asked).toBeGreaterThan(20), { timeout: 15_000 });
  const begun = asked;
  const began = performance.now();
  await new Promise((resolve) => {
    server.on('connection', () => asked === begun + 20 && resolve(undefined));
  });
  // Alone, each asks every 20 ms.
  expect(performance.now() - began).toBeGreaterThan(19 * 20 - 5);
  server.close();
  await vi.waitFor(() => {
    for (let i = 0; i < 5; i += 1)
      expect(kernel.destinations(`TCP 10.30.6.110:${80 + i}`)).toEqual([`${BOX1} 1`]);
  }, 10_000);
});

test('the status tells of a service that the kernel refuses, and that nobody serves it', async () => {
  const { child, kernel, sent, start, until } = setUp();
  kernel.missing.add(virtualServer().scheduler);
  await start(settings({ virtualServers: [virtualServer({ realServers: [realServer()] })] }));
  const status = () =>
    sent.findLast((each) => each.type === 'ipvs-status')?.virtualServers.find(({ key }) => key);
  expect(status()).toMatchObject({
    refused: [{ service: KEY, why: expect.stringContaining('ENOENT') }],
  });
  expect(status()?.realServers.map(({ tableWeight }) => tableWeight)).toEqual([undefined]);
  kernel.missing.clear();
  await child.receive({ type: 'vrrp-state', name: 'any', state: 'MASTER' });
  await until(() => status()?.refused === undefined);
  expect(status()?.realServers.map(({ tableWeight }) => tableWeight)).toEqual([1]);
});
