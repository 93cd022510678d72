import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCorpus, formatHex, parseCorpus, parseHex } from '../src/index.ts';

test('a corpus is read back as it was written, the shortest input first', () => {
  const inputs = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }));
  fc.assert(
    fc.property(inputs, (given) => {
      const read = parseCorpus(formatCorpus(given));
      expect(read.map(formatHex).toSorted()).toEqual(given.map(formatHex).toSorted());
      expect(read.map(({ length }) => length)).toEqual(
        given.map(({ length }) => length).toSorted((a, b) => a - b),
      );
    }),
  );
});

test('comments and empty lines are no inputs, and anything else is refused by its line', () => {
  expect(parseCorpus('# two\n\n00ff # bytes\n')).toEqual([Uint8Array.of(0, 255)]);
  expect(() => parseCorpus('00\n0\n')).toThrow('line 2 ');
  expect(parseHex('0g')).toBeUndefined();
});
