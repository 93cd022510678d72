import { instant, type Instant } from '@tandem/time';
import { expect } from 'vitest';
import {
  createCheck,
  stepCheck,
  type CheckSettings,
  type CheckState,
  type ProbeResult,
  type WeightAdjustment,
} from '../src/index.ts';

export const NAMES = {
  realServer: '[10.30.6.112]:tcp:80',
  virtualServer: '[10.30.6.110]:tcp:80',
};

export function start(settings: CheckSettings): CheckState {
  return createCheck(settings, { ...NAMES, now: instant(0), random: () => 0 }).state;
}

/** Plays a checker against a server whose answers depend on the time; returns what was seen. */
export function play(
  settings: CheckSettings,
  answers: (atSeconds: number) => ProbeResult,
  until: number,
) {
  let state = start(settings);
  const lines: string[] = [];
  const probes: number[] = [];
  const flips: { at: number; up: boolean }[] = [];
  const mails: (string | undefined)[] = [];
  const adjustments: (WeightAdjustment | undefined)[] = [];
  while (state.deadline !== undefined && state.deadline <= until * 1000) {
    const now: Instant = state.deadline;
    const at = now / 1000;
    const due = stepCheck(state, { type: 'due' }, now);
    expect(due.effects.map((each) => each.type)).toEqual(['run-probe']);
    probes.push(at);
    const done = stepCheck(due.state, { type: 'result', result: answers(at) }, now);
    for (const effect of done.effects) {
      if (effect.type === 'log') lines.push(`${at} ${effect.text}`);
      if (effect.type === 'weight-changed') adjustments.push(effect.adjustment);
      if (effect.type !== 'check-changed') continue;
      flips.push({ at, up: effect.up });
      mails.push(effect.mailBody);
    }
    state = done.state;
  }
  return { lines, probes, flips, mails, adjustments, state };
}
