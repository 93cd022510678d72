import type { Duration } from './duration.ts';

declare const instantBrand: unique symbol;

/**
 * A point on the monotonic clock: milliseconds since boot, fractions allowed.
 * CLOCK_MONOTONIC is one clock for all processes of a host, so instants may be compared across them.
 * @see clock_gettime(2)
 */
export type Instant = number & { readonly [instantBrand]: true };

/**
 * @param n - milliseconds on the monotonic clock
 * @returns the instant
 */
export function instant(n: number): Instant {
  return n as Instant;
}

/**
 * @param start - where to count from
 * @param duration - how far
 * @returns the instant that much later
 */
export function after(start: Instant, duration: Duration): Instant {
  return (start + duration) as Instant;
}

/**
 * @param start - the earlier instant
 * @param end - the later instant
 * @returns the time between them; negative when end comes first
 */
export function between(start: Instant, end: Instant): Duration {
  return (end - start) as unknown as Duration;
}

/**
 * @param deadline - an instant, or none
 * @param now - the present
 * @returns whether the deadline exists and has come
 */
export function isDue(deadline: Instant | undefined, now: Instant): boolean {
  return deadline !== undefined && deadline <= now;
}

/**
 * @param deadlines - instants, some absent
 * @returns the first of them to come, or undefined when there is none
 */
export function earliest(...deadlines: readonly (Instant | undefined)[]): Instant | undefined {
  let first: Instant | undefined;
  for (const each of deadlines) {
    if (each !== undefined && (first === undefined || each < first)) first = each;
  }
  return first;
}
