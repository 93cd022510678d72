import { ipFromBytes, type IpAddress } from '@tandem/inet';
import type { NetworkProbe } from '@tandem/health';
import { milliseconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { Prober, runProbe } from '../src/index.ts';
import { LOOPBACK, serve } from './server.ts';

const NEVER = new AbortController().signal;

function tcpProbe(port: number, bindAddress?: IpAddress): NetworkProbe {
  const target = { address: LOOPBACK, port, ...(bindAddress === undefined ? {} : { bindAddress }) };
  return { type: 'TCP_CHECK', target, connectTimeout: milliseconds(500) };
}

/** A port that nobody listens on: one that somebody just left. */
async function closedPort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('a server that accepts is up, and sees the connection closed again', async () => {
  let closed: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const port = await serve((socket) => {
    socket.resume();
    socket.on('close', () => closed?.());
  });
  expect(await runProbe(tcpProbe(port), NEVER)).toEqual({ ok: true });
  await gone;
});

test('a server that is not there refuses', async () => {
  expect(await runProbe(tcpProbe(await closedPort()), NEVER)).toMatchObject({
    ok: false,
    reason: 'refused',
  });
});

test('bindto is the address that the server sees', async () => {
  const other = ipFromBytes(Uint8Array.of(127, 0, 0, 9));
  let seen: string | undefined;
  const port = await serve((socket) => {
    seen = socket.remoteAddress;
    socket.end('x');
  });
  await runProbe(tcpProbe(port, other), NEVER);
  expect(seen).toBe('127.0.0.9');
});

test('an address that is not ours cannot be bound, which is a failure and no exception', async () => {
  const foreign = ipFromBytes(Uint8Array.of(192, 0, 2, 1));
  expect(await runProbe(tcpProbe(await closedPort(), foreign), NEVER)).toMatchObject({
    ok: false,
    reason: 'bind-failed',
  });
  const wrongFamily = ipFromBytes(Uint8Array.from([...Array.from({ length: 15 }, () => 0), 1]));
  expect(await runProbe(tcpProbe(await closedPort(), wrongFamily), NEVER)).toMatchObject({
    ok: false,
  });
});

test('a prober gives every attempt its own result', async () => {
  const open = await serve((socket) => void socket.end());
  const closed = await closedPort();
  const prober = new Prober();
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      prober.run(tcpProbe(i % 2 === 0 ? open : closed), {
        signal: new AbortController().signal,
        priority: i,
      }),
    ),
  );
  expect(results.map((each) => each.ok)).toEqual(results.map((_, i) => i % 2 === 0));
});
