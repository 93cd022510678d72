import { constants } from 'node:os';
import { diff, formatServiceKey, type DesiredService } from '@tandem/ipvs';
import { IpvsUnavailableError } from '@tandem/ipvs-netlink';
import { NetlinkError } from '@tandem/netlink';
import { ManualClock, seconds } from '@tandem/time';
import { expect, onTestFinished, test, vi } from 'vitest';
import { TableKeeper, type Wanted } from '../../src/ipvs/table-keeper.ts';
import type { TimeoutsChange } from '../../src/ipvs/timeouts.ts';
import { ip } from '../../../vrrp/test/instance-settings.ts';
import { FakeKernel } from './fake-kernel.ts';
import { BOX1, BOX2, realServer, startedService, VIP } from './settings.ts';

const KEY = 'TCP 10.30.6.110:80';

function service(port = 80, realServers = [realServer(), realServer({ address: BOX2 })]) {
  const key = { kind: 'address', address: VIP, port, protocol: 'TCP' } as const;
  return startedService({ key, realServers });
}

/** A keeper on a fake kernel, with what it said. */
function keep(services: readonly DesiredService[], changes: Partial<Wanted> = {}) {
  const kernel = new FakeKernel();
  const clock = new ManualClock();
  const lines: string[] = [];
  const here = {
    kernel,
    clock,
    lines,
    wanted: {
      services,
      daemons: undefined,
      timeouts: undefined,
      ...changes,
    } satisfies Wanted as Wanted,
    open: async () => kernel,
    loads: 0,
    told: [] as (TimeoutsChange | undefined)[],
  };
  const keeper = new TableKeeper({
    wanted: () => here.wanted,
    open: () => here.open(),
    loadModule: async () => void (here.loads += 1),
    clock,
    log: (_, text) => void lines.push(text),
    problemsChanged: () => undefined,
    looked: () => undefined,
    timeoutsChanged: (change) => void here.told.push(change),
  });
  onTestFinished(() => keeper.close('leave'));
  return { ...here, here, keeper };
}

async function look(keeper: TableKeeper): Promise<void> {
  keeper.wantedChanged();
  await keeper.settled();
}

test('what is wanted is installed, without touching services of others', async () => {
  const { keeper, kernel, lines } = keep([service()]);
  kernel.table.set('TCP 1.2.3.4:9', { ...service(9), destinations: [] });
  await look(keeper);
  expect(kernel.destinations(KEY)).toEqual([`${BOX1} 1`, `${BOX2} 1`]);
  expect([...kernel.table.keys()]).toEqual(['TCP 1.2.3.4:9', KEY]);
  expect(lines).toEqual([]);
});

test('a table that is right already is adopted', async () => {
  const { keeper, kernel } = keep([service()]);
  kernel.table.set(KEY, service());
  await look(keeper);
  expect(kernel.sends).toEqual([]);
});

test('a reading that has left a service out, or has it twice, costs no connection, and nothing is missed', async () => {
  const { keeper, kernel, lines } = keep([service(), service(81)]);
  const [present, other] = [service(), service(81, [realServer()])];
  for (const each of [present, other]) kernel.table.set(formatServiceKey(each.key), each);
  const whole = kernel.services.bind(kernel);
  const twisted = async () => {
    kernel.services = whole;
    const [, last] = await whole();
    return last === undefined ? [] : [last, last];
  };
  kernel.services = twisted;
  await look(keeper);
  expect(kernel.sends.flat().map(({ type }) => type)).toEqual(['add-destination']);
  expect(kernel.table.get(KEY)).toBe(present);
  expect([keeper.problems, lines]).toEqual([[], []]);
});

/** Of every kind that a list of the kernel may leave out. */
const KINDS = (
  [
    { kind: 'address', address: VIP, port: 80, protocol: 'TCP' },
    { kind: 'address', address: VIP, port: 0, protocol: 'TCP' },
    { kind: 'address', address: VIP, port: 80, protocol: 'UDP' },
    { kind: 'address', address: VIP, port: 80, protocol: 'SCTP' },
    { kind: 'fwmark', mark: 21, family: 4 },
    { kind: 'fwmark', mark: 21, family: 6 },
  ] as const
).map((key) => startedService({ key, realServers: [realServer()] }));

/** Where others send packets to. */
const OTHERS = ip('10.0.0.77');

