declare const durationBrand: unique symbol;

/** A length of time: milliseconds, fractions allowed. Build it with the unit functions below. */
export type Duration = number & { readonly [durationBrand]: true };

/** No time at all. */
export const ZERO: Duration = 0 as Duration;

/**
 * @param n - milliseconds
 * @returns the same length of time, branded
 */
export function milliseconds(n: number): Duration {
  return n as Duration;
}

/**
 * @param n - seconds, fractions allowed
 * @returns the length of time
 */
export function seconds(n: number): Duration {
  return (n * 1000) as Duration;
}

/**
 * @param n - hundredths of a second, the unit of VRRP version 3
 * @returns the length of time
 * @see RFC 9568 §5.2.7
 */
export function centiseconds(n: number): Duration {
  return (n * 10) as Duration;
}

/**
 * @param duration - any length of time
 * @returns seconds, with fractions
 */
export function inSeconds(duration: Duration): number {
  return duration / 1000;
}

/**
 * @param duration - any length of time
 * @returns hundredths of a second, with fractions
 */
export function inCentiseconds(duration: Duration): number {
  return duration / 10;
}

/**
 * @param duration - any length of time
 * @param factor - what to multiply it by
 * @returns the longer (or shorter) length
 */
export function times(duration: Duration, factor: number): Duration {
  return (duration * factor) as Duration;
}

/**
 * @param durations - lengths of time
 * @returns their sum
 */
export function sum(...durations: readonly Duration[]): Duration {
  return durations.reduce((total, each) => total + each, 0) as Duration;
}
