import { expect, test } from 'vitest';
import { unifiedDiff } from '../../src/fmt/unified-diff.ts';

const joined = (lines: readonly string[]): string => lines.map((each) => `${each}\n`).join('');

function diff(before: readonly string[], after: readonly string[]): readonly string[] {
  return unifiedDiff('a', joined(before), joined(after)).split('\n').slice(2, -1);
}

test('equal texts have no difference', () => {
  expect(unifiedDiff('a', 'x\n', 'x\n')).toBe('');
});

test('each change has three lines around it', () => {
  const same = ['1', '2', '3', '4', '5'];
  expect(diff([...same, ' a  b', ...same], [...same, 'a b', ...same])).toEqual([
    '@@ -3,7 +3,7 @@',
    ' 3',
    ' 4',
    ' 5',
    '- a  b',
    '+a b',
    ' 1',
    ' 2',
    ' 3',
  ]);
});

test('changes near each other are shown together, others by themselves', () => {
  const near = ['1', '2', '3', '4', '5', '6'];
  expect(diff([' a', ...near, ' b'], ['a', ...near, 'b'])).toEqual([
    '@@ -1,8 +1,8 @@',
    '- a',
    '+a',
    ' 1',
    ' 2',
    ' 3',
    ' 4',
    ' 5',
    ' 6',
    '- b',
    '+b',
  ]);
  const far = [...near, '7'];
  expect(diff([' a', ...far, ' b'], ['a', ...far, 'b'])).toEqual([
    '@@ -1,4 +1,4 @@',
    '- a',
    '+a',
    ' 1',
    ' 2',
    ' 3',
    '@@ -6,4 +6,4 @@',
    ' 5',
    ' 6',
    ' 7',
    '- b',
    '+b',
  ]);
});

test('empty lines that go, and lines that become several, are counted', () => {
  expect(diff(['', '', 'a { b }', '', '', 'c'], ['a {', '  b', '}', '', 'c'])).toEqual([
    '@@ -1,6 +1,5 @@',
    '-',
    '-',
    '-a { b }',
    '+a {',
    '+  b',
    '+}',
    ' ',
    '-',
    ' c',
  ]);
  expect(diff(['', ''], [])).toEqual(['@@ -1,2 +0,0 @@', '-', '-']);
});
