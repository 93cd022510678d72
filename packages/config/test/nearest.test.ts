import { expect, test } from 'vitest';
import { nearest } from '../src/nearest.ts';

const KEYWORDS = ['priority', 'preempt', 'nopreempt', 'state', 'version', 'interface'];

test.each([
  ['priorty', 'priority'],
  ['pirority', 'priority'],
  ['Priority', 'priority'],
  ['stat', 'state'],
  ['no_preempt', 'nopreempt'],
  ['virtual_router_id', undefined],
  ['inter', 'interface'],
  ['pr', undefined],
  ['x', undefined],
  ['p'.repeat(100_000), undefined],
])('%j most likely means %s', (word, expected) => {
  expect(nearest(word, KEYWORDS)).toBe(expected);
});
