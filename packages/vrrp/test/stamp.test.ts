import { expect, test } from 'vitest';
import { aheadBy, isLater, nextStamp, stampAt } from '../src/stamp.ts';

const NOW = Date.UTC(2026, 6, 7, 12, 0, 0, 250);

test('stamps grow with the clock, and on one instant, and when the clock is set back', () => {
  let last: bigint | undefined;
  for (const epochMs of [NOW, NOW, NOW + 1, NOW - 60_000, NOW + 2]) {
    const stamp = nextStamp(last, epochMs);
    if (last !== undefined) expect(isLater(stamp, last)).toBe(true);
    last = stamp;
  }
  expect(last).toBe(stampAt(NOW + 2));
});

test('a stamp is the seconds since 1970, a fraction of 20 bits and 12 bits that count', () => {
  const stamp = stampAt(NOW);
  expect(stamp >> 32n).toBe(BigInt(Math.floor(NOW / 1000)));
  expect((stamp >> 12n) & 0xfffffn).toBe(BigInt(2 ** 20 / 4));
  expect(stamp & 0xfffn).toBe(0n);
});

test('RFC 1982 §3.2: the order survives the wrap of the seconds in 2106', () => {
  const wrap = 2 ** 32 * 1000;
  expect(isLater(stampAt(wrap + 1), stampAt(wrap - 1))).toBe(true);
  expect(isLater(stampAt(wrap - 1), stampAt(wrap + 1))).toBe(false);
  expect(aheadBy(stampAt(wrap + 500), wrap - 500)).toBeCloseTo(1);
});
