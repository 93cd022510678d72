import { createSocket } from 'node:dgram';
import { onTestFinished } from 'vitest';

/** A UDP server on loopback that answers each packet as the test says; gone after the test. */
export async function serveDatagrams(answer: (packet: Buffer) => readonly Buffer[]): Promise<{
  readonly port: number;
  readonly seen: readonly Buffer[];
  readonly close: () => void;
}> {
  const seen: Buffer[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (packet, { address, port }) => {
    seen.push(packet);
    for (const each of answer(packet)) socket.send(each, port, address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  let open = true;
  const close = (): void => {
    if (open) socket.close();
    open = false;
  };
  onTestFinished(close);
  return { port: socket.address().port, seen, close };
}
