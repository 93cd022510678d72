/** Instances in a state, and packets for them. */
import { instant } from '@tandem/time';
import { encodeAdvertisement } from '../src/advertisement.ts';
import type { VrrpEffect } from '../src/effect.ts';
import type { VrrpEvent } from '../src/event.ts';
import { step } from '../src/instance.ts';
import { ownAdvertisement } from '../src/own-advertisement.ts';
import type { VrrpInstanceSettings } from '../src/settings.ts';
import { createInstance, type VrrpState } from '../src/state.ts';
import { instanceSettings, ip } from './instance-settings.ts';

/** What the instances send from. */
export const SOURCE = ip('10.77.0.5');

/** What a step has come to. */
type Outcome = ReturnType<typeof step>;

/** One step at a moment, in milliseconds. */
export function stepAt(state: VrrpState, now: number, event: VrrpEvent): Outcome {
  return step(state, event, instant(now));
}

/** The first step of an instance, at 0. */
export function startOf(changes: Partial<VrrpInstanceSettings> = {}): Outcome {
  const state = createInstance(instanceSettings(changes));
  return stepAt(state, 0, { type: 'start', interfaceUp: true, source: SOURCE });
}

/** An instance that has been started at 0. */
export function started(changes: Partial<VrrpInstanceSettings> = {}): VrrpState {
  return startOf(changes).state;
}

/** The step at its deadline. */
export function atDeadline(state: VrrpState): Outcome {
  return stepAt(state, state.deadline ?? 0, { type: 'timer' });
}

/** One whose timer has run out. */
export function master(changes: Partial<VrrpInstanceSettings> = {}): VrrpState {
  return atDeadline(started(changes)).state;
}

/** An advert with the same configuration, but for what is said. */
export function advert(
  priority: number,
  from = '10.77.0.2',
  changes: Partial<VrrpInstanceSettings> = {},
): VrrpEvent {
  const path = { source: ip(from), destination: ip('224.0.0.18') };
  const body = encodeAdvertisement(ownAdvertisement(instanceSettings(changes), priority), path);
  return { type: 'packet', packet: { ...path, ttl: 255, body } };
}

/** Priorities of the adverts among effects. */
export function sentBy({ effects }: { readonly effects: readonly VrrpEffect[] }): number[] {
  return effects.flatMap((each) => (each.type === 'send-advertisement' ? [each.priority] : []));
}

/** Log lines among effects, where all adverts go out. */
export function linesOf({ effects }: { readonly effects: readonly VrrpEffect[] }): string[] {
  return effects.flatMap((each) => {
    if (each.type === 'send-advertisement') return each.onceSent ?? [];
    return each.type === 'log' ? each.text : [];
  });
}

/** Addresses that effects announce, each once. */
export function announcedBy({ effects }: { readonly effects: readonly VrrpEffect[] }): string[] {
  const sets = effects.flatMap((each) => (each.type === 'announce' ? each.addresses : []));
  return sets.map(({ address }) => address);
}
