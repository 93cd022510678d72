import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { controlPath } from '../src/control-options.ts';
import { ask } from '../src/control.ts';

let folder = '';
let stop: () => Promise<void> = async () => {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tandemctl-'));
});

afterEach(async () => {
  await stop();
  stop = async () => {};
  rmSync(folder, { recursive: true });
});

/** A real server on a UNIX socket that answers as told. */
async function listen(answer: RequestListener, name = 'control.sock'): Promise<string> {
  const path = join(folder, name);
  const server = createServer(answer);
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  stop = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return path;
}

test('the answer of the daemon is read as JSON', async () => {
  const path = await listen((request, response) => {
    response.end(JSON.stringify({ method: request.method, url: request.url }));
  });
  expect(await ask(path, 'POST', '/v1/reload')).toEqual({ method: 'POST', url: '/v1/reload' });
});

test('without a daemon the message names the socket and asks whether it runs', async () => {
  const path = join(folder, 'absent.sock');
  await expect(ask(path, 'GET', '/v1/status')).rejects.toThrow(
    `nothing listens at ${path}: is tandemd running?`,
  );
});

test('without a daemon there the sockets of others are named, and how to ask them', async () => {
  mkdirSync(join(folder, 'blue_one'));
  mkdirSync(join(folder, 'empty'));
  const other = await listen(() => undefined, 'blue_one/control.sock');
  await expect(ask(join(folder, 'control.sock'), 'GET', '/v1/status')).rejects.toThrow(
    `is tandemd running?\n  there is another: --control ${other}`,
  );
});

test.each([
  [{}, '/run/tandem/control.sock'],
  [{ namespace: 'blue' }, '/run/tandem/blue/control.sock'],
  [{ instance: 'one' }, '/run/tandem/one/control.sock'],
  [{ namespace: 'blue', instance: 'one' }, '/run/tandem/blue_one/control.sock'],
  [{ control: '/x', namespace: 'blue' }, '/x'],
])('the daemon of %j listens at %s', (options, path) => {
  expect(controlPath(options)).toBe(path);
});

test('an answer that is not JSON is an error, not a crash', async () => {
  const path = await listen((_request, response) => response.end('<html>'));
  await expect(ask(path, 'GET', '/v1/status')).rejects.toThrow('does not speak');
});

test('a refusal carries the status and the text of the daemon', async () => {
  const path = await listen((_request, response) => {
    response.statusCode = 503;
    response.end('{"error":"stopping"}');
  });
  await expect(ask(path, 'GET', '/v1/status')).rejects.toThrow('503: {"error":"stopping"}');
});

test('a connection that is cut is an error', async () => {
  const path = await listen((request) => request.socket.destroy());
  await expect(ask(path, 'GET', '/v1/status')).rejects.toThrow(path);
});

test('what is no socket is not taken for one that a daemon left behind', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const path of [file, folder]) {
    await expect(ask(path, 'GET', '/v1/status')).rejects.toThrow(`${path} is no socket`);
  }
});
