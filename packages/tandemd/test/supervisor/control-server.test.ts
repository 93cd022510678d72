import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StatusSnapshot } from '@tandem/status';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createControlServer, type ControlTarget } from '../../src/supervisor/control-server.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'control-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const snapshot: StatusSnapshot = {
  version: 1,
  tandem: '0.1.0',
  host: 'box1',
  configurationFile: 'a.conf',
  loadedEpochMs: 0,
  processes: [],
  vrrp: [],
  statics: [],
  bfd: [],
  virtualServers: [],
  problems: [],
};
const target: ControlTarget = {
  status: () => Promise.resolve(snapshot),
  reload: () => Promise.resolve({ accepted: false, diagnostics: ['a.conf:1:1: error'] }),
  drain: (request) => ({
    accepted: true,
    warnings: [],
    notDrained: [],
    servers: [JSON.stringify(request)],
  }),
};

function ask(socketPath: string, line: string, body = ''): Promise<[number, string]> {
  const [method = '', path = ''] = line.split(' ');
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve([answer.statusCode ?? 0, text]));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('the socket answers the status and reloads, and is for its owner alone', async () => {
  const path = join(folder, 'run', 'control.sock');
  const server = await createControlServer(path, target);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await ask(path, 'GET /v1/status')).toEqual([200, JSON.stringify(snapshot)]);
  expect(await ask(path, 'POST /v1/reload')).toEqual([
    200,
    '{"accepted":false,"diagnostics":["a.conf:1:1: error"]}',
  ]);
  expect((await ask(path, 'GET /nothing'))[0]).toBe(404);
  await server.close();
});

test('an order to drain is made of the words of the query', async () => {
  const path = join(folder, 'control.sock');
  const server = await createControlServer(path, target);
  const order = async (line: string): Promise<unknown> => {
    const [, text] = await ask(path, line);
    return JSON.parse(JSON.parse(text).servers[0]);
  };
  expect(await order('POST /v1/drain?server=10.0.0.1:80&timeout=5')).toEqual({
    action: 'drain',
    server: '10.0.0.1:80',
    timeout: '5',
  });
  expect(await order('POST /v1/undrain?server=a&server=b')).toEqual({
    action: 'undrain',
    server: '',
  });
  await server.close();
});

test('a body that is too long is refused', async () => {
  const path = join(folder, 'control.sock');
  const server = await createControlServer(path, target);
  const [status] = await ask(path, 'POST /v1/reload', 'x'.repeat(100_000));
  expect([413, 415]).toContain(status);
  await server.close();
});

test('a file that is no socket is left alone', async () => {
  const path = join(folder, 'keepalived.conf');
  writeFileSync(path, 'precious');
  await expect(createControlServer(path, target)).rejects.toThrow('is no socket');
  expect(readFileSync(path, 'utf8')).toBe('precious');
  const below = createControlServer(join(path, 'control.sock'), target);
  await expect(below).rejects.toThrow(`${path} cannot be made, file already exists`);
});

test('a second daemon does not take the socket of a running one, but that of a dead one', async () => {
  const path = join(folder, 'control.sock');
  const first = await createControlServer(path, target);
  await expect(createControlServer(path, target)).rejects.toThrow('another daemon listens');
  await first.close();
  const second = await createControlServer(path, target);
  await second.close();
});
