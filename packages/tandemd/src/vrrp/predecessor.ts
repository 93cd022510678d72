/** What to make of a vrrp process that died: which instances go on as if it had not. */
import type { VrrpInstanceSnapshot } from '@tandem/status';
import { milliseconds, times, type Duration, type Instant } from '@tandem/time';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import type { VrrpMemory } from '../ipc.ts';

/** Between the moment of the decision and the advert on the wire. */
const SAFETY: Duration = milliseconds(100);

/**
 * @param settings - of an instance
 * @param memory - of the predecessor, if there was one
 * @returns what it was there
 */
export function remembered(
  settings: VrrpInstanceSettings,
  memory: VrrpMemory | undefined,
): VrrpInstanceSnapshot | undefined {
  return memory?.instances.find(
    (each) =>
      each.virtualRouterId === settings.virtualRouterId &&
      each.interface === settings.interface &&
      each.name === settings.name,
  );
}

/**
 * A backup takes over when it has missed down_timer_adverts adverts; the last may have been sent
 * one interval before the death.
 * @returns whether the instance was master and no backup can have noticed the death by now
 */
export function mayResumeAsMaster(
  settings: VrrpInstanceSettings,
  memory: VrrpMemory | undefined,
  now: Instant,
): boolean {
  if (memory === undefined || remembered(settings, memory)?.state !== 'MASTER') return false;
  const silence = times(settings.advertisementInterval, settings.downTimerAdverts - 1);
  return now - memory.diedAtMonotonicMs < silence - SAFETY;
}