/** All servers have a weight that nobody wants, and there is one more. */
function drifted(kernel: FakeKernel): void {
  for (const [name, each] of kernel.table) {
    const strangers = each.destinations.map((one) => ({ ...one, address: OTHERS }));
    const destinations = [...each.destinations, ...strangers].map((one) => ({
      ...one,
      weight: 77,
    }));
    kernel.table.set(name, { ...each, destinations });
  }
}

const ALL_NAMES = KINDS.map(({ key }) => formatServiceKey(key));
/** What may be left out: any service alone, all but one, all. */
const HOLES = [
  ...ALL_NAMES.map((name) => [name]),
  ...ALL_NAMES.map((name) => ALL_NAMES.filter((each) => each !== name)),
  ALL_NAMES,
];

test('at a start, what a list leaves out is made as wanted, and said when it was otherwise', async () => {
  for (const names of HOLES) {
    const { keeper, kernel, lines } = keep(KINDS);
    for (const each of KINDS) kernel.table.set(formatServiceKey(each.key), each);
    drifted(kernel);
    for (const name of names) kernel.unlisted.add(name);
    await look(keeper);
    expect([...kernel.table.values()]).toEqual(KINDS);
    expect(keeper.problems).toEqual([]);
    expect(lines).toEqual([
      expect.stringMatching(/^IPVS: the table was otherwise at the start, made good: edit-dest/),
    ]);
  }
});

test.each([
  ['of the same file', [realServer()], true],
  ['that adds a server', [realServer(), realServer({ address: BOX2 })], true],
  [
    'that adds a server which somebody added',
    [realServer(), realServer({ address: OTHERS })],
    false,
  ],
])(
  'a reload %s ends with nothing that has drifted, whatever lists and outlines leave out',
  async (_, servers, isSaid) => {
    const destinations = startedService({ realServers: servers }).destinations;
    const after = KINDS.map((each) => ({ ...each, destinations }));
    for (const names of HOLES)
      for (const hasOutline of [true, false]) {
        const { here, keeper, kernel, lines } = keep(KINDS);
        await look(keeper);
        await look(keeper);
        drifted(kernel);
        kernel.hasOutline = hasOutline;
        for (const name of names) kernel.unlisted.add(name);
        for (const name of names) kernel.holes.add(name);
        here.wanted = { ...here.wanted, services: after };
        await look(keeper);
        expect(diff(after, [...kernel.table.values()])).toEqual([]);
        expect(keeper.problems).toEqual([]);
        expect(lines).toEqual(isSaid ? [expect.stringContaining('made good: edit-dest')] : []);
      }
  },
);

test('a service that is wanted no more goes, though no list shows it', async () => {
  for (const unwanted of KINDS) {
    const { keeper, kernel } = keep([service(443)]);
    for (const each of [unwanted, service(443)]) kernel.table.set(formatServiceKey(each.key), each);
    kernel.unlisted.add(formatServiceKey(unwanted.key));
    keeper.inherit([unwanted.key]);
    await look(keeper);
    expect([...kernel.table.keys()]).toEqual(['TCP 10.30.6.110:443']);
  }
});

test('what has been refused in the end is not said to be made good', async () => {
  const { keeper, kernel, lines } = keep([service(), service(81)]);
  await look(keeper);
  kernel.table.clear();
  kernel.missing.add(service(81).scheduler);
  await look(keeper);
  expect(lines.filter((each) => each.includes('made good'))).toEqual([]);
  expect(keeper.problems).toHaveLength(2);
});

test('at a start it is said what our services had of others, not what they lacked', async () => {
  const { keeper, kernel, lines } = keep([service(80, [realServer()]), service(81)]);
  kernel.table.set(KEY, service(80, [realServer({ address: BOX2 })]));
  await look(keeper);
  await look(keeper);
  expect(kernel.destinations(KEY)).toEqual([`${BOX1} 1`]);
  expect(lines).toEqual([
    `IPVS: the table was otherwise at the start, made good: delete-destination ${BOX2}:80 of ${KEY}`,
  ]);
});

test('a change of mind is one request, without reading the table', async () => {
  const { here, keeper, kernel } = keep([service()]);
  await look(keeper);
  here.wanted = { ...here.wanted, services: [service(80, [realServer()])] };
  keeper.tableChanged();
  await keeper.settled();
  expect(kernel.looks).toBe(1);
  expect(kernel.sends[1]).toHaveLength(1);
  expect(kernel.destinations(KEY)).toEqual([`${BOX1} 1`]);
});

