/**
 * The sequence numbers of signed adverts: 32 bits of seconds since 1970, 20 bits of their fraction,
 * 12 bits that count what falls on one instant. They wrap, and are compared as RFC 1982 says.
 */

const SECONDS_BITS = 32;
const FRACTION_BITS = 20;
const COUNTER_BITS = 12;
const BITS = SECONDS_BITS + FRACTION_BITS + COUNTER_BITS;

/**
 * @param epochMs - wall clock, in milliseconds since 1970
 * @returns the first stamp of that instant
 */
export function stampAt(epochMs: number): bigint {
  const instant = BigInt(Math.floor((epochMs / 1000) * 2 ** FRACTION_BITS));
  return BigInt.asUintN(BITS, instant << BigInt(COUNTER_BITS));
}

/**
 * @param last - the stamp before; undefined: this is the first
 * @param epochMs - wall clock, in milliseconds since 1970; may have been set back
 * @returns a stamp after the last one, of that instant where it can be
 */
export function nextStamp(last: bigint | undefined, epochMs: number): bigint {
  const stamp = stampAt(epochMs);
  if (last === undefined || isLater(stamp, last)) return stamp;
  return BigInt.asUintN(BITS, last + 1n);
}

/**
 * @returns whether one stamp comes after another
 * @see RFC 1982 §3.2
 */
export function isLater(stamp: bigint, other: bigint): boolean {
  return BigInt.asIntN(BITS, stamp - other) > 0n;
}

/**
 * @param stamp - of an advert
 * @param epochMs - wall clock when it came, in milliseconds since 1970
 * @returns seconds by which the sender's clock is ahead; negative: behind
 */
export function aheadBy(stamp: bigint, epochMs: number): number {
  return (
    Number(BigInt.asIntN(BITS, stamp - stampAt(epochMs))) / 2 ** (FRACTION_BITS + COUNTER_BITS)
  );
}
