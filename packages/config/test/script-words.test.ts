import { expect, test } from 'vitest';
import { splitScript } from '../src/script-words.ts';

function argv(line: string): readonly string[] {
  const fields = splitScript(line, 3);
  if (!fields.ok) return [];
  const command = splitScript(fields.words[0] ?? '');
  return command.ok ? command.words : [];
}

test.each([
  [String.raw`"/bin/echo 'a b' \"c\" \x41 d"`, ['/bin/echo', 'a b', 'c', 'A', 'd']],
  [String.raw`'/bin/echo "x y" z\ q' root root`, ['/bin/echo', 'x y', 'z', 'q']],
  [String.raw`"/bin/echo a\tb \101 \cA # x"`, ['/bin/echo', 'a', 'b', 'A', '\u0001', '#', 'x']],
  [String.raw`"/bin/echo a\\tb c\\ d \\x41"`, ['/bin/echo', 'a\tb', 'c d', 'A']],
  [String.raw`"/bin/echo '' x "`, ['/bin/echo', '', 'x']],
  [String.raw`/bin/echo"foo bar"'b z' root`, ['/bin/echofoo', 'barb', 'z']],
  [String.raw`"/bin/echo   \q \n "`, ['/bin/echo', 'q']],
])('keepalived 2.2.7 splits %s the same way', (line, expected) => {
  expect(argv(line)).toEqual(expected);
});

test('a command is followed by user and group, and what comes after is ignored', () => {
  expect(splitScript('"/bin/echo a" ro"ot" foo bar', 3)).toEqual({
    ok: true,
    words: ['/bin/echo a', 'root', 'foo'],
  });
});

test('a quote that is never closed is named', () => {
  expect(splitScript(`/bin/echo 'a`)).toEqual({ ok: false, quote: "'" });
  expect(splitScript(`/bin/echo "a\\"`)).toEqual({ ok: false, quote: '"' });
});
