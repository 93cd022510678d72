import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Address } from '../src/index.ts';
import { Namespace } from './subject/namespace.ts';

const COUNT = 10_000;
const template = { interfaceIndex: 1, family: 4, prefixLength: 32, scope: 0, flags: 0x200 };

let namespace: Namespace;

beforeAll(async () => {
  namespace = await Namespace.start();
});

afterAll(() => namespace.stop());

async function countAddresses(): Promise<number> {
  const all = await namespace.call<Address[]>('addresses');
  return all.filter(({ address }) => /^10\.1\d\d\./.test(address)).length;
}

test(
  '10,000 pipelined requests are all carried out and all answered',
  { timeout: 60_000 },
  async () => {
    expect(await namespace.call('addAddresses', template, COUNT)).toEqual({ ok: COUNT });
    expect(await countAddresses()).toBe(COUNT);
    expect(await namespace.call('addAddresses', template, COUNT)).toEqual({ EEXIST: COUNT });
    expect(await namespace.call('deleteAddresses', template, COUNT)).toEqual({ ok: COUNT });
    expect(await countAddresses()).toBe(0);
  },
);

test('a small receive buffer only makes the window smaller', { timeout: 60_000 }, async () => {
  await namespace.call('reopen', { receiveBufferBytes: 4096 });
  expect(await namespace.call('addAddresses', template, 1000)).toEqual({ ok: 1000 });
  expect(await namespace.call('deleteAddresses', template, 1000)).toEqual({ ok: 1000 });
});

test('answers lost to an overrun fail as unknown, and the client goes on', async () => {
  await namespace.call('reopen', { receiveBufferBytes: 4096, windowRequests: 1000 });
  const outcomes = await namespace.call<Record<string, number>>('addAddresses', template, 3000);
  expect(outcomes['ENOBUFS']).toBeGreaterThan(0);
  expect(outcomes['ok']).toBeGreaterThan(0);
  expect((outcomes['ok'] ?? 0) + (outcomes['ENOBUFS'] ?? 0)).toBe(3000);
  expect(await countAddresses()).toBe(3000);
  await namespace.call('reopen', {});
  expect(await namespace.call('deleteAddresses', template, 3000)).toEqual({ ok: 3000 });
});

test('after close every call fails with ECANCELED', async () => {
  await namespace.call('close');
  await expect(namespace.call('links')).rejects.toMatchObject({ code: 'ECANCELED' });
  await namespace.call('reopen', {});
});
