import { seconds } from '@tandem/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  rampedWeight,
  restoreVirtualServer,
  servingServers,
  startVirtualServer,
  stepLength,
  stepVirtualServer,
  weightSum,
  type RealServerSettings,
  type VirtualServerEvent,
  type VirtualServerState,
} from '../src/index.ts';
import { BOX1, realServer, reload, virtualServer } from './settings.ts';

const OPTIONS = { noCheckerEmails: false, rsInitNotifies: false };
const RAMP: VirtualServerEvent = { type: 'ramp-step', realServer: 0 };
const WEIGHT_MAX = 2 ** 31 - 1;

function flip(up: boolean): VirtualServerEvent {
  return { type: 'check-changed', realServer: 0, check: 0, up, mailBody: undefined };
}

function after(state: VirtualServerState, ...events: readonly VirtualServerEvent[]) {
  return events.reduce((now, event) => stepVirtualServer(now, event, OPTIONS).state, state);
}

function start(changes: Partial<RealServerSettings> = {}): VirtualServerState {
  const first = realServer({ address: BOX1, weight: 100, slowStart: seconds(90), ...changes });
  return startVirtualServer(virtualServer({ realServers: [first, realServer()] })).state;
}

const weight = (state: VirtualServerState): number | undefined =>
  servingServers(state).find(({ settings }) => settings.address === BOX1)?.weight;

test('what comes back has a tenth of its weight, and a tenth more with each step', () => {
  let state = start();
  expect(weight(state)).toBe(100);
  state = after(state, flip(false), flip(true));
  const weights = [weight(state)];
  while (state.realServers[0]?.ramp !== undefined) {
    state = after(state, RAMP);
    weights.push(weight(state));
  }
  expect(weights).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
  expect(stepLength(seconds(90))).toBe(seconds(10));
  expect(stepVirtualServer(state, RAMP, OPTIONS)).toEqual({ state, effects: [] });
});

test('a step changes the table without a word, and the quorum counts the whole weight', () => {
  const state = after(start(), flip(false), flip(true));
  expect(weightSum(state)).toBe(101);
  const { effects } = stepVirtualServer(state, RAMP, OPTIONS);
  expect(effects).toEqual([{ type: 'table-changed' }, { type: 'state-changed' }]);
});

test('what goes down on its way begins anew, and without the option all is there at once', () => {
  const half = after(start(), flip(false), flip(true), RAMP, RAMP);
  expect(weight(half)).toBe(30);
  expect(weight(after(half, flip(false)))).toBeUndefined();
  expect(weight(after(half, flip(false), flip(true)))).toBe(10);
  const { slowStart: _, ...plain } = realServer({ address: BOX1, weight: 100 });
  const quick = startVirtualServer(virtualServer({ realServers: [plain, realServer()] })).state;
  expect(weight(after(quick, flip(false), flip(true)))).toBe(100);
});

test('with inhibit_on_failure it is at weight 0 while down, and climbs from there', () => {
  const state = start({ inhibitOnFailure: true });
  expect(weight(after(state, flip(false)))).toBe(0);
  expect(weight(after(state, flip(false), flip(true)))).toBe(10);
});

test('a weight that a checker wants is what it climbs to', () => {
  const state = after(start(), flip(false), flip(true), RAMP);
  const adjustment = { kind: 'instead', weight: 50 } as const;
  const wanted = { type: 'weight-changed', realServer: 0, check: 0, adjustment } as const;
  expect(weight(after(state, wanted))).toBe(10);
  const none = { ...wanted, adjustment: { kind: 'instead', weight: 0 } as const };
  expect(weight(after(state, none))).toBe(0);
});

test('a reload and a successor go on where it was', () => {
  const state = after(start(), flip(false), flip(true), RAMP);
  const { settings } = state;
  expect(weight(reload(state, settings).state)).toBe(20);
  const without = virtualServer({ realServers: [realServer({ address: BOX1, weight: 100 })] });
  expect(weight(reload(state, without).state)).toBe(100);
  const memory = {
    quorumUp: true,
    realServers: [{ address: BOX1, port: 80, ramp: 2, checks: [] }],
  };
  expect(weight(restoreVirtualServer(settings, memory).state)).toBe(20);
});

test('property: a weight on its way is whole, never above the whole one, and 0 only if that is', () => {
  const any = fc.record({
    whole: fc.integer({ min: 0, max: WEIGHT_MAX }),
    ramp: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(any, ({ whole, ramp }) => {
      const now = rampedWeight(whole, ramp);
      expect(Number.isInteger(now) && now <= whole && now > 0 === whole > 0).toBe(true);
      expect(rampedWeight(whole, Math.min(9, ramp + 1))).toBeGreaterThanOrEqual(now);
    }),
  );
});

/** What the log says of the weight while these things happen. */
function saidOfWeight(state: VirtualServerState, ...events: readonly VirtualServerEvent[]) {
  let now = state;
  return events.flatMap((event) => {
    const step = stepVirtualServer(now, event, OPTIONS);
    now = step.state;
    return step.effects.flatMap((each) =>
      each.type === 'log' && /weight/i.test(each.text) ? [each.text] : [],
    );
  });
}

const SERVICE = `service [${BOX1}]:tcp:80 of VS [10.30.6.110]:tcp:80`;
const BEGINS = `Slow start of ${SERVICE}: weight 10 of 100 now, all of it within 90 s`;
const STEPS: readonly VirtualServerEvent[] = Array.from({ length: 9 }, () => RAMP);

test('the log has a line when a slow start begins and one when it is over', () => {
  const over = `Slow start of ${SERVICE} is over: weight 100`;
  expect(saidOfWeight(start(), flip(false), flip(true), ...STEPS)).toEqual([BEGINS, over]);
});

test('what the log says of a weight on its way is what the table has', () => {
  const out = { type: 'drain', realServer: 0 } as const;
  const back = { type: 'undrain', realServer: 0 } as const;
  expect(saidOfWeight(start(), out, back)).toEqual([
    `Changing weight from 100 to 0 for active ${SERVICE}`,
    BEGINS,
  ]);
  const adjustment = { kind: 'instead', weight: 50 } as const;
  const wanted = { type: 'weight-changed', realServer: 0, check: 0, adjustment } as const;
  const half = after(start(), flip(false), flip(true), RAMP);
  expect(saidOfWeight(half, wanted)).toEqual([
    `Changing weight from 20 to 10 for active ${SERVICE}`,
  ]);
});
