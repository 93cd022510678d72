import { expect, test } from 'vitest';
import { Line } from '../src/source.ts';
import { splitWords } from '../src/words.ts';

/** A line in the middle of a longer text. */
function lineOf(text: string): Line {
  const before = 'x "y\n';
  const source = `${before}${text}\nz" x\n`;
  const [from, to] = [before.length, before.length + text.length];
  return new Line({ file: { path: 'a.conf' }, number: 2, source, from, to });
}

function words(text: string): string[] {
  const line = lineOf(text);
  return splitWords({ line, start: 0, end: text.length }).map((each) => each.text);
}

test.each([
  ['state  MASTER', ['state', 'MASTER']],
  ['router_id "host #1 ! x"', ['router_id', 'host #1 ! x']],
  ['router_id ""', ['router_id', '']],
  ['a foo"bar baz"qux', ['a', 'foo', 'bar baz', 'qux']],
  ['a b\\#c\\!d\\e', ['a', 'b#c!d\\e']],
  ['a \\#b', ['a', '#b']],
  ['a "b\\#c"', ['a', 'b\\#c']],
  ['a "b c', ['a', 'b c']],
])('%j is split at blanks and quotes', (text, expected) => {
  expect(words(text)).toEqual(expected);
});

test('places include the quotes, and a quote that is never closed is marked', () => {
  const line = lineOf('a "b" "c');
  const found = splitWords({ line, start: 0, end: 8 });
  expect(found.map(({ start, end }) => [start, end])).toEqual([
    [0, 1],
    [2, 5],
    [6, 8],
  ]);
  expect(found.map((each) => each.unterminated)).toEqual([undefined, undefined, true]);
});
