import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { milliseconds } from '@tandem/time';
import { expect, onTestFinished, test } from 'vitest';
import { formatRequest, httpGet, runProbe } from '../src/index.ts';
import { answer, httpProbe, LOOPBACK, PATIENCE, serve, SILENCE } from './server.ts';

const PAGE = '<html><body><h1>It works!</h1></body></html>';
const DIGEST = 'c7b4690c8c46625ef0f328cd7a24a0a3';
const MIB = 1 << 20;
const NEVER = new AbortController().signal;

function md5(text: string): string {
  return createHash('md5').update(text, 'latin1').digest('hex');
}

async function digestOf(...pieces: readonly string[]): Promise<string | undefined> {
  const result = await httpGet(httpProbe(await answer(...pieces)), { signal: NEVER });
  return result.ok ? result.page?.digest : `${result.reason}: ${result.detail}`;
}

function endlessBody(socket: Socket): void {
  socket.write('HTTP/1.1 200 OK\r\n\r\n');
  const block = Buffer.alloc(MIB);
  const more = (): void => {
    while (socket.writable && socket.write(block));
    socket.once('drain', more);
  };
  more();
}

async function reasonOf(port: number, connectTimeout = PATIENCE): Promise<string> {
  const result = await httpGet(httpProbe(port, { connectTimeout }), { signal: NEVER });
  return result.ok ? 'ok' : result.reason;
}

test('the request is keepalived’s, byte for byte', () => {
  const probe = { path: '/x', host: 'h:80' };
  expect(formatRequest({ ...probe, httpProtocol: '1.0' })).toBe(
    'GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: h:80\r\n\r\n',
  );
  expect(formatRequest({ ...probe, httpProtocol: '1.0C' })).toBe(
    'GET /x HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: h:80\r\n\r\n',
  );
  expect(formatRequest({ ...probe, httpProtocol: '1.1' })).toBe(
    'GET /x HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: h:80\r\n\r\n',
  );
});

test('an ordinary web server sees host and path, and its page is hashed', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url, request.headers.host, request.headers['user-agent']);
    response.end(PAGE);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const result = await httpGet(httpProbe(port, { path: '/apache2-default/' }), { signal: NEVER });
  expect(result).toEqual({
    ok: true,
    page: { statusCode: 200, digest: DIGEST, bodyBytes: 44, contentLength: undefined },
  });
  expect(seen).toEqual(['/apache2-default/', 'example.org', 'KeepAliveClient']);
});

test.each([65_535, 65_536, 65_537, 131_072])(
  'an answer of %i bytes that ends at once is read up to its end',
  async (length) => {
    const header = 'HTTP/1.0 200 OK\r\n\r\n';
    const body = 'x'.repeat(length - header.length);
    expect(await digestOf(header + body)).toBe(md5(body));
  },
);

