import { connect, type Socket } from 'node:net';
import { inSeconds, type Duration } from '@tandem/time';

/**
 * Connects to a mail relay, whichever of its addresses answers.
 * @param limit - how long it may take
 * @throws Error when nothing answers
 */
export function openRelay(host: string, port: number, limit: Duration): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no connection within ${inSeconds(limit)} s`));
    }, limit);
    // Stays for good: an error that nobody listens to would end the process.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      // An error that stands for several addresses has no text of its own.
      reject(error.message === '' ? new Error(error.code ?? 'no connection') : error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}
