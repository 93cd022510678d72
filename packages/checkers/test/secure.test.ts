import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import {
  connect,
  createServer as createPlainServer,
  type AddressInfo,
  type Server,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TlsOptions, type TLSSocket } from 'node:tls';
import type { HttpProbe, ProbeResult, TlsSettings } from '@tandem/health';
import { ManualClock, seconds } from '@tandem/time';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Deadlines, httpGet } from '../src/index.ts';
import { httpProbe } from './server.ts';

const PAGE = 'HTTP/1.0 200 OK\r\n\r\nx';
const folder = mkdtempSync(join(tmpdir(), 'secure-'));
const path = (name: string): string => join(folder, name);
const program = 'openssl';
let files: { readonly key: Buffer; readonly cert: Buffer };

beforeAll(() => {
  const words =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -passout pass:secret -subj /CN=a.example';
  execFileSync(
    program,
    [...words.split(' '), '-keyout', path('locked.pem'), '-out', path('cert.pem')],
    { stdio: 'ignore' },
  );
  execFileSync(
    program,
    `pkey -in ${path('locked.pem')} -passin pass:secret -out ${path('key.pem')}`.split(' '),
  );
  files = { key: readFileSync(path('key.pem')), cert: readFileSync(path('cert.pem')) };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A server of TLS that answers each request with a page. */
async function serve(
  options: TlsOptions = {},
  answer: (socket: TLSSocket) => void = (socket) => void socket.end(PAGE),
): Promise<number> {
  const server = createServer({ ...files, ...options }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  server.on('tlsClientError', () => undefined);
  return listen(server);
}

async function get(
  port: number,
  changes: Partial<HttpProbe> = {},
  tls?: TlsSettings,
): Promise<ProbeResult> {
  const { signal } = new AbortController();
  const probe = httpProbe(port, { type: 'SSL_GET', connectTimeout: seconds(3), ...changes });
  return httpGet(probe, { signal, tls });
}

test('a certificate that nobody has signed for a name of another does not matter', async () => {
  expect(await get(await serve())).toMatchObject({ ok: true, page: { statusCode: 200 } });
});

test('the name of the handshake is the one given, and none without', async () => {
  const names: (string | false | null)[] = [];
  const port = await serve({}, (socket) => {
    names.push(socket.servername);
    socket.end(PAGE);
  });
  await get(port, { serverName: 'b.example' });
  await get(port);
  expect(names).toEqual(['b.example', false]);
});

test('a server that asks for a certificate is shown the own one, from a locked key', async () => {
  const port = await serve({ requestCert: true, ca: files.cert, rejectUnauthorized: true });
  const certificate = path('cert.pem');
  const own = { certificate, key: path('locked.pem'), password: 'secret' };
  expect(await get(port)).toMatchObject({ ok: false });
  expect(await get(port, {}, own)).toMatchObject({ ok: true });
  expect(await get(port, {}, { ...own, password: 'wrong' })).toMatchObject({ ok: false });
  expect(await get(port, {}, { ...own, key: path('none.pem') })).toMatchObject({
    ok: false,
    detail: expect.stringContaining('ENOENT'),
  });
});

test('an end of the connection counts as the end of the page, but for tls_compliant', async () => {
  const cut = await serve({}, (socket) => void socket.write(PAGE, () => socket.destroy()));
  expect(await get(cut)).toMatchObject({ ok: true, page: { bodyBytes: 1 } });
  expect(await get(cut, { properEnd: true })).toMatchObject({ ok: false, reason: 'reset' });
  expect(await get(await serve(), { properEnd: true })).toMatchObject({ ok: true });
});

test('plain HTTP on the port is a failed handshake', async () => {
  const port = await listen(createPlainServer((socket) => void socket.end(PAGE)));
  expect(await get(port)).toMatchObject({ ok: false });
});

/** Hands on what both say; @param turn - the client has said something, for the first time or again */
async function relay(port: number, turn: () => void): Promise<number> {
  const server = createPlainServer((client) => {
    const beyond = connect(port, '127.0.0.1');
    let isTurn = true;
    client.on('data', (bytes) => {
      if (isTurn) turn();
      isTurn = false;
      beyond.write(bytes);
    });
    beyond.on('data', (bytes) => {
      isTurn = true;
      client.write(bytes);
    });
    beyond.on('end', () => client.end());
    for (const each of [client, beyond]) each.on('error', () => undefined);
  });
  return listen(server);
}

test('connect_timeout limits each step of a handshake, not all of them', async () => {
  const clock = new ManualClock();
  let wake: (() => void) | undefined;
  const deadlines = new Deadlines(clock, (run) => {
    wake = run;
    return { start: () => undefined, stop: () => undefined };
  });
  let turns = 0;
  const port = await relay(await serve({ maxVersion: 'TLSv1.2' }), () => {
    turns += 1;
    clock.advance(seconds(2));
    wake?.();
  });
  const { signal } = new AbortController();
  const probe = httpProbe(port, { type: 'SSL_GET', connectTimeout: seconds(3) });
  expect(await httpGet(probe, { signal, deadlines })).toMatchObject({ ok: true });
  expect(turns).toBe(3);
});
