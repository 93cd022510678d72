import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ip } from '../../vrrp/test/instance-settings.ts';
import { applied, difference, type Difference } from '../src/settings-difference.ts';
import { realServer, virtualServer } from './ipvs/settings.ts';

/** As it comes out of the channel. */
function through(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** What a receiver that has the base makes of it. */
function received(value: unknown, base: unknown): unknown {
  return applied(through(difference(value, base)) as Difference, through(base));
}

/** Few names and values, so that parts are often the same. */
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>('a', 'b', 0, 1, true, null, undefined, 'same', 'with'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom('x', 'y', 'z'), tie('value')), { maxLength: 3 })
      .map(Object.fromEntries),
  ),
}));

test('whatever the receiver has, it gets the value, its names in their order', () => {
  fc.assert(
    fc.property(anyValue, anyValue, (value, base) => {
      fc.pre(value !== undefined);
      expect(JSON.stringify(received(value, base))).toBe(JSON.stringify(value));
    }),
    { numRuns: 3000 },
  );
});

test('parts that are the same are the objects that the receiver has', () => {
  const base = { servers: [{ name: 'a', checks: [{ port: 1 }] }], key: { port: 80 } };
  const value = { servers: [{ name: 'b', checks: [{ port: 1 }] }], key: { port: 80 } };
  const got = applied(difference(value, base), base) as typeof base;
  expect(got).toEqual(value);
  expect(got.key).toBe(base.key);
  expect(got.servers[0]?.checks).toBe(base.servers[0]?.checks);
  expect(applied(difference(structuredClone(base), base), base)).toBe(base);
});

/** With three real servers of a network of their own. */
function serversOf(network: string): unknown {
  const realServers = [1, 2, 3].map((n) => realServer({ address: ip(`${network}.${n}`) }));
  return virtualServer({ realServers });
}

test('of servers that differ in an address alone, the address alone is told', () => {
  const told = JSON.stringify(difference(serversOf('10.0.2'), serversOf('10.0.1')));
  expect(told.length).toBeLessThan(150);
});

test('what is told in terms of something else is refused, and no part of it is taken for the whole', () => {
  const told = difference({ key: { port: 81 }, weight: 1 }, { key: { port: 80 }, weight: 1 });
  for (const base of [undefined, null, 7, { weight: 1 }])
    expect(() => applied(told, base)).toThrow('told in terms of others that are not here');
});