test('the digest is that of the raw body, however the answer is cut into pieces', async () => {
  expect(await digestOf(`HTTP/1.1 200 OK\r\n\r\n${PAGE}`)).toBe(DIGEST);
  expect(await digestOf(...`HTTP/1.1 200 OK\r\n\r\n${PAGE}`.split(''))).toBe(DIGEST);
  const chunked = `2\r\nab\r\n0\r\n\r\n`;
  expect(await digestOf(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`)).toBe(
    md5(chunked),
  );
});

test('Content-Length cuts the body only where it is spelled exactly so', async () => {
  const answers = [
    ['Content-Length: 3', 'abc'],
    ['Content-Length:3', 'abc'],
    ['content-length: 3', 'abcdef'],
    ['X-Content-Length: 3', 'abc'],
    ['Content-Length: 0', ''],
    ['Content-Length: 99', 'abcdef'],
    ['Content-Length: many', 'abcdef'],
  ] as const;
  for (const [header, hashed] of answers)
    expect(await digestOf(`HTTP/1.0 200 OK\r\n${header}\r\n\r\nabc`, 'def')).toBe(md5(hashed));
});

test('received bytes and announced bytes are both reported', async () => {
  const port = await answer(`HTTP/1.0 200 OK\r\nContent-Length: 99\r\n\r\nabc`);
  const result = await httpGet(httpProbe(port), { signal: NEVER });
  expect(result).toMatchObject({ page: { bodyBytes: 3, contentLength: 99 } });
});

test('any status is a page, and a first line that is none has no status', async () => {
  const statuses = ['HTTP/1.1 404 NF', 'HTTP/1.1 500', 'HTTP/2 204 ', 'garbage', 'HTTP/1.1 2000'];
  const seen: unknown[] = [];
  for (const line of statuses) {
    const port = await answer(`${line}\r\n\r\n`);
    const result = await httpGet(httpProbe(port), { signal: NEVER });
    seen.push(result.ok && result.page?.statusCode);
  }
  expect(seen).toEqual([404, 500, 204, undefined, undefined]);
});

test('an answer that ends before its body is no page', async () => {
  expect(await digestOf()).toBe('no-data: connection closed without an answer');
  expect(await digestOf('HTTP/1.1 200 OK\r\nA: b\r\n')).toBe(
    'no-data: connection closed after 23 bytes of header',
  );
});

test('a header of 60,000 bytes is read, one of 70,000 is refused', async () => {
  const start = 'HTTP/1.1 200 OK\r\nA: ';
  expect(await digestOf(start, 'x'.repeat(60_000), `\r\n\r\n${PAGE}`)).toBe(DIGEST);
  expect(await digestOf(start, 'x'.repeat(70_000), '\r\n\r\n')).toMatch(/^header-too-long/);
});

test('a body without end is given up', async () => {
  expect(await reasonOf(await serve(endlessBody))).toBe('body-too-long');
});

test('of bodies without end little is kept, whatever is looked for in them', async () => {
  const port = await serve(endlessBody);
  const regex = { source: 'x', flags: '', utf: false, noMatch: false, offsetMin: 0 };
  const probe = httpProbe(port, { regex, digest: DIGEST, connectTimeout: PATIENCE });
  const before = process.memoryUsage().rss;
  const results = await Promise.all(
    Array.from({ length: 4 }, () => httpGet(probe, { signal: NEVER })),
  );
  expect(results).toMatchObject(results.map(() => ({ reason: 'body-too-long' })));
  // They were four times 64 MiB.
  expect(process.memoryUsage().rss - before).toBeLessThan(128 * MIB);
});

test('a server that says nothing, or stops in the middle, times out', async () => {
  expect(await reasonOf(await serve(() => undefined), SILENCE)).toBe('read-timeout');
  const stops = await serve((socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\nabc'));
  expect(await reasonOf(stops, SILENCE)).toBe('read-timeout');
});

test('a byte now and then does not hold an attempt for ever', async () => {
  const port = await serve((socket) => {
    const timer = setInterval(() => socket.write('x'), 10);
    socket.on('close', () => clearInterval(timer));
  });
  const probe = httpProbe(port, { connectTimeout: milliseconds(250) });
  expect(await httpGet(probe, { signal: NEVER })).toMatchObject({ reason: 'too-slow' });
});

test('a reset is told from an end', async () => {
  const port = await serve((socket) => void socket.once('data', () => socket.resetAndDestroy()));
  expect(await reasonOf(port)).toBe('reset');
});

test('an attempt can be ended at any time', async () => {
  const port = await serve(() => undefined);
  const aborter = new AbortController();
  const result = httpGet(httpProbe(port), { signal: aborter.signal });
  aborter.abort();
  expect(await result).toMatchObject({ ok: false, reason: 'aborted' });
  expect(await httpGet(httpProbe(port), { signal: aborter.signal })).toMatchObject({
    reason: 'aborted',
  });
});

test('a TLS handshake that never ends is a connection that never stands', async () => {
  const port = await serve(() => undefined);
  const probe = httpProbe(port, { type: 'SSL_GET', connectTimeout: SILENCE });
  const result = await httpGet(probe, { signal: NEVER });
  expect(result).toMatchObject({ ok: false, reason: 'connect-timeout' });
});

test('the tap sees header and body as they came', async () => {
  const port = await answer('HTTP/1.0 200 OK\r\n\r\n', 'abc');
  const seen: string[] = [];
  const tap = {
    header: (bytes: Uint8Array) => void seen.push(Buffer.from(bytes).toString()),
    body: (bytes: Uint8Array) => void seen.push(Buffer.from(bytes).toString()),
  };
  await httpGet(httpProbe(port), { signal: NEVER, tap });
  expect(seen.join('|')).toBe('HTTP/1.0 200 OK\r\n\r\n|abc');
});

test('a probe of HTTP_GET is an HTTP attempt', async () => {
  const port = await answer(`HTTP/1.0 200 OK\r\n\r\n${PAGE}`);
  const result = await runProbe(httpProbe(port), NEVER);
  expect(result).toMatchObject({ ok: true, page: { digest: DIGEST } });
  expect(LOOPBACK).toBe('127.0.0.1');
});
