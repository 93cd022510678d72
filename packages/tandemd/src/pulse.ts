/**
 * How the supervisor sees that a child's event loop turns: a stream beside the IPC channel, on which
 * the child's addon answers. By the channel, with its JSON, four answers in a second would cost a
 * quiet vrrp process more than all else that it does.
 */
import type { ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import { answerWithTime, readTime } from '@tandem/raw-socket';

/** Where a child has its end: after the standard streams and the IPC channel. */
const DESCRIPTOR = 4;

const ASK = new Uint8Array(1);

/** In a child that serves: answers what has been asked before, too. */
export function answerPings(): void {
  answerWithTime(DESCRIPTOR);
}

/**
 * In the supervisor.
 * @param child - with a pipe at the descriptor
 * @param answered - called with the time on the monotonic clock, in ms, when the child has answered
 * @returns asks the child for an answer; nothing happens once it is gone
 */
export function pulseOf(
  child: Pick<ChildProcess, 'stdio'>,
  answered: (atMonotonicMs: number) => void,
): () => void {
  const stream = child.stdio[DESCRIPTOR];
  // There is none to a child that could not be started.
  if (!(stream instanceof Duplex)) return () => undefined;
  stream.on('data', (bytes: Uint8Array) => {
    const atMs = readTime(bytes);
    if (atMs !== undefined) answered(atMs);
  });
  // Its end is told elsewhere.
  stream.on('error', () => undefined);
  return () => {
    if (stream.writable) stream.write(ASK);
  };
}
