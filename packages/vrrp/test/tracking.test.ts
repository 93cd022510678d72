/** What a tracker does to an instance, inventory §3.8. */
import { expect, test } from 'vitest';
import type { VrrpEvent } from '../src/event.ts';
import type { TrackerSettings } from '../src/settings.ts';
import { advert, atDeadline, linesOf, master, sentBy, started, stepAt } from './machine.ts';

function script(weight: number): TrackerSettings {
  return { kind: 'script', name: 'chk', weight, reverse: false };
}

function result(value: boolean): VrrpEvent {
  return { type: 'tracked', report: { kind: 'script', name: 'chk', value } };
}

test('inventory §3.8: a change of the effective priority is told, and sent with the next advert', () => {
  const outcome = stepAt(master({ trackers: [script(60)] }), 4000, result(true));
  expect(linesOf(outcome)).toEqual(['(V) Changing effective priority from 100 to 160']);
  expect(sentBy(outcome)).toEqual([]);
  expect(sentBy(atDeadline(outcome.state))).toEqual([160]);
});

test('inventory §3.8: a backup raised above the master takes over when its running timer ends', () => {
  let { state } = stepAt(started({ trackers: [script(60)] }), 1000, advert(150));
  const { deadline } = state;
  ({ state } = stepAt(state, 1500, result(true)));
  for (const now of [2000, 3000, 4000]) {
    const outcome = stepAt(state, now, advert(150));
    const line = '(V) received lower priority (150) advert from 10.77.0.2 - discarding';
    expect(linesOf(outcome)).toEqual([line]);
    ({ state } = outcome);
  }
  expect(state.deadline).toBe(deadline);
  expect(sentBy(atDeadline(state))).toEqual([160]);
});

test('inventory §3.8: a master that falls below a backup stays until it hears of it', () => {
  const { state } = stepAt(master({ trackers: [script(-60)] }), 4000, result(false));
  expect([state.state, state.effectivePriority]).toEqual(['MASTER', 40]);
  expect(stepAt(state, 5000, advert(100)).state.state).toBe('BACKUP');
});

test('inventory §3.8: the priority of an owner stays, but without weight a failure is a FAULT', () => {
  const owner = { priority: 255, initialState: 'MASTER' } as const;
  const weighed = stepAt(started({ ...owner, trackers: [script(-60)] }), 1000, result(false));
  expect(weighed.state).toMatchObject({ state: 'MASTER', effectivePriority: 255 });
  const faulty = stepAt(master({ ...owner, trackers: [script(0)] }), 4000, result(false));
  expect(faulty.state.state).toBe('FAULT');
});

test('inventory §3.8: a script with a weight does not delay the start, one without does, until its first result', () => {
  expect(started({ trackers: [script(-60)] }).state).toBe('BACKUP');
  const waiting = started({ trackers: [script(0)] });
  expect(waiting.state).toBe('FAULT');
  expect(stepAt(waiting, 100, result(true)).state.state).toBe('BACKUP');
});

test('inventory §3.8: a second tracker in FAULT keeps it there, and each has its reason', () => {
  const link: TrackerSettings = { kind: 'interface', name: 'eth1', weight: 0, reverse: false };
  const down = { type: 'tracked', report: { ...link, value: false } } as const;
  const up = { type: 'tracked', report: { ...link, value: true } } as const;
  let { state } = stepAt(started({ trackers: [script(0), link] }), 100, result(false));
  ({ state } = stepAt(state, 200, down));
  expect(state.faults).toEqual([
    { reason: 'script chk fails', since: 100 },
    { reason: 'interface eth1 down', since: 200 },
  ]);
  ({ state } = stepAt(state, 300, result(true)));
  expect(state.state).toBe('FAULT');
  expect(stepAt(state, 400, up).state.state).toBe('BACKUP');
});
