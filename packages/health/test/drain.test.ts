import { instant, type Instant } from '@tandem/time';
import { expect, test } from 'vitest';
import {
  restoreVirtualServer,
  servingServers,
  sorryServes,
  startVirtualServer,
  stepVirtualServer,
  tableWeight,
  type RealServerSettings,
  type VirtualServerEffect,
  type VirtualServerEvent,
  type VirtualServerSettings,
  type VirtualServerState,
} from '../src/index.ts';
import { BOX1, BOX2, realServer, reload, virtualServer } from './settings.ts';
import { seconds } from '@tandem/time';

const OPTIONS = { noCheckerEmails: false, rsInitNotifies: false };
const DRAIN = { type: 'drain', realServer: 0 } as const;
const UNDRAIN: VirtualServerEvent = { type: 'undrain', realServer: 0 };

function connections(count: number, now: Instant = instant(0)): VirtualServerEvent {
  return { type: 'connections', realServer: 0, count, now };
}

function flip(up: boolean, which = 0): VirtualServerEvent {
  return { type: 'check-changed', realServer: which, check: 0, up, mailBody: undefined };
}

function after(state: VirtualServerState, ...events: readonly VirtualServerEvent[]) {
  return events.reduce((now, event) => stepVirtualServer(now, event, OPTIONS).state, state);
}

function start(
  first: Partial<RealServerSettings> = {},
  changes: Partial<VirtualServerSettings> = {},
): VirtualServerState {
  const realServers = [realServer({ address: BOX1, weight: 5, ...first }), realServer()];
  return startVirtualServer(virtualServer({ realServers, ...changes })).state;
}

/** Address and weight of what is in the table. */
function table(state: VirtualServerState): string[] {
  return servingServers(state).map(({ settings, weight }) => `${settings.address} ${weight}`);
}

function logged(effects: readonly VirtualServerEffect[]): string[] {
  return effects.flatMap((each) => (each.type === 'log' ? [each.text] : []));
}

test('a server that drains has weight 0 until it has no connection, and is out then', () => {
  const draining = stepVirtualServer(start(), DRAIN, OPTIONS);
  expect(table(draining.state)).toEqual([`${BOX1} 0`, `${BOX2} 1`]);
  expect(logged(draining.effects)).toEqual([
    `Draining service [${BOX1}]:tcp:80 of VS [10.30.6.110]:tcp:80: an operator wants it`,
    `Changing weight from 5 to 0 for active service [${BOX1}]:tcp:80 of VS [10.30.6.110]:tcp:80`,
  ]);
  const busy = stepVirtualServer(draining.state, connections(1), OPTIONS);
  expect(busy).toEqual({ state: draining.state, effects: [] });
  const out = stepVirtualServer(draining.state, connections(0), OPTIONS);
  expect(table(out.state)).toEqual([`${BOX2} 1`]);
  expect(logged(out.effects)).toEqual([
    `Removing drained service [${BOX1}]:tcp:80 from VS [10.30.6.110]:tcp:80`,
  ]);
});

test('one that is out stays so when somebody drains it again, and nothing is said', () => {
  const out = after(start(), DRAIN, connections(0));
  const again = stepVirtualServer(out, { ...DRAIN, until: instant(9000) }, OPTIONS);
  expect(again.state.realServers[0]?.drain).toEqual({ isDone: true, until: 9000 });
  expect([table(again.state), logged(again.effects)]).toEqual([[`${BOX2} 1`], []]);
});

test('one that comes back from a drain has its weight again, or climbs to it', () => {
  const out = after(start(), DRAIN, connections(0));
  expect(table(after(out, UNDRAIN))).toEqual([`${BOX1} 5`, `${BOX2} 1`]);
  expect(table(after(start(), DRAIN, UNDRAIN))).toEqual([`${BOX1} 5`, `${BOX2} 1`]);
  const slow = after(start({ weight: 100, slowStart: seconds(9) }), DRAIN, connections(0));
  expect(table(after(slow, UNDRAIN))).toEqual([`${BOX1} 10`, `${BOX2} 1`]);
  expect(stepVirtualServer(start(), UNDRAIN, OPTIONS).effects).toEqual([]);
  expect(logged(stepVirtualServer(after(start(), DRAIN), UNDRAIN, OPTIONS).effects)[0]).toBe(
    `Taking back service [${BOX1}]:tcp:80 of VS [10.30.6.110]:tcp:80: an operator wants it`,
  );
});

