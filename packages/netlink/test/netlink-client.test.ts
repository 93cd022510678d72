import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NetlinkMessage } from '../src/message.ts';
import { BARRIER, NetlinkClient } from '../src/netlink-client.ts';
import type { NetlinkRequest } from '../src/netlink-request.ts';
import { ScriptedKernel } from './scripted-kernel.ts';

let kernel: ScriptedKernel;
let client: NetlinkClient;

beforeEach(() => {
  vi.useFakeTimers();
  kernel = new ScriptedKernel();
  client = new NetlinkClient(kernel, { windowRequests: 10, timeoutMs: 1000 });
});

afterEach(() => {
  client.close();
  vi.useRealTimers();
});

function request(name: string): NetlinkRequest {
  return {
    type: 50,
    encode: (writer) => void writer.bytes(Buffer.from(name)),
    describe: () => `do ${name}`,
  };
}

const requests = (count: number): NetlinkRequest[] =>
  Array.from({ length: count }, (_, i) => request(String(i)));

/** Lets what was asked be sent. */
async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

function codesOf(errors: readonly ({ readonly code: string } | undefined)[]): string[] {
  return errors.map((error) => error?.code ?? 'ok');
}

function texts(messages: readonly NetlinkMessage[]): string[] {
  return messages.map(({ payload }) => Buffer.from(payload).toString());
}

test('requests made in one go leave in one datagram', async () => {
  const results = Promise.all([client.change(request('a')), client.change(request('b'))]);
  await settled();
  expect(kernel.datagrams.map(texts)).toEqual([['a', 'b']]);
  expect(kernel.sent.map(({ flags }) => flags)).toEqual([5, 5]);
  for (const sent of kernel.sent) kernel.acknowledge(sent);
  await expect(results).resolves.toEqual([undefined, undefined]);
});

test('a change that the kernel answers at once is done before the event loop turns', async () => {
  kernel.onReceiveNow = () => kernel.acknowledge(kernel.at(-1));
  let isDone = false;
  void client.change(request('a')).then(() => (isDone = true));
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
  expect(isDone).toBe(true);
});

test('reads that the kernel answers at once are done before the event loop turns, but not all', async () => {
  kernel.onReceiveNow = () => kernel.done(kernel.at(-1));
  let reads = 0;
  const readOn = async (): Promise<void> => {
    for (; reads < 1000; reads += 1) await client.dump(request('table'));
  };
  const ended = readOn().catch(() => undefined);
  await settled();
  expect(reads).toBe(31);
  kernel.done(kernel.at(-1));
  await settled();
  expect(reads).toBe(63);
  client.close();
  await ended;
});

test('of many changes the answers to the last ones alone are looked for', async () => {
  let looked = 0;
  kernel.onReceiveNow = () => (looked += 1);
  const results = client.changeAll(requests(35));
  await settled();
  expect(looked).toBe(0);
  for (let i = 0; i < 35; i += 1) kernel.acknowledge(kernel.at(i));
  await results;
});

test('never more than the window are outstanding, and all are sent in order', async () => {
  const results = client.changeAll(requests(35));
  await settled();
  let answered = 0;
  while (answered < 35) {
    expect(kernel.sent.length - answered).toBeLessThanOrEqual(10);
    kernel.acknowledge(kernel.at(answered), answered === 7 ? 17 : 0);
    answered += 1;
  }
  expect(texts(kernel.sent)).toEqual(Array.from({ length: 35 }, (_, i) => String(i)));
  const codes = codesOf(await results);
  expect(codes.filter((code) => code !== 'ok')).toEqual(['EEXIST']);
  expect(codes[7]).toBe('EEXIST');
});

test('a read waits for the changes before it, and changes wait for the read', async () => {
  const first = client.change(request('first'));
  const table = client.dump(request('table'));
  const last = client.change(request('last'));
  await settled();
  expect(texts(kernel.sent)).toEqual(['first']);
  kernel.acknowledge(kernel.at(0));
  expect(texts(kernel.sent)).toEqual(['first', 'table']);
  const dump = kernel.at(1);
  expect(dump.flags).toBe(0x301);
  kernel.answer(dump, 'x');
  kernel.answer(dump, 'y');
  kernel.done(dump);
  expect(texts(await table)).toEqual(['x', 'y']);
  expect(texts(kernel.sent)).toEqual(['first', 'table', 'last']);
  kernel.acknowledge(kernel.at(2));
  await Promise.all([first, last]);
});

