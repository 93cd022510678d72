import { instant, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import {
  startRouterAdverts,
  stepRouterAdverts,
  type RouterAdvertState,
} from '../src/router-advert-timing.ts';

const SECOND = 1000;

function timesWith(random: number) {
  return { minInterval: seconds(200), maxInterval: seconds(600), random: () => random };
}

/** When adverts go out until then, in seconds, with solicitations at some of these moments. */
function sentUntil(end: number, random: number, asked: readonly number[] = []): number[] {
  let state: RouterAdvertState = startRouterAdverts(instant(0));
  const questions = [...asked];
  const sent: number[] = [];
  for (;;) {
    const question = (questions[0] ?? Infinity) * SECOND;
    const at = Math.min(question, state.deadline);
    if (at > end * SECOND) return sent;
    const event = question <= state.deadline ? 'solicited' : 'timer';
    if (event === 'solicited') questions.shift();
    const next = stepRouterAdverts(state, event, { now: instant(at), times: timesWith(random) });
    state = next.state;
    if (next.isSent) sent.push(at / SECOND);
  }
}

test('RFC 4861 §6.2.4: the first three of a new master go out within 16 seconds of each other, the others between the intervals', () => {
  expect(sentUntil(900, 0)).toEqual([0, 16, 32, 232, 432, 632, 832]);
  expect(sentUntil(1300, 0.75)).toEqual([0, 16, 32, 532, 1032]);
});

test('RFC 4861 §6.2.6: a solicitation is answered within half a second', () => {
  expect(sentUntil(150, 0, [100])).toEqual([0, 16, 32, 100]);
  expect(sentUntil(150, 0.5, [100])).toEqual([0, 16, 32, 100.25]);
});

test('RFC 4861 §6.2.6: however many ask, adverts are three seconds apart', () => {
  const many = Array.from({ length: 1000 }, (_, i) => 100 + i / 100);
  expect(sentUntil(112, 0, many)).toEqual([0, 16, 32, 100, 103, 106, 109, 112]);
});

test('RFC 4861 §6.2.6: a solicitation shortly before the next advert has that for an answer', () => {
  expect(sentUntil(30, 0.99, [15.9])).toEqual([0, 16]);
});

test('RFC 4861 §6.2.4: who has something else to say says so three times, three seconds after the last at the soonest', () => {
  expect(startRouterAdverts(instant(5000), instant(4000))).toEqual({
    sent: 0,
    lastSentAt: 4000,
    deadline: 7000,
  });
});
