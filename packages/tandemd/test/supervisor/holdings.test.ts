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

test('what several orders name is held once, however many processes die before they serve', () => {
  const holdings = new Holdings<{ address: string }>();
  for (let i = 0; i < 3; i += 1) {
    holdings.start([{ address: 'a' }, { address: 'b' }]);
    holdings.change([{ address: 'a' }]);
  }
  expect(holdings.all()).toEqual([{ address: 'a' }, { address: 'b' }]);
  holdings.obeyed();
  expect(holdings.all()).toEqual([{ address: 'a' }, { address: 'b' }]);
  holdings.obeyed();
  expect(holdings.all()).toEqual([{ address: 'a' }]);
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
