import { parseIp, type IpAddress } from '@tandem/inet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runProbe } from '../src/index.ts';
import { isReply } from '../src/ping-check.ts';
import { LOOPBACK, PATIENCE } from './server.ts';

const NEVER = new AbortController().signal;

async function ping(address: IpAddress) {
  const target = { address, port: 80 };
  return runProbe({ type: 'PING_CHECK', target, connectTimeout: PATIENCE }, NEVER);
}

test('loopback answers, over both families; without the right to ask that is a failure', async () => {
  const expected = process.getuid?.() === 0 ? { ok: true } : { ok: false, reason: 'other' };
  const results = await Promise.all(Array.from({ length: 20 }, () => ping(LOOPBACK)));
  for (const each of results) expect(each).toMatchObject(expected);
  expect(await ping(parseIp('::1') as IpAddress)).toMatchObject(expected);
});

test('only an answer with the id and sequence of the request counts', () => {
  const tag = { id: 0x1234, sequence: 0x5678 };
  const header = [0x45, ...Array.from({ length: 19 }, () => 0)];
  const reply = [0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78];
  const judge = (...bytes: number[]) => isReply(4, Uint8Array.from(bytes), tag);
  expect(judge(...header, ...reply)).toBe(true);
  expect(judge(...header, ...reply.with(0, 8))).toBe(false);
  expect(judge(...header, ...reply.with(5, 0x35))).toBe(false);
  expect(judge(...header, ...reply.with(7, 0x79))).toBe(false);
  expect(judge(...header, ...reply.slice(0, 7))).toBe(false);
  expect(isReply(6, Uint8Array.from(reply.with(0, 129)), tag)).toBe(true);
});

test('any packet is judged without an exception', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(4, 6), (bytes, family) => {
      expect(typeof isReply(family, bytes, { id: 1, sequence: 2 })).toBe('boolean');
    }),
  );
});
