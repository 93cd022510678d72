import { after, instant, seconds, type Instant } from '@tandem/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  adoptLeftovers,
  removeVirtualServer,
  restoreVirtualServer,
  servingServers,
  startVirtualServer,
  stepVirtualServer,
  stopVirtualServer,
  type RealServerSettings,
  type VirtualServerEffect,
  type VirtualServerEvent,
  type VirtualServerSettings,
  type VirtualServerState,
} from '../src/index.ts';
import { BOX1, BOX2, realServer, reload as reloadAt, virtualServer } from './settings.ts';

const NOW = instant(1000);
const LIMIT = seconds(60);
const OPTIONS = { noCheckerEmails: false, rsInitNotifies: false };
const VS = 'VS [10.30.6.110]:tcp:80';
const BOX1_NAME = `service [${BOX1}]:tcp:80`;

const [FIRST, SECOND] = [realServer({ address: BOX1, weight: 5 }), realServer()];

function settings(...realServers: readonly RealServerSettings[]): VirtualServerSettings {
  return virtualServer({ realServers, drainOnRemoval: LIMIT });
}

function started(changes: Partial<VirtualServerSettings> = {}): VirtualServerState {
  return startVirtualServer({ ...settings(FIRST, SECOND), ...changes }).state;
}

function reload(state: VirtualServerState, next: VirtualServerSettings, now: Instant = NOW) {
  return reloadAt(state, next, now);
}

function step(state: VirtualServerState, event: VirtualServerEvent) {
  return stepVirtualServer(state, event, OPTIONS);
}

function connections(realServer: number, count: number, now: Instant = NOW): VirtualServerEvent {
  return { type: 'connections', realServer, count, now };
}

/** Address and weight of what is in the table. */
function table(state: VirtualServerState): string[] {
  return servingServers(state).map(({ settings: { address }, weight }) => `${address} ${weight}`);
}

function logged(effects: readonly VirtualServerEffect[]): string[] {
  return effects.flatMap((each) => (each.type === 'log' ? [each.text] : []));
}

test('a server that a reload removes has weight 0 until it has no connection, and is out then', () => {
  const removed = reload(started(), settings(SECOND));
  expect(table(removed.state)).toEqual([`${BOX2} 1`, `${BOX1} 0`]);
  expect(logged(removed.effects)).toEqual([
    `${BOX1_NAME} no longer exist`,
    `Draining ${BOX1_NAME} of ${VS}: it is configured no longer`,
  ]);
  expect(removed.effects).toContainEqual({
    type: 'fifo',
    line: `RS [${BOX1}]:tcp:80 [10.30.6.110]:tcp:80 DOWN`,
  });
  const busy = step(removed.state, connections(1, 3));
  expect(busy).toEqual({ state: removed.state, effects: [] });
  const out = step(removed.state, connections(1, 0));
  expect(out.state.realServers.map((each) => each.settings)).toEqual([SECOND]);
  expect(logged(out.effects)).toEqual([`Removing drained ${BOX1_NAME} from ${VS}`]);
});

test('after its time it goes out with the connections that it has', () => {
  const { state } = reload(started(), settings(SECOND));
  const due = after(NOW, LIMIT);
  expect(table(step(state, connections(1, 9, instant(due - 1))).state)).toContain(`${BOX1} 0`);
  expect(table(step(state, connections(1, 9, due)).state)).toEqual([`${BOX2} 1`]);
});

test('a second reload changes nothing of that, and one without the option ends it', () => {
  const { state } = reload(started(), settings(SECOND));
  const again = reload(state, { ...settings(SECOND), quorum: 1 }, instant(9000));
  expect(again.state.realServers).toEqual(state.realServers);
  expect(logged(again.effects)).toEqual([]);
  const { drainOnRemoval: _, ...plain } = settings(SECOND);
  const ended = reload(state, plain);
  expect(table(ended.state)).toEqual([`${BOX2} 1`]);
  expect(logged(ended.effects)).toEqual([`Removing ${BOX1_NAME} from ${VS}`]);
});

test('one that is configured again begins as if it were new', () => {
  const { state } = reload(started(), settings(SECOND));
  const back = reload(state, settings(FIRST, SECOND));
  expect(back.state).toEqual(started());
});

test('without the option, and for what is not in the table, a reload removes at once', () => {
  const { drainOnRemoval: _, ...plain } = settings(SECOND);
  expect(table(reload(started(), plain).state)).toEqual([`${BOX2} 1`]);
  const flip = {
    type: 'check-changed',
    realServer: 0,
    check: 0,
    up: false,
    mailBody: undefined,
  } as const;
  const down = reload(step(started(), flip).state, settings(SECOND));
  expect(down.state.realServers).toHaveLength(1);
  const drained = [{ type: 'drain', realServer: 0 } as const, connections(0, 0)];
  const out = drained.reduce((now, event) => step(now, event).state, started());
  expect(reload(out, settings(SECOND)).state.realServers).toHaveLength(1);
});

test('an operator can shorten it, and not take it back', () => {
  const { state } = reload(started(), settings(SECOND));
  expect(step(state, { type: 'undrain', realServer: 1 })).toEqual({ state, effects: [] });
  const same = step(state, { type: 'drain', realServer: 1 });
  expect(same.state.realServers[1]).toEqual(state.realServers[1]);
  const soon = step(state, { type: 'drain', realServer: 1, until: NOW });
  expect(table(step(soon.state, connections(1, 9)).state)).toEqual([`${BOX2} 1`]);
});

