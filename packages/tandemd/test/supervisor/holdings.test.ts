import { expect, test } from 'vitest';
import { Holdings } from '../../src/supervisor/holdings.ts';

test('what was ordered before counts until the newer order is obeyed', () => {
  const holdings = new Holdings<string>();
  holdings.start(['a']);
  holdings.obeyed();
  holdings.change(['b']);
  holdings.change(['c']);
  expect(holdings.all()).toEqual(['a', 'b', 'c']);
  holdings.obeyed();
  expect(holdings.all()).toEqual(['b', 'c']);
  holdings.obeyed();
  expect(holdings.all()).toEqual(['c']);
});

test('a successor holds what its predecessor held until it serves', () => {
  const holdings = new Holdings<string>();
  holdings.start(['a']);
  holdings.change(['b']);
  holdings.start(['c']);
  expect(holdings.all()).toEqual(['a', 'b', 'c']);
  holdings.obeyed();
  expect(holdings.all()).toEqual(['c']);
});