test('a dump that was interrupted is read again, and only the whole one counts', async () => {
  const table = client.dump(request('table'));
  await settled();
  kernel.answer(kernel.at(0), 'stale', 0x12);
  kernel.done(kernel.at(0));
  await settled();
  kernel.answer(kernel.at(1), 'stale too');
  kernel.done(kernel.at(1), 0x12);
  await settled();
  kernel.answer(kernel.at(2), 'fresh');
  kernel.done(kernel.at(2));
  expect(texts(await table)).toEqual(['fresh']);
  expect(new Set(kernel.sent.map(({ sequence }) => sequence)).size).toBe(3);
});

test('a table that never holds still fails with EINTR', async () => {
  const table = expect(client.dump(request('table'))).rejects.toMatchObject({ code: 'EINTR' });
  for (let read = 0; read < 16; read += 1) {
    await settled();
    kernel.done(kernel.at(read), 0x12);
  }
  await table;
  expect(kernel.sent.length).toBe(16);
});

test('after an overrun a probe tells which answers are lost', async () => {
  const results = client.changeAll(requests(15));
  await settled();
  kernel.acknowledge(kernel.at(0));
  kernel.lose('overrun');
  kernel.acknowledge(kernel.at(1));
  await vi.advanceTimersByTimeAsync(20);
  const probe = kernel.at(-1);
  expect(probe).toMatchObject({ type: 1, flags: 5 });
  kernel.acknowledge(probe);
  await settled();
  for (const sent of kernel.sent.slice(11)) kernel.acknowledge(sent);
  const codes = codesOf(await results);
  expect(codes.slice(0, 2)).toEqual(['ok', 'ok']);
  expect(new Set(codes.slice(2, 10))).toEqual(new Set(['ENOBUFS']));
  expect(new Set(codes.slice(10))).toEqual(new Set(['ok']));
});

test('a probe whose own answer is lost is sent again', async () => {
  const results = client.changeAll(requests(12));
  await settled();
  for (const sent of kernel.sent.slice(0, 4)) kernel.acknowledge(sent);
  kernel.lose('overrun');
  for (const sent of kernel.sent.slice(4)) kernel.acknowledge(sent);
  await vi.advanceTimersByTimeAsync(20);
  kernel.lose('overrun');
  await vi.advanceTimersByTimeAsync(20);
  kernel.acknowledge(kernel.at(-1));
  await settled();
  for (const sent of kernel.sent.slice(12)) kernel.acknowledge(sent);
  expect(new Set(codesOf(await results))).toEqual(new Set(['ok']));
});

test('a request without an answer fails as soon as a later one has its own', async () => {
  const results = client.changeAll([...requests(3), BARRIER]);
  await settled();
  for (const index of [0, 2, 3]) kernel.acknowledge(kernel.at(index));
  expect(kernel.at(3)).toMatchObject({ type: 1, flags: 5 });
  expect(codesOf(await results)).toEqual(['ok', 'ENOBUFS', 'ok', 'ok']);
});

/** Changes that are carried out, or answered with why not. */
const sure = (count: number): NetlinkRequest[] =>
  requests(count).map((each) => ({ ...each, isSure: true }));

test('of sure changes the last is acknowledged, or a barrier behind as many as may be outstanding', async () => {
  const results = client.changeAll(sure(12));
  await settled();
  const [first = []] = kernel.datagrams;
  expect(texts(first.slice(0, -1))).toEqual(Array.from({ length: 10 }, (_, i) => String(i)));
  expect(first.map(({ flags }) => flags)).toEqual([...Array.from({ length: 10 }, () => 1), 5]);
  kernel.acknowledge(kernel.at(-1));
  expect(kernel.datagrams.slice(1).map(texts)).toEqual([['10', '11']]);
  expect(kernel.sent.slice(-2).map(({ flags }) => flags)).toEqual([1, 5]);
  kernel.acknowledge(kernel.at(-1));
  expect(codesOf(await results)).toEqual(Array.from({ length: 12 }, () => 'ok'));
});

