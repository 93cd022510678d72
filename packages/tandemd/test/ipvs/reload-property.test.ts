// Whatever was configured before and whatever others did to the kernel since, a reload ends where a
// start would, and touches nothing but what differs.
import fc from 'fast-check';
import { Prober } from '@tandem/checkers';
import type { Settings } from '@tandem/config';
import type { VirtualServerSettings } from '@tandem/health';
import { formatServiceKey, type DesiredService, type TableChange } from '@tandem/ipvs';
import { ManualClock, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { IpvsProcess } from '../../src/ipvs/ipvs-process.ts';
import { ip } from '../../../vrrp/test/instance-settings.ts';
import { settings } from '../settings.ts';
import { FakeKernel } from './fake-kernel.ts';
import { realServer, startedService, virtualServer } from './settings.ts';

/** IP_VS_SVC_F_PERSISTENT */
const PERSISTENT = 1;

const address = fc.constantFrom(...[1, 2, 3].map((n) => ip(`10.0.0.${n}`)));
const anyRealServer = fc
  .record({
    address,
    port: fc.constantFrom(80, 81),
    weight: fc.nat(2),
    forwarding: fc.constantFrom('NAT' as const, 'DR' as const, 'TUN' as const),
    upperThreshold: fc.constantFrom(0, 0, 9),
  })
  .map(realServer);
const realServers = fc.uniqueArray(anyRealServer, {
  minLength: 1,
  maxLength: 4,
  selector: (each) => `${each.address} ${each.port}`,
});
const protocol = fc.constantFrom('TCP' as const, 'UDP' as const);
const anyKey: fc.Arbitrary<Pick<VirtualServerSettings, 'key' | 'members'>> = fc.oneof(
  fc.record({
    key: fc.record({
      kind: fc.constant('address' as const),
      address,
      port: fc.constantFrom(53, 80),
      protocol,
    }),
  }),
  fc.record({
    key: fc.record({
      kind: fc.constant('fwmark' as const),
      mark: fc.constantFrom(1, 2),
      family: fc.constant(4 as const),
    }),
  }),
  fc.record({
    key: fc.record({
      kind: fc.constant('group' as const),
      name: fc.constantFrom('G', 'H'),
      index: fc.constant(0),
      protocol,
    }),
    members: fc.array(
      fc.tuple(address, fc.constantFrom(53, 80)).map(([first, port]) => ({
        kind: 'addresses' as const,
        first,
        last: first,
        port,
      })),
      { minLength: 1, maxLength: 3 },
    ),
  }),
);
const anyVirtualServer = fc
  .tuple(
    anyKey,
    fc.record({
      scheduler: fc.constantFrom('rr', 'wlc', 'sh'),
      schedulerFlags: fc.constantFrom(0, 8),
      onePacket: fc.boolean(),
      persistenceGranularity: fc.constantFrom(24, 32),
      quorum: fc.integer({ min: 1, max: 4 }),
      realServers,
    }),
    fc.option(fc.constantFrom(60, 300), { nil: undefined }),
    fc.option(fc.tuple(address, fc.boolean()), { nil: undefined }),
  )
  .map(([key, rest, timeout, sorry]) =>
    virtualServer({
      ...key,
      ...rest,
      ...(timeout !== undefined && { persistenceTimeout: seconds(timeout) }),
      ...(sorry !== undefined && {
        sorryServer: { address: sorry[0], port: 80, forwarding: 'NAT', inhibit: sorry[1] },
      }),
    }),
  );
const anySettings = fc
  .tuple(
    fc.uniqueArray(anyVirtualServer, {
      maxLength: 5,
      selector: (each) => JSON.stringify(each.key),
    }),
    fc.option(
      fc.record({ tcpSeconds: fc.nat(2), tcpFinSeconds: fc.nat(1), udpSeconds: fc.nat(1) }),
      {
        nil: undefined,
      },
    ),
  )
  .map(([virtualServers, lvsTimeouts]) =>
    settings({ virtualServers, global: lvsTimeouts === undefined ? {} : { lvsTimeouts } }),
  );

/** What others do: take services and destinations away, change them, add some. */
const anyDrift = fc.record({
  deleted: fc.array(fc.nat(9), { maxLength: 3 }),
  emptied: fc.array(fc.nat(9), { maxLength: 3 }),
  changed: fc.array(fc.nat(9), { maxLength: 3 }),
  added: fc.array(
    anyVirtualServer.map((each) => startedService({ ...each })),
    { maxLength: 2 },
  ),
  timeouts: fc.boolean(),
});

/** A process on a kernel, of which nothing is checked. */
function processOn(kernel: FakeKernel): IpvsProcess {
  const clock = new ManualClock();
  return new IpvsProcess({
    clock,
    epochMs: () => 0,
    random: () => 0,
    prober: new Prober(clock),
    open: async () => kernel,
    openStage: () => Promise.reject(new Error('no rehearsal')),
    loadModule: async () => undefined,
    watchAddresses: () => ({ close: () => undefined }),
    send: () => undefined,
  });
}

async function started(kernel: FakeKernel, given: Settings): Promise<IpvsProcess> {
  const options = { logDetail: 0, keepAddresses: false, keepIpvs: false };
  const child = processOn(kernel);
  await child.receive({ type: 'start', settings: given, options });
  return child;
}

type Drift = typeof anyDrift extends fc.Arbitrary<infer T> ? T : never;

function drift(kernel: FakeKernel, given: Drift): void {
  const keys = [...kernel.table.keys()];
  const edit = (numbers: readonly number[], change: (old: DesiredService) => DesiredService) => {
    for (const n of numbers) {
      const old = kernel.table.get(keys[n] ?? '');
      if (old !== undefined) kernel.table.set(formatServiceKey(old.key), change(old));
    }
  };
  edit(given.changed, (old) => ({
    ...old,
    scheduler: 'nq',
    destinations: old.destinations.map((each) => ({ ...each, weight: 77 })),
  }));
  edit(given.emptied, (old) => ({ ...old, destinations: old.destinations.slice(1) }));
  for (const n of given.deleted) kernel.table.delete(keys[n] ?? '');
  // Of a group's servers, several may be the same destination.
  for (const each of given.added)
    kernel.table.set(formatServiceKey(each.key), {
      ...each,
      destinations: each.destinations.slice(0, 1),
    });
}

/** Without what means nothing to a service that is not persistent. */
function content(kernel: FakeKernel): unknown {
  const services = [...kernel.table.values()].map(({ timeoutSeconds, netmaskBits, ...each }) => ({
    ...each,
    ...((each.flags & PERSISTENT) !== 0 && { timeoutSeconds, netmaskBits }),
    destinations: each.destinations.map((one) => JSON.stringify(one)).sort(),
  }));
  return services.map((each) => JSON.stringify(each)).sort();
}

/** What a change is about: a service, or one of its destinations. */
function subject(change: TableChange): string {
  const key = formatServiceKey('service' in change ? change.service.key : change.key);
  if ('service' in change || change.type === 'delete-service') return key;
  const { address: server, port } = 'destination' in change ? change.destination : change;
  return `${key} ${server} ${port}`;
}

function subjects(kernel: FakeKernel): ReadonlySet<string> {
  const all = [...kernel.table].flatMap(([key, { destinations }]) => [
    key,
    ...destinations.map((each) => `${key} ${each.address} ${each.port}`),
  ]);
  return new Set(all);
}

test('a reload after any drift leaves what a start leaves, and adds and deletes nothing that stays', async () => {
  await fc.assert(
    fc.asyncProperty(anySettings, anySettings, anyDrift, async (a, b, given) => {
      const kernel = new FakeKernel();
      const child = await started(kernel, a);
      const ours = new Set(kernel.table.keys());
      drift(kernel, given);
      const fresh = new FakeKernel();
      for (const each of given.timeouts ? [kernel, fresh] : [])
        await each.setTimeouts({ tcpSeconds: 7777 });
      for (const [key, each] of kernel.table) if (!ours.has(key)) fresh.table.set(key, each);
      const before = subjects(kernel);
      kernel.done.length = 0;
      await child.receive({ type: 'reload', settings: b });
      const other = await started(fresh, b);

      expect(content(kernel)).toEqual(content(fresh));
      expect(kernel.currentTimeouts).toEqual(fresh.currentTimeouts);
      const after = subjects(kernel);
      const moved = kernel.done.filter(({ type }) => !type.startsWith('edit-'));
      const stays = (each: string): boolean => before.has(each) && after.has(each);
      expect(moved.map(subject).filter(stays)).toEqual([]);
      expect(new Set(moved.map(subject)).size).toBe(moved.length);
      const sends = kernel.sends.length;
      await child.receive({ type: 'reload', settings: b });
      expect(kernel.sends).toHaveLength(sends);
      await Promise.all([child.stop(), other.stop()]);
    }),
    { seed: 1, numRuns: 500 },
  );
});
