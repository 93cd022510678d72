import { expect, test } from 'vitest';
import { lexLine, type TokenSink } from '../src/lexer.ts';

/** The line stands in the middle of a longer text, which must not matter. */
function tokens(text: string): string[] {
  const found: string[] = [];
  const before = '"\n';
  const source = `${before}${text}#\n"`;
  const from = before.length;
  const sink: TokenSink = {
    statement: (start, end) => found.push(source.slice(start, end)),
    open: (at) => found.push(`open ${at - from}`),
    close: (at) => found.push(`close ${at - from}`),
    comment: (start) => found.push(`comment ${source.slice(start, from + text.length)}`),
  };
  lexLine(source, sink, { from, to: from + text.length });
  return found;
}

test.each([
  ['', []],
  [' \t ', []],
  ['\tstate MASTER ', ['state MASTER']],
  ['a { b } c', ['a', 'open 2', 'b', 'close 6', 'c']],
  ['a # b { c', ['a', 'comment # b { c']],
  ['a ! b', ['a', 'comment ! b']],
  ['a#b', ['a', 'comment #b']],
  ['a\\#b\\!c', ['a\\#b\\!c']],
  ['a "# { ! }" b', ['a "# { ! }" b']],
  ['a "b \\" # c" d', ['a "b \\" # c" d']],
  ['a "b\\" # c', ['a "b\\"', 'comment # c']],
  ['a "b # {', ['a "b # {']],
  ['a b\\', ['a b\\']],
  ["a '{ b", ["a '", 'open 3', 'b']],
])('the line %j is cut at braces and comments outside double quotes', (text, expected) => {
  expect(tokens(text)).toEqual(expected);
});
