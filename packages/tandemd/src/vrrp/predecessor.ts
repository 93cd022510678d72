/** What to make of a vrrp process that died: which instances go on as if it had not. */
import type { Settings } from '@tandem/config';
import type { VrrpInstanceSnapshot } from '@tandem/status';
import { milliseconds, times, type Duration, type Instant } from '@tandem/time';
import {
  allAddresses,
  entriesWithout,
  isSameAddress,
  type StaticEntry,
  type VirtualAddress,
  type VrrpInstanceSettings,
} from '@tandem/vrrp';
import type { VrrpMemory } from '../ipc.ts';
import { virtualLinksOf, type VirtualLink } from './virtual-links.ts';

/** @returns all entries that a vrrp process with these settings may put into the kernel */
export function allEntries({
  vrrpInstances,
  staticEntries,
}: Pick<Settings, 'vrrpInstances' | 'staticEntries'>): StaticEntry[] {
  return [...staticEntries, ...vrrpInstances.flatMap(({ routing }) => routing)];
}

/**
 * @param memory - of the predecessor, if there was one
 * @param settings - as they are now
 * @returns routes, rules and static addresses that it may have set and nobody wants any more
 */
export function abandonedEntries(
  memory: VrrpMemory | undefined,
  settings: Settings,
): StaticEntry[] {
  return entriesWithout(memory?.entries ?? [], allEntries(settings));
}

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
 * A sync group goes on as a whole, or not at all.
 * @param settings - as they are now
 * @param memory - of the predecessor, if there was one
 * @returns names of the instances that were master without any backup having missed it by now
 */
export function resumingAsMaster(
  { vrrpInstances, syncGroups }: Pick<Settings, 'vrrpInstances' | 'syncGroups'>,
  memory: VrrpMemory | undefined,
  now: Instant,
): ReadonlySet<string> {
  const able = vrrpInstances.filter((each) => mayResumeAsMaster(each, memory, now));
  const names = new Set(able.map(({ name }) => name));
  for (const { members } of syncGroups) {
    if (!members.every((each) => names.has(each))) for (const each of members) names.delete(each);
  }
  return names;
}

/**
 * A backup takes over when it has missed down_timer_adverts adverts; the last may have been sent
 * one interval before the last sign of life.
 * @returns whether the instance was master and no backup can have missed it by now
 */
function mayResumeAsMaster(
  settings: VrrpInstanceSettings,
  memory: VrrpMemory | undefined,
  now: Instant,
): boolean {
  if (memory?.aliveAtMonotonicMs === undefined) return false;
  if (remembered(settings, memory)?.state !== 'MASTER') return false;
  const silence = times(settings.advertisementInterval, settings.downTimerAdverts - 1);
  return now - memory.aliveAtMonotonicMs < silence - SAFETY;
}

/**
 * @param memory - of the predecessor, if there was one
 * @param instances - as they are configured now
 * @returns what it may have put on interfaces and no instance has any more
 */
export function abandoned(
  memory: VrrpMemory | undefined,
  instances: readonly VrrpInstanceSettings[],
): VirtualAddress[] {
  const wanted = instances.flatMap(allAddresses);
  const inherited = memory?.addresses ?? [];
  return inherited.filter((each) => !wanted.some((other) => isSameAddress(each, other)));
}

/**
 * @param memory - of the predecessor, if there was one
 * @param instances - as they are configured now
 * @returns the interfaces that it may have made and no instance has any more
 */
export function abandonedLinks(
  memory: VrrpMemory | undefined,
  instances: readonly VrrpInstanceSettings[],
): VirtualLink[] {
  const wanted = new Set(virtualLinksOf(instances).map(({ name }) => name));
  return (memory?.virtualLinks ?? []).filter(({ name }) => !wanted.has(name));
}