test('a server that is taken back is added in the log only if it was out', () => {
  const name = `[${BOX1}]:tcp:80`;
  const taken = `Taking back service ${name} of VS [10.30.6.110]:tcp:80: an operator wants it`;
  const back = (state: VirtualServerState) =>
    logged(stepVirtualServer(state, UNDRAIN, OPTIONS).effects);
  expect(back(after(start(), DRAIN, connections(0)))).toContain(
    `Adding service ${name}, which was drained, to VS [10.30.6.110]:tcp:80`,
  );
  expect(back(after(start(), DRAIN))).toEqual([
    taken,
    `Changing weight from 0 to 5 for active service ${name} of VS [10.30.6.110]:tcp:80`,
  ]);
  const draining = stepVirtualServer(start(), DRAIN, OPTIONS).effects;
  expect(logged(draining).filter((each) => each.startsWith('Adding'))).toEqual([]);
});

test('after its time it goes out with the connections that it has', () => {
  const limited = after(start(), { ...DRAIN, until: instant(1000) });
  expect(table(after(limited, connections(3, instant(999))))).toContain(`${BOX1} 0`);
  expect(table(after(limited, connections(3, instant(1000))))).toEqual([`${BOX2} 1`]);
});

test('a server that is drained stays out whatever its checks say, also with inhibit_on_failure', () => {
  const out = after(start({ inhibitOnFailure: true }), DRAIN, connections(0));
  expect(table(after(out, flip(false)))).toEqual([`${BOX2} 1`]);
  expect(table(after(out, flip(false), flip(true)))).toEqual([`${BOX2} 1`]);
});

test('the quorum does not count what drains, and a sorry server leaves it its connections', () => {
  const sorryServer = { address: BOX2, port: 81, forwarding: 'DR', inhibit: false } as const;
  const state = after(start({}, { sorryServer }), flip(false, 1), DRAIN);
  expect(state.quorumUp).toBe(false);
  expect(table(state)).toEqual([`${BOX2} 1`, `${BOX1} 0`]);
  expect(table(after(state, connections(0)))).toEqual([`${BOX2} 1`]);
});

test('a reload and a successor remember what drains', () => {
  const out = after(start(), DRAIN, connections(0));
  const { settings } = out;
  expect(table(reload(out, settings).state)).toEqual([`${BOX2} 1`]);
  const drain = { isDone: false };
  const memory = { quorumUp: true, realServers: [{ address: BOX1, port: 80, drain, checks: [] }] };
  expect(table(restoreVirtualServer(settings, memory).state)).toEqual([`${BOX1} 0`, `${BOX2} 1`]);
});

test('a service whose last server is drained has nobody in the table, or its sorry server', () => {
  const alone = { realServers: [realServer({ address: BOX1, weight: 5 })] };
  const { state } = startVirtualServer(virtualServer(alone));
  const drained = after(state, DRAIN, connections(0));
  expect(table(drained)).toEqual([]);
  expect(sorryServes(drained)).toBe(false);
  const sorryServer = { address: BOX2, port: 81, forwarding: 'DR', inhibit: false } as const;
  const saved = startVirtualServer(virtualServer({ ...alone, sorryServer })).state;
  expect(sorryServes(saved)).toBe(false);
  expect(sorryServes(after(saved, DRAIN))).toBe(true);
});

function weights(state: VirtualServerState): readonly (number | undefined)[] {
  return state.realServers.map((each) => tableWeight(state, each));
}

test('what is in the table has its weight there, and what is not has none', () => {
  expect(weights(start())).toEqual([5, 1]);
  expect(weights(after(start(), flip(false)))).toEqual([undefined, 1]);
  expect(weights(after(start({ inhibitOnFailure: true }), flip(false)))).toEqual([0, 1]);
  expect(weights(after(start(), DRAIN))).toEqual([0, 1]);
  expect(weights(after(start(), DRAIN, connections(0)))).toEqual([undefined, 1]);
});
