/**
 * One TCP (or TLS) connection and what is said on it, within limits of time.
 * Every way in which it can end is a value; nothing is thrown.
 */
import type { CheckTarget } from '@tandem/health';
import type { Duration } from '@tandem/time';
import { inSeconds } from '@tandem/time';
import { failure, type Failure } from './failure.ts';
import { openLine, type LineListener } from './line.ts';
import { openSecureLine, type SecureOptions } from './secure-line.ts';

/** How a connection is made. */
export interface ConnectionOptions {
  readonly target: CheckTarget;
  /** Limit of connecting, and again of each wait for more bytes. */
  readonly connectTimeout: Duration;
  readonly signal: AbortSignal;
  /** Present: speak TLS; the certificate is not verified. */
  readonly secure?: SecureOptions;
}

/** The whole exchange may take this many times connectTimeout, so that a server that sends a byte now and then does not hold a check for ever. */
const TOTAL_FACTOR = 12;

/**
 * Connects and closes again.
 * @returns success, or why not
 */
export async function tryConnection(options: ConnectionOptions): Promise<Outcome> {
  return exchange(options, undefined);
}

/** What a reader does with the bytes of an answer. */
export interface AnswerReader {
  /** Sent once the connection stands; absent: the server speaks first. */
  readonly request?: Uint8Array;
  /**
   * @param chunk - the next bytes
   * @param say - sends more
   * @returns how it ends, or undefined to go on
   */
  read(chunk: Uint8Array, say: (bytes: Uint8Array) => void): Outcome | undefined;
}

/** How an exchange can end. */
export type Outcome = Failure | { readonly ok: true };

/**
 * Connects, sends the request, and hands over what comes until the server closes or the reader ends it.
 * @param options - where to and within which limits
 * @param reader - request and consumer; undefined: close as soon as the connection stands
 * @returns what the reader said, success at end of file, or why it did not come that far
 */
export async function exchange(
  options: ConnectionOptions,
  reader: AnswerReader | undefined,
): Promise<Outcome> {
  const { target, connectTimeout, signal, secure } = options;
  if (signal.aborted) return failure('aborted', 'aborted before it began');
  // Most checks speak no TLS, and it takes a while to load.
  const tls = secure === undefined ? undefined : await import('node:tls');
  return new Promise((resolve) => {
    let connected = false;
    const finish = (result: Outcome): void => {
      clearTimeout(wait);
      clearTimeout(total);
      signal.removeEventListener('abort', abort);
      if ('close' in line) line.close();
      resolve(result);
    };
    const late = (): void =>
      finish(
        connected
          ? failure('read-timeout', `no data for ${inSeconds(connectTimeout)} s`)
          : failure('connect-timeout', `no connection within ${inSeconds(connectTimeout)} s`),
      );
    const abort = (): void => finish(failure('aborted', 'aborted'));
    const wait = setTimeout(late, connectTimeout);
    const total = setTimeout(() => {
      const limit = inSeconds(connectTimeout) * TOTAL_FACTOR;
      finish(failure('too-slow', `answer not complete within ${limit} s`));
    }, connectTimeout * TOTAL_FACTOR);
    signal.addEventListener('abort', abort, { once: true });
    const say = (bytes: Uint8Array): void => {
      if ('say' in line) line.say(bytes);
    };
    const listener: LineListener = {
      connected: () => {
        connected = true;
        if (reader === undefined) return finish({ ok: true });
        wait.refresh();
        if (reader.request !== undefined) say(reader.request);
      },
      heard: (bytes) => {
        wait.refresh();
        const outcome = reader?.read(bytes, say);
        if (outcome !== undefined) finish(outcome);
      },
      ended: () => finish({ ok: true }),
      failed: finish,
    };
    const line =
      tls === undefined
        ? openLine(target, listener)
        : openSecureLine(target, { ...secure, speak: tls }, listener);
    if ('reason' in line) finish(line);
  });
}
