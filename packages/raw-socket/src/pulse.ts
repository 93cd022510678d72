/** Signs of life over a stream: a byte asks, and the time is the answer. */
import { native } from './native.ts';
import { LITTLE_ENDIAN } from './socket-address.ts';
import { checked } from './socket-error.ts';

const ANSWER_BYTES = 8;

/**
 * From now on, what comes over a stream is answered by the event loop alone, without any JavaScript:
 * it says no more than that the loop turns. Bytes that came in together, or before, get one answer.
 * The process may end although it listens; programs that it starts do not get the descriptor.
 * @param descriptor - of a stream socket of which nobody else here reads; closed with its other end
 * @throws SocketError, such as EBADF; TypeError
 */
export function answerWithTime(descriptor: number): void {
  checked('poll', native().answerWithTime(descriptor));
}

/**
 * @param bytes - whole answers, as they came in
 * @returns the time of the last one in milliseconds on CLOCK_MONOTONIC; undefined without any
 */
export function readTime(bytes: Uint8Array): number | undefined {
  const offset = bytes.length - ANSWER_BYTES;
  if (offset < 0) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset + offset).getFloat64(0, LITTLE_ENDIAN);
}
