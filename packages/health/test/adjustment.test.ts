import { expect, test } from 'vitest';
import { effectiveWeight, judgeNumber } from '../src/index.ts';

test('weights of several dynamic checkers add up as differences, and stay within bounds', () => {
  expect(effectiveWeight(10, [])).toBe(10);
  expect(effectiveWeight(10, [undefined, { kind: 'instead', weight: 3 }])).toBe(3);
  const both = [
    { kind: 'instead', weight: 13 },
    { kind: 'instead', weight: 3 },
  ] as const;
  expect(effectiveWeight(10, both)).toBe(6);
  expect(effectiveWeight(10, [{ kind: 'more', weight: 3 }])).toBe(13);
  expect(effectiveWeight(10, [{ kind: 'more', weight: -20 }])).toBe(0);
  expect(effectiveWeight(10, [{ kind: 'more', weight: 2 ** 31 - 1 }])).toBe(2 ** 31 - 1);
});

function judge(number: number, weight: number, reverse = false) {
  return judgeNumber(number, { weight, reverse });
}

test('a number in a file counts times its weight; without weight any number but 0 is a fault', () => {
  expect(judge(3, 10)).toEqual({ ok: true, adjustment: { kind: 'more', weight: 30 } });
  expect(judge(3, 2, true)).toEqual({ ok: true, adjustment: { kind: 'more', weight: -6 } });
  expect(judge(0, 10)).toEqual({ ok: true, adjustment: undefined });
  expect(judge(0, 0)).toEqual({ ok: true, adjustment: undefined });
  expect(judge(1, 0)).toEqual({ ok: false });
  expect(judge(0, 0, true)).toEqual({ ok: false });
  expect(judge(-(2 ** 31), 1)).toEqual({ ok: false });
});