test('a reload of a large table changes what differs before it reads the rest', async () => {
  const { here, keeper, kernel } = keep([service(80)]);
  await look(keeper);
  const looksAtSend: number[] = [];
  const apply = kernel.apply.bind(kernel);
  kernel.apply = (changes) => {
    looksAtSend.push(kernel.looks);
    return apply(changes);
  };
  here.wanted = { ...here.wanted, services: [service(80, [realServer()])] };
  await look(keeper);
  expect([looksAtSend, kernel.looks]).toEqual([[1], 2]);
});

test('a reload of a very large table waits for no look, which comes at once and makes good', async () => {
  const many = Array.from({ length: 1001 }, (_, i) => service(i + 1));
  const { here, keeper, kernel } = keep(many);
  await look(keeper);
  kernel.table.delete('TCP 10.30.6.110:7');
  const daemon = { role: 'backup', interface: 'eth0', syncId: 10 } as const;
  const services = many.with(79, service(80, [realServer()]));
  here.wanted = { ...here.wanted, services, daemons: [daemon] };
  await look(keeper);
  expect([kernel.destinations(KEY), kernel.running]).toEqual([[`${BOX1} 1`], [daemon]]);
  expect(kernel.looks).toBe(1);
  await vi.waitFor(() => expect(kernel.looks).toBe(2), 10_000);
  await keeper.settled();
  expect(kernel.destinations('TCP 10.30.6.110:7')).toHaveLength(2);
});

test('changes of one moment go out together', async () => {
  const { here, keeper, kernel } = keep([]);
  await look(keeper);
  for (let port = 1; port <= 5; port += 1) {
    here.wanted = { ...here.wanted, services: [...here.wanted.services, service(port)] };
    keeper.tableChanged();
  }
  await keeper.settled();
  expect(kernel.sends).toHaveLength(1);
  expect(kernel.table.size).toBe(5);
});

test('a look that nobody waits for pauses, and a change of mind ends the pause', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const many = Array.from({ length: 50 }, (_, i) => service(80 + i));
  const { here, keeper, kernel } = keep(many);
  await look(keeper);
  expect(kernel.read).toEqual([]);
  await vi.advanceTimersByTimeAsync(1100);
  expect(kernel.read.length).toBeGreaterThan(1);
  expect(kernel.read.length).toBeLessThan(20);
  here.wanted = { ...here.wanted, services: [service(80, [realServer()]), ...many.slice(1)] };
  keeper.tableChanged();
  await vi.advanceTimersByTimeAsync(0);
  expect(kernel.destinations(KEY)).toEqual([`${BOX1} 1`]);
  await keeper.settled();
  expect(new Set(kernel.read).size).toBe(50);
});

test('a look that gives way no more keeps a change of mind waiting for few services', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const many = Array.from({ length: 50 }, (_, i) => service(80 + i));
  const { here, keeper, kernel } = keep(many);
  await look(keeper);
  await vi.advanceTimersByTimeAsync(1100);
  for (let i = 1; i <= 5; i += 1) {
    expect(kernel.read.length).toBeGreaterThan(0);
    kernel.read.length = 0;
    const realServers = [realServer({ weight: i + 1 })];
    here.wanted = { ...here.wanted, services: [service(80, realServers), ...many.slice(1)] };
    keeper.tableChanged();
    await vi.advanceTimersByTimeAsync(50);
    expect(kernel.destinations(KEY)).toEqual([`${BOX1} ${i + 1}`]);
  }
  await keeper.settled();
  expect(kernel.read).toHaveLength(25);
});

test('who leaves waits for no look that only finds what others did', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { keeper, kernel } = keep(Array.from({ length: 50 }, (_, i) => service(80 + i)));
  await look(keeper);
  await vi.advanceTimersByTimeAsync(1100);
  const looked = kernel.read.length;
  expect(looked).toBeGreaterThan(1);
  await keeper.close('remove');
  expect(kernel.read).toHaveLength(looked);
  expect(kernel.table.size).toBe(0);
});

test('what somebody deleted by hand comes back, and is told', async () => {
  const { keeper, kernel, lines } = keep([service()]);
  await look(keeper);
  kernel.table.delete(KEY);
  await look(keeper);
  expect(kernel.destinations(KEY)).toHaveLength(2);
  expect(lines).toEqual([
    expect.stringMatching(/^IPVS: the table was changed by others, made good: add-service TCP/),
  ]);
});

