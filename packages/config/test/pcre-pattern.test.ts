import fc from 'fast-check';
import { expect, test } from 'vitest';
import { translatePattern } from '../src/keywords/pcre-pattern.ts';

/** Whether a pattern is found; a text where it cannot be had. */
function finds(pattern: string, text: string, ...options: readonly string[]): boolean | string {
  const translation = translatePattern(pattern, options);
  if (!translation.ok) return translation.reason;
  return new RegExp(translation.source, translation.flags).test(text);
}

test('pcre2pattern: a dollar stands before the last line feed too, a dot stops at line feeds only', () => {
  expect(finds('world$', 'hello world\n')).toBe(true);
  expect(finds('world$', 'hello world\n', 'dollar_endonly')).toBe(false);
  expect(finds('world\\z', 'world\n')).toBe(false);
  expect(finds('world\\Z', 'world\n')).toBe(true);
  expect(finds('hello$', 'hello\nworld')).toBe(false);
  expect(finds('^world', 'hello\nworld')).toBe(false);
  expect(finds('a.b', 'a\rb')).toBe(true);
  expect(finds('a.b', 'a\nb')).toBe(false);
});

test('pcre2api: options change what is found', () => {
  expect(finds('HELLO', 'hello', 'caseless')).toBe(true);
  expect(finds('(?i)HELLO', 'hello')).toBe(true);
  expect(finds('^world$', 'hello\nworld\nx', 'multiline')).toBe(true);
  expect(finds('OK$', 'OK\r\nx', 'multiline')).toBe(false);
  expect(finds('a.b', 'a\nb', 'dotall')).toBe(true);
  expect(finds('hel lo # comment', 'hello', 'extended')).toBe(true);
  expect(finds('lo', 'hello', 'anchored')).toBe(false);
  expect(finds('hello', 'hello', 'bogus')).toBe(true);
});

test('spellings that JavaScript lacks find the same', () => {
  expect(finds('[[:alpha:]]{5}', 'hello')).toBe(true);
  expect(finds('[^[:space:]x]', ' x\t')).toBe(false);
  expect(finds('(?P<x>l)(?P=x)', 'hello')).toBe(true);
  expect(finds('a\\Rb', 'a\r\nb')).toBe(true);
  expect(finds('a\\hb', 'a\tb')).toBe(true);
  expect(finds('\\Qa.b[\\E', 'a.b[')).toBe(true);
  expect(finds('\\x{68}ello', 'hello')).toBe(true);
  expect(finds('he(?#comment)llo', 'hello')).toBe(true);
});

test('braces, brackets, slashes and needless backslashes are themselves', () => {
  expect(finds('{"a":[1]}', 'x{"a":[1]}x')).toBe(false);
  expect(finds('{"a":\\[1]}', 'x{"a":[1]}x')).toBe(true);
  expect(finds('a{,2}', 'a{,2}')).toBe(true);
  expect(finds('</html>', '</html>')).toBe(true);
  expect(finds('\\<b\\>\\-\\"\\:', '<b>-":')).toBe(true);
  expect(finds('[]a]', ']')).toBe(true);
  expect(finds('[a\\-z]', '-')).toBe(true);
});

test('what cannot be had is refused with a reason', () => {
  expect(finds('hel++o', 'hello')).toBe('Nothing to repeat');
  expect(finds('(?>hel+)o', 'hello')).toBe('Invalid group');
  expect(finds('(hello', 'hello')).toBe('Unterminated group');
  expect(finds('a', 'a', 'ungreedy')).toBe('there is no option ungreedy');
});

test('any pattern gives a translation or a reason, without an exception', () => {
  const signs = fc.constantFrom(...'\\[](){}?*+.^$|-:/aPQEx<>=#0 \n'.split(''));
  fc.assert(
    fc.property(fc.string({ unit: signs, maxLength: 30 }), fc.boolean(), (pattern, extended) => {
      const translation = translatePattern(pattern, extended ? ['extended'] : []);
      if (translation.ok)
        expect(() => new RegExp(translation.source, translation.flags)).not.toThrow();
      else expect(translation.reason).not.toBe('');
    }),
    { numRuns: 2000 },
  );
});
