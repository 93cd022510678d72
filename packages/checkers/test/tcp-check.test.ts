import { readdirSync } from 'node:fs';
import { ipFromBytes } from '@tandem/inet';
import type { CheckTarget, NetworkProbe } from '@tandem/health';
import { expect, test, vi } from 'vitest';
import { Prober, runProbe } from '../src/index.ts';
import { failureOf } from '../src/failure.ts';
import { CLOCK, LOOPBACK, PATIENCE, serve } from './server.ts';

const NEVER = new AbortController().signal;

function tcpProbe(port: number, more: Partial<CheckTarget> = {}): NetworkProbe {
  const target = { address: LOOPBACK, port, ...more };
  return { type: 'TCP_CHECK', target, connectTimeout: PATIENCE };
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
  let see: (address: string | undefined) => void;
  const seen = new Promise<string | undefined>((resolve) => {
    see = resolve;
  });
  const port = await serve((socket) => see(socket.remoteAddress));
  await runProbe(tcpProbe(port, { bindAddress: other }), NEVER);
  expect(await seen).toBe('127.0.0.9');
});

test('bind_port is the port that the server sees, with bindto and without', async () => {
  const other = ipFromBytes(Uint8Array.of(127, 0, 0, 9));
  const seen: (string | undefined)[] = [];
  const port = await serve((socket) => {
    seen.push(`${socket.remoteAddress}:${socket.remotePort}`);
    socket.resume();
  });
  const [first, second] = [await closedPort(), await closedPort()];
  for (const more of [{ bindPort: first }, { bindPort: second, bindAddress: other }])
    expect(await runProbe(tcpProbe(port, more), NEVER)).toEqual({ ok: true });
  await vi.waitFor(() => expect(seen).toEqual([`127.0.0.1:${first}`, `127.0.0.9:${second}`]));
});

test('bind_if keeps a connection to an interface, and an unknown one is a failure', async () => {
  const port = await serve(() => undefined);
  expect(await runProbe(tcpProbe(port, { interfaceName: 'lo' }), NEVER)).toEqual({ ok: true });
  expect(await runProbe(tcpProbe(port, { interfaceName: 'no-such-if' }), NEVER)).toMatchObject({
    ok: false,
    detail: expect.stringContaining('ENODEV'),
  });
});

test('a mark reaches the kernel, which wants a privilege for it', async () => {
  const port = await serve(() => undefined);
  const result = await runProbe(tcpProbe(port, { mark: 0xffff_fffe }), NEVER);
  if (process.getuid?.() === 0) expect(result).toEqual({ ok: true });
  else expect(result).toMatchObject({ ok: false, detail: expect.stringContaining('EPERM') });
});

test('an address that is not ours cannot be bound, which is no failure of the server', async () => {
  const foreign = ipFromBytes(Uint8Array.of(192, 0, 2, 1));
  expect(
    await runProbe(tcpProbe(await closedPort(), { bindAddress: foreign }), NEVER),
  ).toMatchObject({
    ok: false,
    reason: 'not-run',
  });
  const wrongFamily = ipFromBytes(Uint8Array.from([...Array.from({ length: 15 }, () => 0), 1]));
  expect(
    await runProbe(tcpProbe(await closedPort(), { bindAddress: wrongFamily }), NEVER),
  ).toMatchObject({
    ok: false,
  });
});

test('what this box is short of is no failure of the server', () => {
  for (const code of ['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS', 'EADDRNOTAVAIL', 'EADDRINUSE'])
    expect(failureOf(Object.assign(new Error(code), { code })).reason).toBe('not-run');
});

test('a prober gives every attempt its own result', async () => {
  const open = await serve((socket) => void socket.end());
  const closed = await closedPort();
  const prober = new Prober(CLOCK);
  const results = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      prober.run(tcpProbe(i % 2 === 0 ? open : closed), {
        signal: new AbortController().signal,
        priority: i % 3 === 0 ? 1 : 0,
      }),
    ),
  );
  expect(results.map((each) => each.ok)).toEqual(results.map((_, i) => i % 2 === 0));
});

test('an attempt that is aborted ends at once, with all others of its signal', async () => {
  const port = await serve(() => undefined);
  const aborter = new AbortController();
  const attempts = [1, 2].map(async () => runProbe(tcpProbe(port), aborter.signal));
  aborter.abort();
  const aborted = { ok: false, reason: 'aborted' };
  expect(await Promise.all(attempts)).toMatchObject([aborted, aborted]);
  expect(await runProbe(tcpProbe(port), aborter.signal)).toMatchObject(aborted);
});

test('attempts that fail leave no descriptor behind', async () => {
  const port = await closedPort();
  const foreign = ipFromBytes(Uint8Array.of(192, 0, 2, 1));
  const probes = [tcpProbe(port), tcpProbe(port, { bindAddress: foreign })];
  const attempt = async (): Promise<void> => {
    const aborter = new AbortController();
    const aborted = runProbe(tcpProbe(port), aborter.signal);
    aborter.abort();
    await Promise.all([aborted, ...probes.map(async (probe) => runProbe(probe, NEVER))]);
  };
  await attempt();
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 20; i += 1) await attempt();
  expect(readdirSync('/proc/self/fd')).toHaveLength(before);
});