test('sure changes that fail are told from those that have no answer', async () => {
  const results = client.changeAll(sure(5));
  await settled();
  kernel.acknowledge(kernel.at(1), 17);
  kernel.acknowledge(kernel.at(2), 2);
  kernel.acknowledge(kernel.at(4));
  expect(codesOf(await results)).toEqual(['ok', 'EEXIST', 'ENOENT', 'ok', 'ok']);
});

test('after an overrun sure changes without an answer fail as unknown', async () => {
  const results = client.changeAll(sure(5));
  await settled();
  kernel.acknowledge(kernel.at(1), 17);
  kernel.lose('overrun');
  await vi.advanceTimersByTimeAsync(20);
  kernel.acknowledge(kernel.at(-1));
  expect(codesOf(await results)).toEqual(['ok', 'EEXIST', 'ENOBUFS', 'ENOBUFS', 'ENOBUFS']);
});

test('a sure change that cannot be written leaves those before it with an answer', async () => {
  const broken: NetlinkRequest = {
    ...request('broken'),
    isSure: true,
    encode: () => {
      throw new RangeError('not an address');
    },
  };
  const results = client.changeAll([...sure(2), broken]);
  await settled();
  kernel.acknowledge(kernel.at(-1));
  expect(codesOf(await results)).toEqual(['ok', 'ok', 'EINVAL']);
});

test('a dump during which something was lost is read again', async () => {
  const table = client.dump(request('table'));
  await settled();
  kernel.lose('truncated');
  kernel.done(kernel.at(0));
  await vi.advanceTimersByTimeAsync(20);
  kernel.acknowledge(kernel.at(-1));
  await settled();
  kernel.answer(kernel.at(-1), 'whole');
  kernel.done(kernel.at(-1));
  expect(texts(await table)).toEqual(['whole']);
});

test('without an answer a request fails with ETIMEDOUT, and later ones work', async () => {
  const late = expect(client.change(request('late'))).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    message: expect.stringContaining('do late: ETIMEDOUT'),
  });
  await vi.advanceTimersByTimeAsync(2200);
  await late;
  const next = client.change(request('next'));
  await settled();
  kernel.acknowledge(kernel.at(0));
  kernel.acknowledge(kernel.at(1));
  await next;
});

test('a socket without room gets the same datagram once it has', async () => {
  kernel.hasRoom = false;
  const result = client.change(request('patient'));
  await settled();
  expect(kernel.sent).toEqual([]);
  kernel.makeRoom();
  expect(texts(kernel.sent)).toEqual(['patient']);
  kernel.acknowledge(kernel.at(0));
  await result;
});

test('a socket that never has room makes nobody wait for ever', async () => {
  kernel.hasRoom = false;
  const results = client.changeAll(requests(15));
  await vi.advanceTimersByTimeAsync(2200);
  expect(new Set(codesOf(await results))).toEqual(new Set(['ETIMEDOUT']));
});

test('a request that cannot be written fails alone', async () => {
  const broken: NetlinkRequest = {
    ...request('broken'),
    encode: (writer) => {
      writer.u32(0xdead);
      throw new RangeError('not an address');
    },
  };
  const results = client.changeAll([request('a'), broken, request('b')]);
  await settled();
  expect(texts(kernel.sent)).toEqual(['a', 'b']);
  for (const sent of kernel.sent) kernel.acknowledge(sent);
  expect(codesOf(await results)).toEqual(['ok', 'EINVAL', 'ok']);
});

test('close fails what waits, and what comes after', async () => {
  const results = client.changeAll(requests(15));
  await settled();
  client.close();
  client.close();
  expect(new Set(codesOf(await results))).toEqual(new Set(['ECANCELED']));
  expect(kernel.isClosed).toBe(true);
  await expect(client.change(request('after'))).rejects.toMatchObject({ code: 'ECANCELED' });
});
