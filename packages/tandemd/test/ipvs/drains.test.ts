import { startVirtualServer } from '@tandem/health';
import { formatServiceKey } from '@tandem/ipvs';
import { instant, seconds } from '@tandem/time';
import type { VirtualServerSnapshot } from '@tandem/status';
import { expect, test } from 'vitest';
import { adoptTable, wantedTable } from '../../src/ipvs/drains.ts';
import type { VirtualServerDriver } from '../../src/ipvs/virtual-server-driver.ts';
import { wantedPart } from '../../src/ipvs/desired-table.ts';
import { FakeKernel } from './fake-kernel.ts';
import { BOX1, BOX2, realServer, startedService, VIP, virtualServer } from './settings.ts';

const COUNT = 100;

test('of many virtual servers each takes over what a dead process knew of it, which is looked through once', async () => {
  const kernel = new FakeKernel();
  const seen: string[] = [];
  let keysRead = 0;
  const drivers: Pick<VirtualServerDriver, 'state' | 'adopt'>[] = [];
  const memory: VirtualServerSnapshot[] = [];
  for (let port = 1; port <= COUNT; port += 1) {
    const key = { kind: 'address', address: VIP, port, protocol: 'TCP' } as const;
    // Of the two in the table, the dead process knew one.
    const service = startedService({ key });
    kernel.table.set(formatServiceKey(service.key), service);
    const settings = virtualServer({ key, realServers: [], drainOnRemoval: seconds(60) });
    drivers.push({
      state: startVirtualServer(settings).state,
      adopt: (leftovers) => seen.push(`${port}: ${leftovers.map((each) => each.address).join()}`),
    });
    const { address, port: at } = realServer({ address: port % 2 === 0 ? BOX1 : BOX2 });
    const snapshot = { realServers: [{ address, port: at }] };
    Object.defineProperty(snapshot, 'key', { get: () => ((keysRead += 1), key) });
    memory.push(snapshot as unknown as VirtualServerSnapshot);
  }
  const table = await kernel.services();
  adoptTable(drivers as VirtualServerDriver[], table, { now: instant(0), memory });
  expect(seen).toEqual(
    Array.from({ length: COUNT }, (_, i) => `${i + 1}: ${i % 2 === 1 ? BOX1 : BOX2}`),
  );
  expect(keysRead).toBe(COUNT);
});

test('a service that a group has, too, is that of the plain virtual server, wherever the two stand', () => {
  const key = { kind: 'address', address: VIP, port: 80, protocol: 'TCP' } as const;
  const plain = virtualServer({ key, realServers: [realServer({ address: BOX1 })] });
  const group = virtualServer({
    key: { kind: 'group', name: 'web', index: 0, protocol: 'TCP' },
    members: [{ kind: 'addresses', first: VIP, last: VIP, port: 80 }],
    realServers: [realServer({ address: BOX2 })],
  });
  for (const all of [
    [plain, group],
    [group, plain],
  ]) {
    const drivers = all.map((settings) => {
      const { state } = startVirtualServer(settings);
      return { state, table: wantedPart(state) } as VirtualServerDriver;
    });
    const { services } = wantedTable(drivers);
    expect(services.map(({ destinations }) => destinations[0]?.address)).toEqual([BOX1, BOX2]);
  }
});
