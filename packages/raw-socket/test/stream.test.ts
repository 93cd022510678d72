import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { Stream, streamRoute, type StreamNews, type StreamOptions } from '../src/index.ts';

/** A server on loopback; gone after the test. */
async function serve(behave: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    behave(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

interface Connection {
  readonly stream: Stream;
  /** Resolves with the first news that fits. */
  readonly until: (fits: (news: StreamNews) => boolean) => Promise<StreamNews>;
}

function to(port: number): StreamOptions {
  return { remote: { family: 'inet', address: '127.0.0.1', port } };
}

function connect(port: number): Connection {
  const waiting: [(news: StreamNews) => boolean, (news: StreamNews) => void][] = [];
  const stream = Stream.connect(streamRoute(to(port)), (news) => {
    for (const [fits, resolve] of waiting) if (fits(news)) resolve(news);
  });
  onTestFinished(() => stream.close());
  const until = async (fits: (news: StreamNews) => boolean): Promise<StreamNews> =>
    new Promise((resolve) => waiting.push([fits, resolve]));
  return { stream, until };
}

const into = new Uint8Array(100);

test('what is written arrives, what comes back is read up to its end', async () => {
  const port = await serve((socket) => {
    socket.on('data', (bytes) => socket.end(`you said ${bytes.toString()}`));
  });
  const { stream, until } = connect(port);
  await until(({ canWrite }) => canWrite);
  expect(stream.read(into)).toBeUndefined();
  expect(stream.write(Buffer.from('hello'))).toBe(5);
  await until(({ ended }) => ended);
  const count = stream.read(into) ?? 0;
  expect(Buffer.from(into.subarray(0, count)).toString()).toBe('you said hello');
  expect(stream.read(into)).toBe(0);
});

test('a refused connection tells of an error, which can be taken once', async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => {
    gone.listen(0, '127.0.0.1', resolve);
  });
  const { port: closed } = gone.address() as AddressInfo;
  await new Promise((resolve) => {
    gone.close(resolve);
  });
  const { stream, until } = connect(closed);
  await until(({ failed }) => failed);
  expect(stream.takeError()?.code).toBe('ECONNREFUSED');
  expect(stream.takeError()).toBeUndefined();
});

test('after close there is no news, and everything but close throws', async () => {
  let told = 0;
  const port = await serve((socket) => void socket.end('x'));
  const closed = Stream.connect(streamRoute(to(port)), () => {
    told += 1;
  });
  closed.close();
  closed.close();
  const other = connect(port);
  await other.until(({ ended }) => ended);
  expect(told).toBe(0);
  expect(() => closed.read(into)).toThrow('EBADF');
  expect(() => closed.write(into)).toThrow('EBADF');
});

/** What the kernel says of the connections to a port: 01 is established. @see proc(5) */
function statesOf(port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([, , remote = '', state = '']) => (remote.endsWith(suffix) ? [state] : []));
}

test('a close waits until what follows from an answer has been done', async () => {
  const port = await serve(() => undefined);
  const { stream, until } = connect(port);
  await until(({ canWrite }) => canWrite);
  stream.close();
  await Promise.resolve();
  expect(statesOf(port)).toEqual(['01']);
  await new Promise((resolve) => setImmediate(resolve));
  expect(statesOf(port)).not.toContain('01');
});

test('an address that is not of this box cannot be the own end', () => {
  expect(() =>
    Stream.connect(
      streamRoute({ ...to(1), local: { family: 'inet', address: '192.0.2.1', port: 0 } }),
      () => undefined,
    ),
  ).toThrow('EADDRNOTAVAIL');
});

test('many connections at once each hear their own news', async () => {
  const port = await serve((socket) => {
    socket.on('data', (bytes) => socket.end(bytes));
  });
  const heard = await Promise.all(
    Array.from({ length: 300 }, async (_, i) => {
      const { stream, until } = connect(port);
      await until(({ canWrite }) => canWrite);
      stream.write(Buffer.from(String(i)));
      await until(({ ended }) => ended);
      const count = stream.read(into) ?? 0;
      return Buffer.from(into.subarray(0, count)).toString();
    }),
  );
  expect(heard).toEqual(Array.from({ length: 300 }, (_, i) => String(i)));
});
