/** What to make of a vrrp process that died: which instances go on as if it had not. */
import type { Settings } from '@tandem/config';
import type { VrrpInstanceSnapshot } from '@tandem/status';
import { milliseconds, times, type Duration, type Instant } from '@tandem/time';
import {
  allAddresses,
  entriesWithout,
  isSameAddress,
  type StaticEntry,
  type VrrpInstanceSettings,
} from '@tandem/vrrp';
import type { VrrpMemory } from '../ipc.ts';
import { NOTHING_LEFT, type VrrpRecord } from '../kernel-record.ts';
import { virtualLinksOf } from './virtual-link.ts';

/** @returns all entries that a vrrp process with these settings may put into the kernel */
export function allEntries({
  vrrpInstances,
  staticEntries,
}: Pick<Settings, 'vrrpInstances' | 'staticEntries'>): StaticEntry[] {
  return [...staticEntries, ...vrrpInstances.flatMap(({ routing }) => routing)];
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
 * @param left - what processes before this one may have left; absent: nothing
 * @param settings - as they are now
 * @returns that of it which nobody wants any more
 */
export function abandoned(
  left: VrrpRecord | undefined,
  settings: Pick<Settings, 'vrrpInstances' | 'staticEntries' | 'global'>,
): Omit<VrrpRecord, 'kernelChanges'> {
  const { addresses, entries, links, tables } = left ?? NOTHING_LEFT.vrrp;
  const wanted = settings.vrrpInstances.flatMap(allAddresses);
  const wantedLinks = new Set(virtualLinksOf(settings.vrrpInstances).map(({ name }) => name));
  return {
    addresses: addresses.filter((each) => !wanted.some((other) => isSameAddress(each, other))),
    entries: entriesWithout(entries, allEntries(settings)),
    links: links.filter(({ name }) => !wantedLinks.has(name)),
    tables: tables.filter((each) => each !== settings.global.nftables.table),
  };
}
