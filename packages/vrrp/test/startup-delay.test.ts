import { instant } from '@tandem/time';
import { expect, test } from 'vitest';
import { createInstance, type VrrpState } from '../src/state.ts';
import type { VrrpInstanceSettings } from '../src/settings.ts';
import { reasonsOf } from '../src/reasons.ts';
import { instanceSettings } from './instance-settings.ts';
import { advert, atDeadline, SOURCE, started, stepAt } from './machine.ts';

const DELAY = 5000;

/** Started at 0. */
function held(changes: Partial<VrrpInstanceSettings> = {}): VrrpState {
  const state = createInstance(instanceSettings(changes));
  const surroundings = { interfaceUp: true, source: SOURCE, holdUntil: instant(DELAY) };
  return stepAt(state, 0, { ...surroundings, type: 'start' }).state;
}

test('inventory §3.2, vrrp_startup_delay: a backup waits its whole time after the delay', () => {
  const state = held();
  expect(state.state).toBe('BACKUP');
  expect(state.deadline).toBe(DELAY + Number(started().deadline));
  expect(reasonsOf(state, instant(2000))).toEqual(['the delay at start ends in 3.0 s']);
  expect(atDeadline(state).state.state).toBe('MASTER');
});

test('inventory §3.2, vrrp_startup_delay: a master that falls silent during the delay is waited for until after it', () => {
  const heard = stepAt(held(), 1000, advert(200)).state;
  expect(heard.master).toMatchObject({ priority: 200 });
  expect(heard.deadline).toBeGreaterThan(DELAY);
  expect(stepAt(heard, 2000, advert(0)).state.deadline).toBeGreaterThan(DELAY);
});

test('after the delay the time counts from each advert, as ever', () => {
  const { state } = stepAt(held(), DELAY + 1000, advert(200));
  expect(state.deadline).toBe(DELAY + 1000 + Number(started().deadline));
});

test('inventory §3.2, vrrp_startup_delay: an owner is master with the end of the delay, also after a fault', () => {
  const owner = { priority: 255, initialState: 'MASTER' } as const;
  const state = held(owner);
  expect(state.state).toBe('BACKUP');
  expect(state.deadline).toBe(DELAY);
  expect(atDeadline(state).state.state).toBe('MASTER');
  const fault = stepAt(state, 1000, { type: 'interface', up: false }).state;
  const back = stepAt(fault, 2000, { type: 'interface', up: true }).state;
  expect(back.deadline).toBeGreaterThan(DELAY);
});
