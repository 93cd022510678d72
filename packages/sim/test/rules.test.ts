/** Rules that the other ones find most machines out before: each by itself, on routers that are told. */
import type { VrrpStateName } from '@tandem/vrrp';
import { expect, test } from 'vitest';
import type { Step } from '../src/router.ts';
import type { View } from '../src/rule.ts';
import { together } from '../src/rules/conduct.ts';
import { convergence, noSplitBrain } from '../src/rules/one-master.ts';
import { usurpation } from '../src/rules/usurpation.ts';
import { Violation } from '../src/violation.ts';

type Told = readonly [state: VrrpStateName, priority: number, preempt?: boolean];

/** One instance of a router, with adverts each second. */
function instanceOf([state, effectivePriority, preempt = true]: Told): unknown {
  const settings = {
    virtualRouterId: 51,
    advertisementInterval: 1000,
    downTimerAdverts: 3,
    preempt,
    syncGroup: 'G',
  };
  return { state: { state, effectivePriority, settings } };
}

/** Routers with one instance each, at a moment; nothing has been wrong since the beginning. */
function viewOf(now: number, ...routers: readonly Told[]): View {
  const all = routers.map((each, number) => ({ number, instances: [instanceOf(each)] }));
  return { now, calmSince: 0, routers: all } as unknown as View;
}

/** @returns the rule that is violated by that; undefined: none is */
function violated(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return error.rule;
    throw error;
  }
}

/** What comes of two that have been so for that long. */
function sideBySide(ms: number, second: Told): string | undefined {
  const view = viewOf(0, ['MASTER', 150], second);
  const rule = noSplitBrain(view, 1);
  rule.settled?.();
  Object.assign(view, { now: ms });
  return violated(() => rule.settled?.());
}

test('two masters may not stay side by side for longer than an interval', () => {
  expect(sideBySide(1000, ['MASTER', 100])).toBeUndefined();
  expect(sideBySide(1020, ['MASTER', 100])).toBe('split brain');
  expect(sideBySide(1020, ['BACKUP', 100])).toBeUndefined();
});

const PLAN = { virtualRouters: 1, faultsEndAt: 0, convergedAt: 5000 };

/** What comes of it when two that were right are so at the next look. */
function next(now: number, first: Told, second: Told): string | undefined {
  const view = viewOf(now, ['MASTER', 150], ['BACKUP', 100]);
  const rule = convergence(view, PLAN);
  rule.settled?.();
  Object.assign(view, { now: now + 1, routers: viewOf(0, first, second).routers });
  return violated(() => rule.settled?.());
}

test('once all are settled there is one master, and it stays', () => {
  const swapped = [
    ['BACKUP', 150],
    ['MASTER', 100],
  ] as const;
  expect(next(4990, ['MASTER', 150], ['BACKUP', 100])).toBeUndefined();
  expect(next(4990, ...swapped)).toBeUndefined();
  expect(next(5000, ...swapped)).toBe('one master');
  expect(next(5000, ['BACKUP', 150], ['BACKUP', 100])).toBe('one master');
  expect(next(5000, ['MASTER', 150], ['MASTER', 100])).toBe('one master');
});

/** What is said of a master with 100 and another one. */
function inTheEnd(rival: Told): string | undefined {
  const rule = convergence(viewOf(9000, ['MASTER', 100], rival), PLAN);
  return violated(() => rule.finished?.());
}

test('in the end nobody is left who would have to preempt the master', () => {
  expect(inTheEnd(['BACKUP', 150])).toBe('right master');
  expect(inTheEnd(['BACKUP', 150, false])).toBeUndefined();
  expect(inTheEnd(['FAULT', 150])).toBeUndefined();
  expect(inTheEnd(['BACKUP', 100])).toBeUndefined();
});

/** Router 1 with 100 becomes master beside another one. */
function takeover(now: number, masterPriority: number): string | undefined {
  const view = viewOf(0, ['MASTER', masterPriority], ['MASTER', 100]);
  const rule = usurpation(view);
  for (const [number, before] of ['BACKUP', 'FAULT'].entries()) {
    const router = view.routers[number];
    const instance = router?.instances[0];
    const after = { ...instance?.state, state: number === 0 ? 'MASTER' : 'BACKUP' };
    rule.stepped?.({ router, instance, before: { state: before }, after } as unknown as Step);
  }
  Object.assign(view, { now });
  const router = view.routers[1];
  const instance = router?.instances[0];
  const [before, after] = [{ ...instance?.state, state: 'BACKUP' }, instance?.state];
  const step = { router, instance, before, after } as unknown as Step;
  return violated(() => rule.stepped?.(step));
}

test('nobody takes over from a healthy master of higher priority', () => {
  expect(takeover(5001, 150)).toBe('usurpation');
  expect(takeover(5001, 100)).toBeUndefined();
  expect(takeover(4000, 150)).toBeUndefined();
});

/** Two members of one group. */
function seen(first: VrrpStateName, second: VrrpStateName): string | undefined {
  const instances = [instanceOf([first, 100]), instanceOf([second, 100])];
  const routers = [{ number: 0, plan: { syncGroup: 'G' }, instances }];
  const rule = together({ now: 0, routers } as unknown as View);
  return violated(() => rule.settled?.());
}

test('the members of a sync group are never in different states', () => {
  expect(seen('MASTER', 'BACKUP')).toBe('sync group');
  expect(seen('MASTER', 'MASTER')).toBeUndefined();
});