test('a quick change that meets a table changed by others looks, and makes it good', async () => {
  const { here, keeper, kernel } = keep([service()]);
  await look(keeper);
  kernel.table.delete(KEY);
  here.wanted = { ...here.wanted, services: [service(80, [realServer()])] };
  keeper.tableChanged();
  await keeper.settled();
  expect(kernel.destinations(KEY)).toEqual([`${BOX1} 1`]);
});

test('a change that meets an empty table restores all of it at once', async () => {
  const { here, keeper, kernel } = keep([service(), service(81)]);
  await look(keeper);
  kernel.table.clear();
  here.wanted = { ...here.wanted, services: [service(80, [realServer()]), service(81)] };
  keeper.tableChanged();
  await keeper.settled();
  expect([...kernel.table.keys()].toSorted()).toEqual([KEY, 'TCP 10.30.6.110:81']);
});

test('a service that the kernel does not let go stays to be removed', async () => {
  const { here, keeper, kernel } = keep([service(), service(81)]);
  await look(keeper);
  const apply = kernel.apply.bind(kernel);
  kernel.apply = async (changes) =>
    changes.map((each) => new NetlinkError(`${each.type} ${KEY}`, constants.errno.EPERM));
  here.wanted = { ...here.wanted, services: [service(81)] };
  await look(keeper);
  expect(keeper.problems).toEqual([expect.stringContaining(`IPVS: delete-service ${KEY}: EPERM`)]);
  kernel.apply = apply;
  await look(keeper);
  expect([[...kernel.table.keys()], keeper.problems]).toEqual([['TCP 10.30.6.110:81'], []]);
});

test('what is made good is said, also what was done before the kernel refused something', async () => {
  const { keeper, kernel, lines } = keep([service(), service(81)]);
  await look(keeper);
  kernel.table.clear();
  const service81 = formatServiceKey(service(81).key);
  // It comes back while the table is looked at.
  const apply = kernel.apply.bind(kernel);
  kernel.apply = (changes) => {
    kernel.apply = apply;
    kernel.table.set(service81, { ...service(81), destinations: [] });
    return apply(changes);
  };
  keeper.wantedChanged();
  await keeper.settled();
  expect(lines.join()).toContain(`made good: add-service ${KEY}`);
  expect(kernel.table.get(service81)?.destinations).toHaveLength(2);
});

test('a service that is wanted no more goes, one that was inherited too', async () => {
  const { here, keeper, kernel } = keep([service(80), service(81)]);
  kernel.table.set('TCP 10.30.6.110:82', service(82));
  keeper.inherit([service(82).key, service(81).key]);
  await look(keeper);
  expect([...kernel.table.keys()]).toEqual([KEY, 'TCP 10.30.6.110:81']);
  here.wanted = { ...here.wanted, services: [service(80)] };
  await look(keeper);
  expect([...kernel.table.keys()]).toEqual([KEY]);
});

test('a refused service is said once, is a problem until it works, and does not hold up others', async () => {
  const wrong = { ...service(81), scheduler: 'nosuch' };
  const { keeper, kernel, lines } = keep([wrong, service()]);
  kernel.missing.add('nosuch');
  await look(keeper);
  await look(keeper);
  const text = 'IPVS: add-service TCP 10.30.6.110:81: ENOENT';
  expect([lines, keeper.problems]).toEqual([[text], [text]]);
  expect(kernel.destinations(KEY)).toHaveLength(2);
  kernel.missing.clear();
  await look(keeper);
  expect([kernel.table.size, keeper.problems]).toEqual([2, []]);
});

/** Many services, the first of which has a scheduler in the kernel that is not the one it should have. */
async function keepOneRefused() {
  const wanted = { ...service(), scheduler: 'mh' };
  const others = Array.from({ length: 100 }, (_, i) => service(1000 + i));
  const kept = keep([wanted, ...others]);
  const { keeper, kernel, lines } = kept;
  kernel.table.set(KEY, service());
  kernel.missing.add('mh');
  await look(keeper);
  await look(keeper);
  const reads = { lists: 0 };
  const list = kernel.services.bind(kernel);
  kernel.services = () => {
    reads.lists += 1;
    return list();
  };
  for (const each of [kernel.read, kernel.sends, lines]) each.length = 0;
  return { ...kept, wanted, others, reads };
}

