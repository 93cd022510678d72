import { instant, seconds, ZERO } from '@tandem/time';
import { expect, test } from 'vitest';
import { longestLinkDelay, stepLink, type LinkState } from '../src/index.ts';

const DOWN = { up: false, delay: seconds(1.5) };
const UP = { up: true, delay: seconds(0.5) };

/** What a link that was up is told as, at each of these moments. */
function told(...moments: readonly (readonly [number, typeof DOWN])[]): boolean[] {
  let state: LinkState = { up: true };
  return moments.map(([second, link]) => {
    state = stepLink(state, link, instant(second * 1000));
    return state.up;
  });
}

test('a change counts once it has lasted, counted from its beginning', () => {
  expect(told([0, DOWN], [1, DOWN], [1.499, DOWN], [1.5, DOWN])).toEqual([true, true, true, false]);
});

test('a link that comes back in time was never gone, and its next change begins anew', () => {
  const all = told([0, DOWN], [1, UP], [2, DOWN], [3, DOWN], [3.5, DOWN]);
  expect(all).toEqual([true, true, true, true, false]);
});

test('each direction has its own delay; 0 is none', () => {
  expect(told([0, DOWN], [1.5, DOWN], [2, UP], [2.5, UP])).toEqual([true, false, false, true]);
  expect(told([0, { up: false, delay: ZERO }])).toEqual([false]);
});

test('a change that is kept back says when it is due', () => {
  const state = stepLink({ up: true }, DOWN, instant(1000));
  expect(state).toEqual({ up: true, changeDue: 2500 });
  expect(stepLink(state, { ...DOWN, delay: seconds(9) }, instant(2000))).toEqual(state);
});

test('the longest delay is a little less than down_timer_adverts - 1 intervals', () => {
  // What keepalived 2.2.7 shows as the delays that it uses.
  expect(longestLinkDelay({ downTimerAdverts: 3 }, seconds(1))).toBeCloseTo(1996.094, 2);
  expect(longestLinkDelay({ downTimerAdverts: 3 }, seconds(2))).toBeCloseTo(3992.188, 2);
  expect(longestLinkDelay({ downTimerAdverts: 3 }, seconds(0.5))).toBeCloseTo(998.047, 2);
  expect(longestLinkDelay({ downTimerAdverts: 5 }, seconds(1))).toBeCloseTo(3996.094, 2);
  expect(longestLinkDelay({ downTimerAdverts: 1 }, seconds(1))).toBe(0);
});
