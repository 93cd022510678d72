import { createServer, type AddressInfo, type Socket } from 'node:net';
import { ipFromBytes } from '@tandem/inet';
import { instant, seconds, type Clock, type Duration } from '@tandem/time';
import { onTestFinished } from 'vitest';
import type { HttpProbe } from '@tandem/health';

export const LOOPBACK = ipFromBytes(Uint8Array.of(127, 0, 0, 1));

export const CLOCK: Clock = { now: () => instant(performance.now()) };

/** A server on loopback that does with each connection what the test says; gone after the test. */
export async function serve(behave: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    behave(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    for (const each of sockets) each.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that answers each request with these pieces, and closes. */
export async function answer(...pieces: readonly string[]): Promise<number> {
  return serve((socket) => {
    socket.once('data', () => {
      for (const piece of pieces) socket.write(piece, 'latin1');
      socket.end();
    });
  });
}

/** Limit where an answer is to come: server and check share a process that may pause. */
export const PATIENCE: Duration = seconds(5);
/** Limit where none is to come. */
export const SILENCE: Duration = seconds(0.2);

export function httpProbe(port: number, changes: Partial<HttpProbe> = {}): HttpProbe {
  return {
    type: 'HTTP_GET',
    target: { address: LOOPBACK, port },
    connectTimeout: PATIENCE,
    path: '/',
    host: 'example.org',
    httpProtocol: '1.0',
    ...changes,
  };
}
