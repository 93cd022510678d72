/** Another master of lower priority: it would be none if it heard our adverts. */
import type { IpAddress } from '@tandem/inet';
import { between, times, type Duration, type Instant } from '@tandem/time';

/** Who it is, and for how long. */
export interface Rival {
  readonly source: IpAddress;
  readonly priority: number;
  /** The first of its adverts that came one soon after the other. */
  readonly since: Instant;
  /** The last one. */
  readonly at: Instant;
}

/** Intervals without an advert, after which it is no master any more. */
const SILENCE = 3;
/** Whoever hears our answer is silent before the next interval is over. */
const PATIENCE = 2;

/**
 * @param known - the one so far
 * @param heard - an advert of lower priority, while MASTER
 * @param interval - of adverts
 */
export function rivalAfter(
  known: Rival | undefined,
  { source, priority }: Pick<Rival, 'source' | 'priority'>,
  { now, interval }: { readonly now: Instant; readonly interval: Duration },
): Rival {
  const goesOn = known?.source === source && isPresent(known, now, interval);
  return { source, priority, since: goesOn ? known.since : now, at: now };
}

/** @returns what to tell while there is one that does not give way, in one sentence */
export function whyTwoMasters(
  rival: Rival | undefined,
  { now, interval }: { readonly now: Instant; readonly interval: Duration },
): string[] {
  if (rival === undefined || !isPresent(rival, now, interval)) return [];
  const { source, priority, since, at } = rival;
  if (between(since, at) < times(interval, PATIENCE)) return [];
  return [
    `${source} is master, too, with priority ${priority}: it does not hear our adverts; look for what stops them, such as its firewall`,
  ];
}

function isPresent({ at }: Rival, now: Instant, interval: Duration): boolean {
  return between(at, now) <= times(interval, SILENCE);
}