test('at a stop, and when its virtual server goes, nothing more is said of it', () => {
  const { state } = reload(started({ omega: true }), { ...settings(SECOND), omega: true });
  for (const effects of [stopVirtualServer(state), removeVirtualServer(state)]) {
    expect(JSON.stringify(effects)).toContain(BOX2);
    expect(JSON.stringify(effects)).not.toContain(BOX1);
  }
});

test('after a start, what the table has beyond the configuration drains, and no longer than before', () => {
  const leftovers = [FIRST, SECOND].map(({ address, port, forwarding }) => ({
    address,
    port,
    forwarding,
  }));
  const state = startVirtualServer(settings(SECOND)).state;
  const adopted = (until?: Instant) =>
    adoptLeftovers(state, leftovers, { now: NOW, untilOf: () => until });
  expect(table(adopted().state)).toEqual([`${BOX2} 1`, `${BOX1} 0`]);
  expect(logged(adopted().effects)).toEqual([
    `Draining ${BOX1_NAME} of ${VS}: it is in the table, and not configured`,
  ]);
  const limits = { upperThreshold: 0, lowerThreshold: 0 };
  expect(adopted().state.realServers[1]?.settings).toMatchObject({ ...limits, checks: [] });
  const untils = [undefined, instant(2000), instant(999_999)].map(
    (each) => adopted(each).state.realServers[1]?.drain?.until,
  );
  expect(untils).toEqual([after(NOW, LIMIT), 2000, after(NOW, LIMIT)]);
  const sorryServer = { address: BOX1, port: 80, forwarding: 'DR', inhibit: false } as const;
  const saved = startVirtualServer({ ...settings(SECOND), sorryServer }).state;
  expect(adoptLeftovers(saved, leftovers, { now: NOW, untilOf: () => undefined })).toEqual({
    state: saved,
    effects: [],
  });
});

test('what several services of a group have in the table drains once', () => {
  const key = { kind: 'group', name: 'web', index: 0, protocol: 'TCP' } as const;
  const { state } = startVirtualServer({ ...settings(SECOND), key, members: [] });
  const leftovers = [80, 443].map((port) => ({ address: BOX1, port, forwarding: 'DR' as const }));
  const adopted = adoptLeftovers(state, leftovers, { now: NOW, untilOf: () => undefined });
  expect(table(adopted.state)).toEqual([`${BOX2} 1`, `${BOX1} 0`]);
  expect(logged(adopted.effects)).toHaveLength(1);
});

test.each([
  ['NAT', 'NAT'],
  ['DR', 'NAT'],
  ['NAT', 'DR'],
] as const)(
  'of a group, what is at another port than a configured one, %s, is another server where one is behind NAT: %s',
  (own, left) => {
    const key = { kind: 'group', name: 'web', index: 0, protocol: 'TCP' } as const;
    const configured = realServer({ address: BOX1, port: 80, forwarding: own });
    const { state } = startVirtualServer({ ...settings(configured), key, members: [] });
    const leftovers = [80, 8080].map((port) => ({ address: BOX1, port, forwarding: left }));
    const adopted = adoptLeftovers(state, leftovers, { now: NOW, untilOf: () => undefined });
    const inTable = servingServers(adopted.state).map((each) => [each.settings.port, each.weight]);
    expect(inTable).toEqual([
      [80, 1],
      [8080, 0],
    ]);
  },
);

const SERVERS = [11, 12, 13, 14].map((last) =>
  realServer({ address: `10.0.0.${last}` as RealServerSettings['address'], weight: last }),
);
const subset = fc.subarray(SERVERS, { minLength: 1 });
const action = fc.oneof(
  fc.record({ type: fc.constant('reload' as const), servers: subset, afterMs: fc.nat(40_000) }),
  fc.record({
    type: fc.constant('look' as const),
    counts: fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }),
    afterMs: fc.nat(40_000),
  }),
);

test('property: whatever is reloaded, who is configured serves as after a fresh start, and nobody else gets a connection or stays longer than the limit or a look after its last one', () => {
  fc.assert(
    fc.property(subset, fc.array(action, { maxLength: 12 }), (first, actions) => {
      let { state } = startVirtualServer(settings(...first));
      let configured = first;
      let now: Instant = NOW;
      const since = new Map<string, Instant>();
      for (const each of actions) {
        now = instant(now + each.afterMs);
        if (each.type === 'reload') {
          for (const { address } of configured)
            if (!each.servers.some((one) => one.address === address)) since.set(address, now);
          configured = each.servers;
          for (const { address } of configured) since.delete(address);
          state = reload(state, settings(...configured), now).state;
        } else {
          for (let i = state.realServers.length - 1; i >= 0; i -= 1) {
            const address = state.realServers[i]?.settings.address ?? '';
            const count = each.counts[SERVERS.findIndex((one) => one.address === address)] ?? 0;
            state = step(state, connections(i, count, now)).state;
            const isOver = now - (since.get(address) ?? now) >= LIMIT;
            if (count === 0 || isOver) since.delete(address);
          }
        }
        const own = table(startVirtualServer(settings(...configured)).state);
        const rest = [...since.keys()].map((address) => `${address} 0`);
        expect(table(state).toSorted()).toEqual([...own, ...rest].toSorted());
      }
    }),
    { numRuns: 300 },
  );
});

test('one that a dead process was draining, and that a reload has brought back, is given connections', () => {
  const removed = { isRemoved: true, drain: { isDone: false, until: after(NOW, LIMIT) } } as const;
  const realServers = [
    { address: BOX2, port: 80, checks: [] },
    { address: BOX1, port: 80, checks: [], ...removed },
  ];
  const { state } = restoreVirtualServer(settings(FIRST, SECOND), { quorumUp: true, realServers });
  expect(table(state)).toEqual([`${BOX1} 5`, `${BOX2} 1`]);
});