test('while the kernel refuses a scheduler no list is read, and what others do is found', async () => {
  const { keeper, kernel, reads, others } = await keepOneRefused();
  await look(keeper);
  expect([reads.lists, kernel.sends.length]).toEqual([0, 1]);
  expect(kernel.read.length).toBeLessThanOrEqual(26);
  expect(keeper.problems).toEqual([
    `IPVS: edit-service ${KEY}: ENOENT; the kernel has it with ${service().scheduler}`,
  ]);
  kernel.table.delete('TCP 10.30.6.110:1007');
  await look(keeper);
  expect([reads.lists, kernel.table.size]).toEqual([0, 1 + others.length]);
});

test('what is refused is not tried again at each change of something else, and its servers are as wanted', async () => {
  const { here, keeper, kernel, reads, wanted, others } = await keepOneRefused();
  const less = service(1000, [realServer()]);
  here.wanted = { ...here.wanted, services: [wanted, less, ...others.slice(1)] };
  keeper.tableChanged();
  await keeper.settled();
  expect(kernel.sends.flat().map(({ type }) => type)).toEqual(['delete-destination']);
  here.wanted = {
    ...here.wanted,
    services: [{ ...wanted, destinations: less.destinations }, less, ...others.slice(1)],
  };
  keeper.tableChanged();
  await keeper.settled();
  expect(kernel.destinations(KEY)).toEqual([`${BOX1} 1`]);
  expect([reads.lists, keeper.problems.length]).toEqual([0, 1]);
});

test('what the kernel takes in the end is wanted by us, not changed by others', async () => {
  const { keeper, kernel, lines, wanted } = await keepOneRefused();
  expect(keeper.refused([wanted.key])).toEqual([
    expect.objectContaining({ service: KEY, scheduler: service().scheduler }),
  ]);
  kernel.missing.clear();
  await look(keeper);
  expect([kernel.table.get(KEY)?.scheduler, keeper.problems, lines]).toEqual(['mh', [], []]);
  expect(keeper.refused([wanted.key])).toEqual([]);
});

test('a refused service that somebody else makes is found', async () => {
  const { keeper, kernel, wanted } = await keepOneRefused();
  kernel.table.delete(KEY);
  await look(keeper);
  expect(keeper.refused([wanted.key])[0]?.scheduler).toBeUndefined();
  kernel.table.set(KEY, { ...service(80, [realServer()]), scheduler: 'nq' });
  await look(keeper);
  expect(keeper.refused([wanted.key])[0]?.scheduler).toBe('nq');
  expect(kernel.destinations(KEY)).toHaveLength(2);
});

test('a service that is refused as all the others are added is a problem of its own', async () => {
  const { here, keeper, kernel, wanted } = await keepOneRefused();
  const added = { ...service(99), scheduler: 'mh' };
  here.wanted = { ...here.wanted, services: [wanted, added] };
  keeper.tableChanged();
  await keeper.settled();
  expect(keeper.problems).toHaveLength(2);
  expect(kernel.table.has(KEY)).toBe(true);
});

test('a kernel without IPVS is said once, asked to load it once, and tried again later', async () => {
  const { clock, here, keeper, kernel, lines } = keep([service()]);
  let opens = 0;
  here.open = async () => {
    opens += 1;
    throw new IpvsUnavailableError(undefined);
  };
  await look(keeper);
  expect([opens, here.loads, lines.length, keeper.problems.length]).toEqual([2, 1, 1, 1]);
  expect(lines[0]).toContain('modprobe ip_vs');
  await look(keeper);
  clock.advance(seconds(30));
  await look(keeper);
  expect([opens, here.loads, lines.length]).toEqual([3, 1, 1]);
  here.open = async () => kernel;
  clock.advance(seconds(30));
  await look(keeper);
  expect([kernel.table.size, keeper.problems]).toEqual([1, []]);
});

test('a node without virtual servers does not ask for IPVS', async () => {
  const { here, keeper, lines } = keep([]);
  here.open = async () => {
    throw new IpvsUnavailableError(undefined);
  };
  await look(keeper);
  expect([lines, keeper.problems]).toEqual([[], []]);
});

test('a broken socket is opened anew', async () => {
  const { keeper, kernel } = keep([service()]);
  kernel.broken = new Error('ENOBUFS');
  await look(keeper);
  expect([kernel.closed, keeper.problems]).toEqual([true, ['IPVS: ENOBUFS']]);
  await look(keeper);
  expect([kernel.table.size, keeper.problems]).toEqual([1, []]);
});

