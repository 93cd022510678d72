import { expect, test } from 'vitest';
import { parseConfiguration } from '@tandem/config';

/** The keywords of the lines that come of a text, and the codes of what else is said. */
function keywords(text: string): string[] {
  const found: string[] = [];
  const { diagnostics } = parseConfiguration({
    path: 'a.conf',
    hostName: 'box1',
    environment: (name) => (name === 'SITE' ? 'north' : undefined),
    reader: { read: (path) => [{ path, text }] },
    inspect: ({ statements }) => found.push(...statements.map((each) => each.keyword)),
  });
  const codes = diagnostics.map((each) => each.code).filter((each) => each !== 'UNKNOWN_KEYWORD');
  return [...found, ...codes];
}

test.each([
  ['~SEQ(x,3) a${x}', 'a1 a2 a3'],
  ['~SEQ(x,-3) a${x}', 'a-1 a-2 a-3'],
  ['~SEQ(x,3,1) a${x}', 'a3 a2 a1'],
  ['~SEQ(x,2,3,11) a${x}', 'a2 a5 a8 a11'],
  ['~SEQ(x,0x9,0xb) a${x}', 'a9 a10 a11'],
  ['~SEQx(x,9,11) a${x}', 'a9 aa ab'],
  ['~SEQ( x, 1, 2 )a$x', 'a1 a2'],
  ['@box1 ~SEQ(x,2) a$x', 'a1 a2'],
  ['@box2 ~SEQ(x,2) a$x', ''],
  ['~SEQ(a,1,2) ~SEQ(b,3,4) a${a}.${b}', 'a1.3 a1.4 a2.3 a2.4'],
  ['~LST(p,1,2,4) a${p}', 'a1 a2 a4'],
  ['~LST({p,q},{1,2},{3}) a${p}-${q}', 'a1-2 a3-'],
  ['$N=2\n~SEQ(x,1,$N) a${x}', 'a1 a2'],
  ['$L=a${x}\n~SEQ(x,2) $L', 'a1 a2'],
  ['$L=~SEQ(x,2) a${x}\n$L', 'a1 a2'],
  ['$x=9\n~SEQ(x,2) a${x}\na${x}', 'a1 a2 a9'],
  ['@box1 $N=a\n@^box1 $N=b\n${N}', 'a'],
  ['~SEQ(x,1,2)', ''],
  ['~SEQ(x,1,2) # a', ''],
  ['~FOO(x,1,2) a', '~FOO(x,1,2)'],
  ['${_ENV SITE}a${_ENV NONE}', 'northa'],
  ['a${_RANDOM 7 7}', 'a7'],
])('inventory §1.8: %j is read as %j', (text, expected) => {
  expect(keywords(text).join(' ')).toBe(expected);
});

test.each([
  '~SEQ(x,1,a) a', '~SEQ(x) a', '~SEQ(x,1,2,3,4) a', '~SEQ(x,5,1,2) a', '~SEQ(x,1,0,2) a',
  '~SEQ(1x,2) a', '~SEQ(x,2 a', '~SEQx(x,-1,2) a', '~LST(p) a', '~LST({p,q},{1,2,4}) a',
  '~LST({p,q,{1 a', '~SEQ() a',
])('%j is one error, and repeats nothing', (text) => {
  expect(keywords(text)).toEqual(['INVALID_REPETITION']);
}); // prettier-ignore

test('a loop without a sensible end is stopped', () => {
  expect(keywords('~SEQ(a,1,999999999) ~SEQ(b,1,999999999) #')).toEqual(['EXPANSION_LIMIT']);
});

test('random numbers are the same after the same random_seed', () => {
  const text = 'random_seed 3\na${_RANDOM} b${_RANDOM 1 6}\n';
  const [, first] = keywords(text);
  expect(first).toMatch(/^a[0-9]+$/);
  expect(keywords(text + text)[3]).toBe(first);
});
