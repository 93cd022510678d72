import { instant } from '@tandem/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contributionOf, enter, isFaulty, openLedger, priorityOf } from '../src/ledger.ts';
import type { LedgerEntry, TrackedValue } from '../src/ledger.ts';
import type { TrackerKind } from '../src/settings.ts';

type Words = readonly [weight: number, value: TrackedValue, reverse?: boolean];

function entry(kind: TrackerKind, ...[weight, value, reverse = false]: Words): LedgerEntry {
  return { tracker: { kind, name: 'x', weight, reverse }, value, since: instant(0) };
}

for (const kind of ['interface', 'script', 'process', 'bfd'] as const) {
  const says = (...words: Words): [number, boolean] => {
    const it = entry(kind, ...words);
    return [contributionOf(it), isFaulty(it)];
  };

  test(`inventory §3.8, ${kind}, weight 0: bad means FAULT, and with reverse good does`, () => {
    expect(says(0, true)).toEqual([0, false]);
    expect(says(0, false)).toEqual([0, true]);
    expect(says(0, true, true)).toEqual([0, true]);
    expect(says(0, false, true)).toEqual([0, false]);
  });

  test(`inventory §3.8, ${kind}, weight > 0: it is added while good, with reverse taken away`, () => {
    expect(says(20, true)).toEqual([20, false]);
    expect(says(20, false)).toEqual([0, false]);
    expect(says(20, true, true)).toEqual([-20, false]);
    expect(says(20, false, true)).toEqual([0, false]);
  });

  test(`inventory §3.8, ${kind}, weight < 0: it counts while bad, with reverse as a gain`, () => {
    expect(says(-20, true)).toEqual([0, false]);
    expect(says(-20, false)).toEqual([-20, false]);
    expect(says(-20, true, true)).toEqual([0, false]);
    expect(says(-20, false, true)).toEqual([20, false]);
  });

  test(`${kind}: what is not known yet neither counts nor is a fault`, () => {
    for (const weight of [0, 20, -20]) expect(says(weight, undefined)).toEqual([0, false]);
  });
}

test('inventory §3.8, file: its number times the weight counts, and reverse negates that', () => {
  expect(contributionOf(entry('file', 3, 5))).toBe(15);
  expect(contributionOf(entry('file', -3, 5))).toBe(-15);
  expect(contributionOf(entry('file', 3, 5, true))).toBe(-15);
  expect(contributionOf(entry('file', 3, 0))).toBe(0);
});

test('inventory §3.8, file: weight 0 means FAULT on any number but 0, and with reverse on 0', () => {
  expect(isFaulty(entry('file', 0, -1))).toBe(true);
  expect(isFaulty(entry('file', 0, 0))).toBe(false);
  expect(isFaulty(entry('file', 0, 0, true))).toBe(true);
});

test('inventory §3.8, file: a product of -254 or less means FAULT, one above 253 counts as 253', () => {
  expect(isFaulty(entry('file', 2, -127))).toBe(true);
  expect(isFaulty(entry('file', 1, -253))).toBe(false);
  expect(contributionOf(entry('file', 100, 100))).toBe(253);
});

test('inventory §3.8: the priority is the base and all contributions, within 1–254', () => {
  const cases = fc.array(fc.tuple(fc.integer({ min: -253, max: 253 }), fc.boolean()));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 254 }), cases, (base, weights) => {
      const ledger = weights.map(([weight, value]) => entry('script', weight, value));
      const total = ledger.reduce((sum, each) => sum + contributionOf(each), base);
      expect(priorityOf(base, ledger)).toBe(Math.max(1, Math.min(254, total)));
      expect(priorityOf(255, ledger)).toBe(255);
    }),
  );
});

test('an entry keeps its time until it says something else', () => {
  const at = (name: string, value: TrackedValue, now: number): readonly LedgerEntry[] =>
    (ledger = enter(ledger, { kind: 'script', name, value }, instant(now)));
  let ledger: readonly LedgerEntry[] = openLedger([
    { kind: 'script', name: 'x', weight: 1, reverse: false },
  ]);
  expect(at('x', true, 1)[0]?.since).toBe(1);
  expect(at('x', true, 2)[0]?.since).toBe(1);
  expect(at('y', false, 3)[0]?.since).toBe(1);
  expect(at('x', false, 4)[0]?.since).toBe(4);
});
