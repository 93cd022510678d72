/**
 * Changes of a link that count only once they have lasted, so that a link that bounces costs no
 * change of master. Knows no interface: whoever watches one says how it is.
 */
import { after, times, type Duration, type Instant } from '@tandem/time';
import type { VrrpInstanceSettings } from './settings.ts';

/**
 * How long a change of a link must last to count; 0: not at all.
 * @see keepalived.conf(5) interface_up_down_delays
 */
export interface LinkDelays {
  readonly interface: string;
  /** 0–255 s */
  readonly down: Duration;
  /** 0–255 s */
  readonly up: Duration;
}

/** A link as instances are told of it. */
export interface LinkState {
  readonly up: boolean;
  /** When it is told to be the contrary, unless it comes back before; absent: it is as told. */
  readonly changeDue?: Instant;
}

/**
 * @param state - of the link so far
 * @param link - how it is now, and how long the change must last; told again at `changeDue`
 * @param now - when
 * @returns what holds from now on
 */
export function stepLink(
  { up, changeDue }: LinkState,
  link: { readonly up: boolean; readonly delay: Duration },
  now: Instant,
): LinkState {
  if (link.up === up) return { up };
  const due = changeDue ?? after(now, link.delay);
  return due <= now ? { up: link.up } : { up, changeDue: due };
}

/**
 * A backup that waited longer would take over for a master that it cannot hear by its broken link.
 * @param settings - of an instance
 * @param interval - between the adverts of its master
 * @returns the longest delay that the link of its interface may have
 * @see keepalived.conf(5) interface_up_down_delays: less than down_timer_adverts - 1 intervals
 */
export function longestLinkDelay(
  { downTimerAdverts }: Pick<VrrpInstanceSettings, 'downTimerAdverts'>,
  interval: Duration,
): Duration {
  // The least skew time that there is.
  return times(interval, Math.max(0, downTimerAdverts - 1 - 1 / 256));
}