test('timeouts are set, sync daemons follow what is wanted', async () => {
  const timeouts = { tcpSeconds: 1, tcpFinSeconds: 2, udpSeconds: 3 };
  const daemon = { role: 'backup', interface: 'eth0', syncId: 10 } as const;
  const { here, keeper, kernel } = keep([], { timeouts, daemons: [daemon] });
  await look(keeper);
  expect([kernel.currentTimeouts, kernel.running]).toEqual([timeouts, [daemon]]);
  here.wanted = { ...here.wanted, daemons: [{ ...daemon, role: 'master' }] };
  await look(keeper);
  expect(kernel.running.map((each) => each.role)).toEqual(['master']);
  await keeper.close('remove');
  expect(kernel.running).toEqual([]);
});

test('timeouts that are not wanted any more are those that were there before', async () => {
  const before = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 };
  const { here, keeper, kernel } = keep([service()]);
  const seen = async (timeouts: Wanted['timeouts']): Promise<unknown> => {
    here.wanted = { ...here.wanted, timeouts };
    await look(keeper);
    return kernel.currentTimeouts;
  };
  const set = { tcpSeconds: 60, tcpFinSeconds: 0, udpSeconds: 30 };
  expect(await seen(set)).toEqual({ tcpSeconds: 60, tcpFinSeconds: 120, udpSeconds: 30 });
  expect(await seen({ ...set, udpSeconds: 0 })).toEqual({ ...before, tcpSeconds: 60 });
  expect(await seen(undefined)).toEqual(before);
  await seen(set);
  await keeper.close('remove');
  expect(kernel.currentTimeouts).toEqual(before);
});

test('a successor puts back the timeouts that the keeper that died has changed', async () => {
  const before = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 };
  const timeouts = { tcpSeconds: 60, tcpFinSeconds: 0, udpSeconds: 30 };
  const dead = keep([service()], { timeouts });
  await look(dead.keeper);
  const ours = { ...timeouts, tcpFinSeconds: 120 };
  expect(dead.told).toEqual([{ before, ours }]);
  for (const now of [timeouts, undefined]) {
    const { keeper, kernel } = keep([], { timeouts: now });
    kernel.currentTimeouts = { ...ours, udpSeconds: 31 };
    keeper.inheritTimeouts(dead.told[0]);
    await look(keeper);
    await keeper.close('remove');
    expect(kernel.currentTimeouts).toEqual({ ...before, udpSeconds: 31 });
  }
});

test('a sync daemon of somebody else is left alone', async () => {
  const { keeper, kernel } = keep([service()]);
  kernel.running.push({ role: 'master', interface: 'eth9', syncId: 1 });
  await look(keeper);
  await keeper.close('remove');
  expect(kernel.running).toHaveLength(1);
});

test('at the end our services go, or all do, or none', async () => {
  const sizes: number[] = [];
  for (const how of ['remove', 'flush', 'leave'] as const) {
    const { keeper, kernel } = keep([service()]);
    kernel.table.set('TCP 1.2.3.4:9', service(9));
    await look(keeper);
    await keeper.close(how);
    sizes.push(kernel.table.size);
    expect(kernel.closed).toBe(true);
  }
  expect(sizes).toEqual([1, 0, 2]);
});

test('lvs_flush empties the table before anything is installed', async () => {
  const { keeper, kernel } = keep([service()]);
  kernel.table.set('TCP 1.2.3.4:9', service(9));
  keeper.flushFirst();
  await look(keeper);
  await look(keeper);
  expect([...kernel.table.keys()]).toEqual([KEY]);
});

test('a kernel that the last pass lost is opened again to take the services out', async () => {
  const { keeper, kernel } = keep([service()]);
  await look(keeper);
  kernel.broken = new Error('the socket broke');
  await look(keeper);
  await keeper.close('remove');
  expect([...kernel.table.keys()]).toEqual([]);
});

test('where the kernel never had IPVS a stop does not look for it again', async () => {
  const { here, keeper, lines } = keep([service()]);
  here.open = async () => {
    throw new IpvsUnavailableError('no ip_vs');
  };
  await look(keeper);
  const said = lines.length;
  await keeper.close('remove');
  expect(lines.length).toBe(said);
});
