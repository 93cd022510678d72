import type { Duration } from '@tandem/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runProbe } from '../src/index.ts';
import { LOOPBACK, PATIENCE, serve, SILENCE } from './server.ts';

const NEVER = new AbortController().signal;

/** A server that says one piece at once, and another after each thing said to it. */
async function talk(pieces: readonly string[], heard: string[] = []): Promise<number> {
  return serve((socket) => {
    const left = [...pieces];
    const next = (): void => {
      const piece = left.shift();
      if (piece !== undefined) socket.write(piece, 'latin1');
    };
    socket.on('data', (bytes) => {
      heard.push(bytes.toString());
      next();
    });
    next();
  });
}

async function greet(port: number, connectTimeout = PATIENCE) {
  const target = { address: LOOPBACK, port };
  return runProbe({ type: 'SMTP_CHECK', target, connectTimeout, heloName: 'lb.example' }, NEVER);
}

async function reasonOf(...pieces: readonly string[]): Promise<string> {
  return reasonWithin(PATIENCE, pieces);
}

async function reasonWithin(limit: Duration, pieces: readonly string[]): Promise<string> {
  const result = await greet(await talk(pieces), limit);
  return result.ok ? 'ok' : result.reason;
}

test('RFC 5321 §3.1: greeting, HELO, QUIT', async () => {
  const heard: string[] = [];
  const port = await talk(['220 hi\r\n', '250 ok\r\n', '221 bye\r\n'], heard);
  expect(await greet(port)).toEqual({ ok: true });
  expect(heard).toEqual(['HELO lb.example\r\n', 'QUIT\r\n']);
});

test('RFC 5321 §4.2.1: an answer may have several lines, all with the same code', async () => {
  const many = ['220-one\r\n220 two\r\n', '250-a\r\n250-b\r\n250 c\r\n', '221-x\r\n221 y\r\n'];
  expect(await reasonOf(...many)).toBe('ok');
  expect(await reasonOf('220-one\r\n250 two\r\n')).toBe('bad-greeting');
  expect(await reasonWithin(SILENCE, ['220-one\r\n'])).toBe('read-timeout');
});

test('lines may end with a line feed alone, and come in pieces', async () => {
  expect(await reasonOf('220 hi\n', '250 ok\n', '221 bye\n')).toBe('ok');
  const port = await serve((socket) => {
    const pieces = '220 hi\r\n250 ok\r\n221 bye\r\n'.split('');
    for (const piece of pieces) socket.write(piece);
  });
  expect(await greet(port)).toEqual({ ok: true });
});

test('a server that does not want to is told from one that is not there', async () => {
  expect(await reasonOf('554 no\r\n')).toBe('bad-greeting');
  expect(await reasonOf('hello\r\n')).toBe('bad-greeting');
  expect(await reasonOf('220\r\n')).toBe('bad-greeting');
  expect(await reasonOf('220 hi\r\n', '500 no\r\n')).toBe('bad-helo');
  expect(await reasonOf('220 hi\r\n', '250 ok\r\n', '500 never heard of QUIT\r\n')).toBe('ok');
  expect(await reasonWithin(SILENCE, ['220 hi\r\n', '250 ok\r\n'])).toBe('read-timeout');
  const closing = await serve((socket) => void socket.end('220 hi\r\n'));
  expect(await greet(closing)).toMatchObject({ reason: 'no-data' });
});

test('a greeting without end is given up', async () => {
  expect(await reasonOf('220 '.padEnd(20_000, 'x'))).toBe('bad-greeting');
  const lines = await serve((socket) => {
    const timer = setInterval(() => socket.write('220-more\r\n'.repeat(100)), 5);
    socket.on('close', () => clearInterval(timer));
  });
  expect(await greet(lines)).toMatchObject({ reason: 'bad-greeting' });
});

test('whatever a server says, there is a result', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ maxLength: 40 }), { maxLength: 4 }), async (pieces) => {
      const port = await serve((socket) => void socket.end(pieces.join('\n')));
      expect(typeof (await greet(port)).ok).toBe('boolean');
    }),
    { numRuns: 50 },
  );
});
