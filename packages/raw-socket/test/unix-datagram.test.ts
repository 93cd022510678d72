import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, expect, test } from 'vitest';

import { constants, sendUnixDatagram } from '../src/index.ts';
import { native, type SocketHandle } from '../src/native.ts';
import { caught } from './traffic.ts';

const folder = mkdtempSync(join(tmpdir(), 'raw-socket-'));
const open: SocketHandle[] = [];
afterEach(() => {
  for (const handle of open.splice(0)) native().close(handle);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Binds a datagram socket to the name given and resolves with the first message. */
function listen(name: string): { message: Promise<string>; handle: SocketHandle } {
  const handle = native().open(constants.AF_UNIX, constants.SOCK_DGRAM, 0);
  if (typeof handle === 'number') throw new Error(`socket: ${handle}`);
  open.push(handle);
  const address = Buffer.concat([Uint8Array.of(1, 0), Buffer.from(name)]);
  expect(native().bind(handle, address)).toBe(0);
  const message = new Promise<string>((resolve) => {
    const deliver = (_count: number, data: ArrayBuffer | undefined): void =>
      resolve(Buffer.from(data ?? new ArrayBuffer(0)).toString());
    native().receive(handle, deliver, 1, 4096, new ArrayBuffer(176));
  });
  return { message, handle };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("an abstract name is reached by '@'", async () => {
  const name = `tandem-raw-socket-${process.pid}`;
  const { message } = listen(`\0${name}`);
  sendUnixDatagram(`@${name}`, bytes('READY=1'));
  expect((await message).slice(0, 7)).toBe('READY=1');
});

test('a path is reached', async () => {
  const path = join(folder, 'log');
  const { message } = listen(`${path}\0`);
  sendUnixDatagram(path, bytes('<30>tandemd'));
  expect((await message).slice(0, 11)).toBe('<30>tandemd');
});

test('a full queue is EAGAIN, at once', () => {
  const name = `tandem-raw-socket-full-${process.pid}`;
  listen(`\0${name}`);
  const error = caught(() => {
    for (let i = 0; i < 100_000; i += 1) sendUnixDatagram(`@${name}`, bytes('x'));
  });
  expect(error).toMatchObject({ code: 'EAGAIN', syscall: 'sendto' });
});

test('nobody there is an error that names the path', () => {
  expect(caught(() => sendUnixDatagram(join(folder, 'none'), bytes('x')))).toMatchObject({
    code: 'ENOENT',
    message: expect.stringContaining(join(folder, 'none')),
  });
  expect(caught(() => sendUnixDatagram('@tandem-nobody', bytes('x')))).toMatchObject({
    code: 'ECONNREFUSED',
  });
  expect(caught(() => sendUnixDatagram(`/${'x'.repeat(107)}`, bytes('x')))).toMatchObject({
    code: 'ENAMETOOLONG',
  });
});

test('wrong arguments are TypeErrors', () => {
  for (const path of ['', 'a\0b', undefined as never, 7 as never])
    expect(caught(() => sendUnixDatagram(path, bytes('x')))).toBeInstanceOf(TypeError);
  expect(caught(() => sendUnixDatagram('@x', 'text' as never))).toBeInstanceOf(TypeError);
});
