/**
 * Slow start: what has come back begins with a tenth of its weight, and gets another tenth now and
 * then. Knows nothing of timers: somebody says when a step is over.
 */
import { times, type Duration } from '@tandem/time';

/** Parts of the weight; a ramp has so many values. */
const PARTS = 10;

/** How many tenths of its weight a real server has, 1–9. */
export type Ramp = number;

/** The first of them. */
export const FIRST_STEP: Ramp = 1;

/** @returns the next; undefined: the whole weight */
export function nextStep(ramp: Ramp): Ramp | undefined {
  return ramp + 1 < PARTS ? ramp + 1 : undefined;
}

/** @returns how long one step lasts, so that all of them take as long as the slow start */
export function stepLength(slowStart: Duration): Duration {
  return times(slowStart, 1 / (PARTS - FIRST_STEP));
}

/**
 * @param weight - the whole, 0–2147483647
 * @param ramp - absent: no slow start
 * @returns the weight in the kernel's table; none is without any that has some
 */
export function rampedWeight(weight: number, ramp: Ramp | undefined): number {
  return ramp === undefined ? weight : Math.ceil((weight * ramp) / PARTS);
}
