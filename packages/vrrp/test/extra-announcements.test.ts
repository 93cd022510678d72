import type { MacAddress } from '@tandem/inet';
import { milliseconds, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import type { VrrpInstanceSettings } from '../src/settings.ts';
import type { VrrpState } from '../src/state.ts';
import { instanceSettings, vip } from './instance-settings.ts';
import { atDeadline, master, stepAt } from './machine.ts';

const HARDWARE = '00:00:5e:00:01:33' as MacAddress;
const GARP = { ...instanceSettings().garp, masterDelay: seconds(0) };

/** Addresses on its interface, two on a macvlan of their own, one on another interface. */
function withExtra(all: boolean): Partial<VrrpInstanceSettings> {
  return {
    garp: { ...GARP, extra: { period: seconds(2), all } },
    addresses: [
      vip('10.77.0.100'),
      vip('10.78.0.100', 'vrrp1.51'),
      vip('10.78.0.101', 'vrrp1.51'),
      vip('10.79.0.100', 'eth2'),
    ],
    addressInterfaces: [{ name: 'vrrp1.51', parent: 'eth1', family: 4, hardwareAddress: HARDWARE }],
  };
}

/** What is announced until so many milliseconds have passed, after those of the start. */
function announcedUntil(state: VrrpState, lengthMs: number): string[] {
  const end = (state.deadline ?? 0) + lengthMs;
  const lines: string[] = [];
  let next = state;
  while (next.deadline !== undefined && next.deadline < end) {
    const outcome = atDeadline(next);
    next = outcome.state;
    for (const effect of outcome.effects)
      if (effect.type === 'announce')
        lines.push(`${effect.rounds} ${effect.addresses.map(({ address }) => address).join(' ')}`);
  }
  return lines;
}

test('keepalived: one address of each macvlan for addresses alone is announced every so often', () => {
  expect(announcedUntil(master(withExtra(false)), 4500)).toEqual([
    '1 10.78.0.100',
    '1 10.78.0.100',
  ]);
});

test('keepalived: or one of each interface that no advert leaves by', () => {
  expect(announcedUntil(master(withExtra(true)), 2500)).toEqual(['1 10.78.0.100 10.79.0.100']);
});

test('a reload that asks for them is obeyed from then on, and one that does not ends them', () => {
  const state = master({ ...withExtra(false), garp: GARP });
  expect(announcedUntil(state, 4500)).toEqual([]);
  const now = (state.deadline ?? 0) - Number(milliseconds(1));
  const asked = stepAt(state, now, {
    type: 'reconfigure',
    settings: instanceSettings(withExtra(false)),
  }).state;
  expect(announcedUntil(asked, 2500)).toEqual(['1 10.78.0.100']);
  const ended = stepAt(asked, now, { type: 'reconfigure', settings: state.settings }).state;
  expect(announcedUntil(ended, 4500)).toEqual([]);
});
