import {
  entriesWithout,
  entryKey,
  NO_UPKEEP,
  stepUpkeep,
  upkeepDeadline,
  whyNotSet,
} from '@tandem/vrrp';
import type { UpkeepEffect, UpkeepEvent } from '@tandem/vrrp';
import { after, instant, seconds, type Instant } from '@tandem/time';
import { expect, test } from 'vitest';
import { virtualRoute, virtualRule } from './routing-entries.ts';

const ROUTE = virtualRoute('10.9.0.0/24');
const RULE = virtualRule(2000);
const KEY = entryKey(ROUTE);

/** Machine and time, and a kernel that answers as it is told. */
class Bench {
  state = NO_UPKEEP;
  now: Instant = instant(1_000_000);

  step(event: UpkeepEvent): readonly UpkeepEffect[] {
    const { state, effects } = stepUpkeep(this.state, event, this.now);
    this.state = state;
    return effects;
  }

  want(...entries: readonly (typeof ROUTE | typeof RULE)[]): readonly UpkeepEffect[] {
    return this.step({ type: 'want', whose: '(V) ', entries });
  }

  /** The route is asked for, and the kernel says so. */
  answer(wasThere: boolean): string[] {
    const id = this.state.entries.get(KEY)?.id ?? 0;
    return textsOf(this.step({ type: 'set', key: KEY, id, wasThere }));
  }

  refuse(error: string): string[] {
    const id = this.state.entries.get(KEY)?.id ?? 0;
    return textsOf(this.step({ type: 'refused', key: KEY, id, error }));
  }

  suspect(): string[] {
    return textsOf(this.step({ type: 'suspect', keys: [KEY] }));
  }

  wait(amount: number): string[] {
    this.now = after(this.now, seconds(amount));
    return textsOf(this.step({ type: 'timer' }));
  }
}

function textsOf(effects: readonly UpkeepEffect[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.type === 'log') return [effect.text];
    if (effect.type === 'set') return effect.settings.map(({ entry }) => `set ${entry.text}`);
    if (effect.type === 'restored') return [`restored ${effect.entry.text}`];
    return effect.entries.map(({ text }) => `withdraw ${text}`);
  });
}

const SET = `set ${ROUTE.text}`;
const GONE = `(V) route ${ROUTE.text} was gone: set again`;
const RESTORED = `restored ${ROUTE.text}`;

test('what is wanted is set in its order, and withdrawn in the opposite one', () => {
  const bench = new Bench();
  expect(textsOf(bench.want(ROUTE, RULE))).toEqual([SET, `set ${RULE.text}`]);
  expect(textsOf(bench.want(ROUTE))).toEqual([]);
  const release = bench.step({ type: 'release', entries: [ROUTE, RULE] });
  expect(textsOf(release)).toEqual([`withdraw ${RULE.text}`, `withdraw ${ROUTE.text}`]);
  expect(bench.suspect()).toEqual([]);
});

test('an entry that is still there is no news', () => {
  const bench = new Bench();
  bench.want(ROUTE);
  expect(bench.answer(false)).toEqual([]);
  expect(bench.suspect()).toEqual([SET]);
  expect(bench.answer(true)).toEqual([]);
  expect(upkeepDeadline(bench.state)).toBeUndefined();
});

test('an entry that has gone is set again at once five times, then ever later', () => {
  const bench = new Bench();
  bench.want(ROUTE);
  bench.answer(false);
  for (let i = 1; i <= 4; i += 1) {
    expect(bench.suspect()).toEqual([SET]);
    expect(bench.answer(false)).toEqual([GONE, RESTORED]);
  }
  expect(bench.suspect()).toEqual([SET]);
  expect(bench.answer(false)).toEqual([`${GONE}, the next time only after 1 s`, RESTORED]);
  for (const delay of [1, 2, 4, 8]) {
    expect(bench.suspect()).toEqual([]);
    expect(whyNotSet(bench.state, ROUTE)).toContain('may be gone');
    expect(bench.wait(delay - 0.001)).toEqual([]);
    expect(bench.wait(0.001)).toEqual([SET]);
    expect(bench.answer(false)).toEqual([
      `${GONE}, the next time only after ${delay * 2} s`,
      RESTORED,
    ]);
  }
  bench.wait(120);
  expect(bench.suspect()).toEqual([SET]);
  expect(bench.answer(false)).toEqual([GONE, RESTORED]);
});

test('what the kernel refuses is said once, and tried again each second and when something changes', () => {
  const bench = new Bench();
  bench.want(ROUTE);
  expect(bench.refuse('ENETUNREACH')).toEqual([
    `(V) route ${ROUTE.text} cannot be set: ENETUNREACH`,
  ]);
  expect(whyNotSet(bench.state, ROUTE)).toBe(`route ${ROUTE.text} is not set: ENETUNREACH`);
  expect(bench.wait(1)).toEqual([SET]);
  expect(bench.refuse('ENETUNREACH')).toEqual([]);
  expect(bench.suspect()).toEqual([SET]);
  expect(bench.refuse('ENETDOWN')).toHaveLength(1);
  expect(bench.suspect()).toEqual([SET]);
  expect(bench.answer(false)).toEqual([`(V) route ${ROUTE.text} is set after all`]);
  expect(whyNotSet(bench.state, ROUTE)).toBeUndefined();
  expect(upkeepDeadline(bench.state)).toBeUndefined();
});

test('an entry that goes by our own doing is set again without a word, once, also with no_track', () => {
  for (const track of [true, false]) {
    const bench = new Bench();
    bench.want({ ...ROUTE, track });
    bench.answer(false);
    bench.step({ type: 'excuse', keys: [KEY, 'another one'] });
    expect(bench.suspect()).toEqual([SET]);
    expect(bench.answer(false)).toEqual([]);
    expect(bench.suspect()).toEqual(track ? [SET] : []);
    if (track) expect(bench.answer(false)).toEqual([GONE, RESTORED]);
  }
});

test('an entry with no_track is left alone when it goes', () => {
  const bench = new Bench();
  const entry = { ...ROUTE, track: false };
  bench.want(entry);
  bench.answer(false);
  expect(bench.suspect()).toEqual([]);
});

test('an answer that comes after an entry was given up and wanted again is not taken for its own', () => {
  const bench = new Bench();
  bench.want(ROUTE);
  const { id } = bench.state.entries.get(KEY) ?? { id: 0 };
  bench.step({ type: 'release', entries: [ROUTE] });
  bench.want(ROUTE);
  expect(textsOf(bench.step({ type: 'refused', key: KEY, id, error: 'ENODEV' }))).toEqual([]);
  expect(whyNotSet(bench.state, ROUTE)).toBeUndefined();
});

test('entries are the same whatever they are written like', () => {
  const other = { ...ROUTE, text: 'to 10.9.0.0/24 dev eth0' };
  expect(entriesWithout([ROUTE, RULE], [other])).toEqual([RULE]);
  expect(entriesWithout([{ ...ROUTE, metric: 5 }], [ROUTE])).toHaveLength(1);
});
