import { createSocket, type Socket } from 'node:dgram';
import type { UdpReplySettings } from '@tandem/health';
import { ipFromBytes } from '@tandem/inet';
import { milliseconds } from '@tandem/time';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { runProbe } from '../src/index.ts';
import { judgeReply } from '../src/udp-check.ts';
import { serveDatagrams } from './datagram-server.ts';
import { LOOPBACK } from './server.ts';

const NEVER = new AbortController().signal;

async function send(port: number, reply?: UdpReplySettings, signal = NEVER) {
  const target = { address: LOOPBACK, port, bindAddress: ipFromBytes(Uint8Array.of(127, 0, 0, 7)) };
  const connectTimeout = milliseconds(200);
  const rest = { payload: '0102ff', ...(reply && { reply }) };
  return runProbe({ type: 'UDP_CHECK', target, connectTimeout, ...rest }, signal);
}

const ANY: UdpReplySettings = { bytes: '', mask: '' };
const MASKED: UdpReplySettings = { bytes: '0a000b', mask: 'ff00ff' };

test('the payload arrives; silence is as good as an answer where none is required', async () => {
  const { port, seen, close } = await serveDatagrams(() => []);
  expect(await send(port)).toEqual({ ok: true });
  expect(seen).toEqual([Buffer.from('0102ff', 'hex')]);
  expect(await send(port, ANY)).toMatchObject({ ok: false, reason: 'read-timeout' });
  close();
  expect(await send(port)).toMatchObject({ ok: false, reason: 'refused' });
});

test('bind_port is the port that the server sees', async () => {
  const own = createSocket('udp4');
  const bindPort = await new Promise<number>((resolve) => {
    own.bind(0, '127.0.0.1', () => resolve(own.address().port));
  });
  own.close();
  const server = createSocket('udp4');
  onTestFinished(() => void server.close());
  const port = await new Promise<number>((resolve) => {
    server.bind(0, '127.0.0.1', () => resolve(server.address().port));
  });
  const seen = new Promise<string>((resolve) => {
    server.on('message', (_, peer) => resolve(`${peer.address}:${peer.port}`));
  });
  const target = { address: LOOPBACK, port, bindPort };
  const probe = { target, connectTimeout: milliseconds(200), payload: '01' };
  expect(await runProbe({ type: 'UDP_CHECK', ...probe }, NEVER)).toEqual({ ok: true });
  expect(await seen).toBe(`127.0.0.1:${bindPort}`);
});

test('a required answer must have the bytes that count, as far as it goes', () => {
  const judge = (hex: string, reply: UdpReplySettings = MASKED) => {
    const outcome = judgeReply(Buffer.from(hex, 'hex'), reply);
    return outcome.ok || outcome.reason;
  };
  expect(judge('0aff0b')).toBe(true);
  expect(judge('0aff0bcc')).toBe(true);
  expect(judge('0a')).toBe(true);
  expect(judge('0aff')).toBe(true);
  expect(judge('0aff0b', { ...MASKED, lengthMin: 3, lengthMax: 3 })).toBe(true);
  expect(judge('0aff0c')).toBe('mismatch');
  expect(judge('0aff0b', { ...MASKED, lengthMin: 4 })).toBe('bad-length');
  expect(judge('0aff0bcc', { ...MASKED, lengthMax: 3 })).toBe('bad-length');
});

test('any answer is judged without an exception', () => {
  const half = fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each).toString('hex'));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), half, half, (data, bytes, mask) => {
      expect(typeof judgeReply(data, { bytes, mask }).ok).toBe('boolean');
    }),
  );
});

async function bound(socket: Socket, address: string, port: number): Promise<number> {
  await new Promise<void>((resolve) => {
    socket.bind(port, address, resolve);
  });
  return socket.address().port;
}

test.each(['127.0.0.1', '127.0.0.2'])(
  'answers of others than the server asked are not heard, of another port or address: %s',
  async (address) => {
    const [server, other] = [createSocket('udp4'), createSocket('udp4')];
    onTestFinished(() => {
      server.close();
      other.close();
    });
    server.on('message', (packet, peer) => other.send(packet, peer.port, peer.address));
    const port = await bound(server, '127.0.0.1', 0);
    await bound(other, address, address === '127.0.0.1' ? 0 : port);
    expect(await send(port, ANY)).toMatchObject({ reason: 'read-timeout' });
  },
);

test('an attempt can be ended at any time', async () => {
  const { port } = await serveDatagrams(() => []);
  const aborter = new AbortController();
  const result = send(port, ANY, aborter.signal);
  aborter.abort();
  expect(await result).toMatchObject({ reason: 'aborted' });
  expect(await send(port, ANY, aborter.signal)).toMatchObject({ reason: 'aborted' });
});

test('an address that is not ours cannot be bound, which is no failure of the server', async () => {
  const bindAddress = ipFromBytes(Uint8Array.of(192, 0, 2, 1));
  const target = { address: LOOPBACK, port: 9, bindAddress };
  const probe = { type: 'UDP_CHECK', target, connectTimeout: milliseconds(200), payload: '' };
  expect(await runProbe({ ...probe, type: 'UDP_CHECK' }, NEVER)).toMatchObject({
    reason: 'not-run',
  });
});
