import { expect, test } from 'vitest';
import { Mutator, parseHex, smoke } from '../src/index.ts';

/** A clock that stands still. */
const NEVER = (): number => 0;

const CORPUS = [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), Uint8Array.of(0x80, 0, 0, 9)];

/** Reads a length and as many bytes; trusts the length. */
function careless(input: Uint8Array): string[] {
  const [length = 0] = input;
  if (length > 100 && input.length > 3) throw new Error(`byte ${length} of ${input.length}`);
  return [];
}

test('an input that makes a decoder throw is found, and shown so that it can be seen again', () => {
  const found = smoke({ read: careless }, CORPUS.slice(0, 1), { seed: 1, runs: 1000, now: NEVER });
  expect(found?.error).toMatch(/^Error: byte \d+ of \d+$/);
  expect(() => careless(parseHex(found?.hex ?? '') ?? new Uint8Array())).toThrow(/^byte/);
  expect(smoke({ read: () => [] }, CORPUS, { seed: 1, runs: 1000, now: NEVER })).toBeUndefined();
});

test('what is in the corpus is read first, and at last at a length that shows what takes long', () => {
  const heard: string[] = [];
  const read = (input: Uint8Array): string[] => {
    heard.push(input.join());
    return [];
  };
  smoke({ read }, CORPUS, { seed: 3, runs: 5, now: NEVER });
  expect(heard.slice(0, 2)).toEqual(CORPUS.map((input) => input.join()));
  expect(heard.length).toBe(9);
  const last = heard.slice(7).map((each) => each.split(','));
  expect(last.map(({ length }) => length)).toEqual([65_535, 65_535]);
  expect(last[1]?.slice(0, 9).join()).toBe('128,0,0,9,128,0,0,9,128');
});

test('a decoder that looks at all it has with each byte is found, and one that is slow for once is not', () => {
  let [clock, inputs] = [0, 0];
  const now = (): number => clock;
  const look = (read: (input: Uint8Array) => void) =>
    smoke({ read: (input) => (read(input), []) }, CORPUS, { seed: 1, runs: 10, now });
  const found = look(({ length }) => void (clock += (length / 4096) ** 2));
  expect(found).toEqual({
    hex: '0102030405060708'.repeat(8192).slice(0, -2),
    error: 'read in 256 ms',
  });
  expect(look(({ length }) => void (clock += length / 4096))).toBeUndefined();
  expect(look(() => void (clock += (inputs += 1) === 5 ? 500 : 0))).toBeUndefined();
});

test('changed inputs are many, bounded, the same again for a seed, and leave the corpus alone', () => {
  const before = CORPUS.map((input) => input.join());
  const [one, two] = [new Mutator(5, CORPUS), new Mutator(5, CORPUS)];
  const made = Array.from({ length: 2000 }, () => one.next());
  expect(made).toEqual(Array.from({ length: 2000 }, () => two.next()));
  expect(new Set(made.map((input) => input.join())).size).toBeGreaterThan(1000);
  expect(Math.max(...made.map(({ length }) => length))).toBeLessThanOrEqual(1024);
  expect(CORPUS.map((input) => input.join())).toEqual(before);
});
