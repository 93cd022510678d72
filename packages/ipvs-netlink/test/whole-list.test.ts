import { parseIp, type IpAddress } from '@tandem/inet';
import { formatServiceKey, outlineName, type ServiceKey } from '@tandem/ipvs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wholeList } from '../src/whole-list.ts';

interface Entry {
  readonly key: ServiceKey;
}

const ADDRESS = parseIp('10.0.0.1') as IpAddress;
const ALL = [1, 2, 3, 4].map((port): Entry => ({
  key: { kind: 'address', protocol: 6, address: ADDRESS, port },
}));
const [ONE, TWO, THREE, FOUR] = ALL as [Entry, Entry, Entry, Entry];

/** A kernel that gives these lists one after the other, the last one for ever. */
function kernel(lists: readonly (readonly Entry[])[], present: readonly Entry[] | undefined) {
  let asked = 0;
  const names = present && new Set(present.map(({ key }) => outlineName(key)));
  return {
    asked: () => asked,
    list: async () => lists[Math.min(asked++, lists.length - 1)] ?? [],
    names: async () => names,
  };
}

test('a list that has all that there is, is asked for once', async () => {
  const only = kernel([ALL], ALL);
  expect(await wholeList(only)).toEqual(ALL);
  expect(only.asked()).toBe(1);
  const nothing = kernel([[]], undefined);
  expect(await wholeList(nothing)).toEqual([]);
});

test('what is listed twice is there once', async () => {
  expect(await wholeList(kernel([[ONE, TWO, ONE, THREE, FOUR]], ALL))).toEqual(ALL);
  expect(await wholeList(kernel([[ONE, ONE]], undefined))).toEqual([ONE]);
});

test('a list with a hole is asked for again, at most five times', async () => {
  const holed = kernel([[ONE, THREE, FOUR], ALL], ALL);
  expect(new Set(await wholeList(holed))).toEqual(new Set(ALL));
  expect(holed.asked()).toBe(2);
  const always = kernel([[ONE, TWO]], ALL);
  expect(await wholeList(always)).toEqual([ONE, TWO]);
  expect(always.asked()).toBe(5);
});

test('what has gone between two lists is not there', async () => {
  const present = [TWO, THREE];
  expect(await wholeList(kernel([[ONE, TWO], [THREE]], present))).toEqual(present);
});

test('what a list has is there, though the outline lacks it', async () => {
  expect(await wholeList(kernel([[ONE, TWO]], [ONE]))).toEqual([ONE, TWO]);
  expect(await wholeList(kernel([[ONE, TWO]], []))).toEqual([ONE, TWO]);
});

test('where nobody can tell what there is, the first list counts', async () => {
  const blind = kernel([[ONE], ALL], undefined);
  expect(await wholeList(blind)).toEqual([ONE]);
});

test('property: whatever is left out and repeated, nothing is made up, and what one list has is there', async () => {
  const list = fc.array(fc.constantFrom(...ALL), { minLength: 1, maxLength: 9 });
  await fc.assert(
    fc.asyncProperty(fc.array(list, { minLength: 5, maxLength: 5 }), async (lists) => {
      const names = (await wholeList(kernel(lists, ALL))).map(({ key }) => formatServiceKey(key));
      const listed = new Set(lists.flat().map(({ key }) => formatServiceKey(key)));
      expect(names.toSorted()).toEqual([...listed].toSorted());
    }),
  );
});
