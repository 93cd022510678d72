import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

import { afterEach, expect, test, vi } from 'vitest';

import { native } from '../src/native.ts';
import { caught } from './traffic.ts';

const ADDON = fileURLToPath(new URL('../build/Release/raw_socket.node', import.meta.url));

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

test('an addon that is not built is said to be, with the way to build it', async () => {
  vi.stubEnv('TANDEM_RAW_SOCKET_ADDON', '/nowhere/raw_socket.node');
  vi.resetModules();
  const fresh = await import('../src/index.ts');
  expect(() => fresh.interfaceIndex('lo')).toThrow(
    /not built.*scripts\/setup.*\/nowhere\/raw_socket\.node/,
  );
});

test('a file that is no addon is said to be, with the cause', async () => {
  vi.stubEnv('TANDEM_RAW_SOCKET_ADDON', fileURLToPath(import.meta.url));
  vi.resetModules();
  const fresh = await import('../src/index.ts');
  expect(caught(() => fresh.interfaceIndex('lo'))).toMatchObject({
    message: expect.stringContaining('cannot be loaded'),
    cause: expect.anything(),
  });
});

test('an explicit place is used', async () => {
  vi.stubEnv('TANDEM_RAW_SOCKET_ADDON', ADDON);
  vi.resetModules();
  const fresh = await import('../src/index.ts');
  expect(fresh.interfaceIndex('lo')).toBe(1);
});

test('nothing but its own handles passes for a socket', () => {
  for (const handle of [undefined, null, 1, 'x', {}, [], new Map(), Buffer.alloc(8), () => {}])
    expect(caught(() => native().close(handle as never))).toBeInstanceOf(TypeError);
});

test('every function survives every kind of argument', () => {
  const handle = native().open(2, 2, 0);
  const values = [undefined, null, -1, 1e300, Number.NaN, '', Symbol('x'), {}, [], () => {}, 10n];
  const throwing = new Proxy([1, 2, 3, 4], {
    get() {
      throw new Error('no');
    },
  });
  for (const [name, call] of Object.entries(native()) as [string, (...a: unknown[]) => unknown][]) {
    // These would do what they say.
    if (name === 'lockMemory') continue;
    const calls = [[], ...[...values, throwing].map((value) => [handle, value, value, value])];
    for (const parameters of calls)
      expect([undefined, 'Error', 'TypeError'], name).toContain(
        (caught(() => call(...parameters)) as Error | undefined)?.name,
      );
  }
});

interface Ending {
  readonly code: number;
  readonly messages: unknown[];
}

/** Runs code in a worker, with the addon as `addon`; ends it from outside once it says so. */
async function inWorker(code: string): Promise<Ending> {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const addon = require(workerData);
     ${code}`,
    { eval: true, workerData: ADDON },
  );
  const messages: unknown[] = [];
  worker.on('message', (message) => {
    messages.push(message);
    if (message === 'terminate') void worker.terminate();
  });
  const exit = await new Promise<number>((resolve, reject) => {
    worker.on('exit', resolve);
    worker.on('error', reject);
  });
  return { code: exit, messages };
}

const BUSY = `
  const loopback = Uint8Array.of(2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0);
  const sockets = Array.from({ length: 10 }, () => {
    const socket = addon.open(2, 2, 0);
    addon.bind(socket, loopback);
    const address = new Uint8Array(16);
    addon.localAddress(socket, address);
    const send = () => addon.send(socket, [Uint8Array.of(1), address, 0, undefined], 0);
    addon.receive(socket, send, 4, 64, new ArrayBuffer(4 * 176));
    addon.onWritable(socket, send);
    return socket;
  });
  addon.watchSignal(40, () => {});
  const timer = addon.openTimer(() => addon.startTimer(timer, 1));
  addon.startTimer(timer, 0);
`;

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

test('a worker that ends while its sockets are busy leaves nothing open', async () => {
  native();
  await inWorker(BUSY + 'process.exit(0)');
  const before = descriptors();
  const endings = await Promise.all([
    inWorker(BUSY + `setTimeout(() => process.exit(3), 20)`),
    inWorker(BUSY + `setTimeout(() => parentPort.postMessage('terminate'), 20)`),
    inWorker(BUSY + `for (const socket of sockets) addon.close(socket); process.exit(4)`),
    inWorker(BUSY + `for (const socket of sockets) addon.close(socket); addon.closeTimer(timer)`),
    inWorker(
      BUSY +
        `for (const socket of sockets) addon.setReferenced(socket, false); addon.stopTimer(timer)`,
    ),
  ]);
  expect(endings.map(({ code }) => code)).toEqual([3, 1, 4, 0, 0]);
  expect(descriptors()).toBe(before);
});

test('a worker terminated inside a handler ends', async () => {
  const { code } = await inWorker(`
    ${BUSY}
    addon.onWritable(sockets[0], () => {
      parentPort.postMessage('terminate');
      for (;;);
    });`);
  expect(code).toBe(1);
});
