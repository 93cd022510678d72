import { expect, test } from 'vitest';
import { expandBraces, nameMatcher } from '../src/glob.ts';

test.each([
  ['a', ['a']],
  ['{b,a}.conf', ['b.conf', 'a.conf']],
  ['a{1,2}{x,y}', ['a1x', 'a1y', 'a2x', 'a2y']],
  ['{a,{b,c}d}', ['a', 'bd', 'cd']],
  ['{a}', ['a']],
  ['{a,b', ['{a,b']],
  ['{,x}', ['', 'x']],
])('%j stands for %j', (pattern, expected) => {
  expect(expandBraces(pattern)).toEqual(expected);
});

test('alternatives without end are not written out', () => {
  const pattern = '{a,b}'.repeat(100);
  expect(expandBraces(pattern)).toEqual([pattern]);
});

test.each([
  ['*', 'a.conf .hidden', 'a.conf'],
  ['.h*', 'a.conf .hidden', '.hidden'],
  ['*.conf', 'a.conf xconf b.confx', 'a.conf'],
  ['?.c', 'a.c ab.c', 'a.c'],
  ['[a-c]1', 'a1 d1 -1', 'a1'],
  ['[!a]1', 'a1 d1', 'd1'],
  ['[]x]', '] x a', '] x'],
  ['\\*', '* a', '*'],
  ['[', '[ a', '['],
  ['[z-a]', 'z a', ''],
  ['a+(b)', 'a+(b) aab', 'a+(b)'],
])('%j matches, of %j, %j', (pattern, names, expected) => {
  const matcher = nameMatcher(pattern);
  const matched = names.split(' ').filter((each) => matcher.test(each));
  expect(matched.join(' ')).toBe(expected);
});
