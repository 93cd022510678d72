/**
 * One TCP (or TLS) connection and what is said on it, within limits of time.
 * Every way in which it can end is a value; nothing is thrown.
 */
import { connect, type Socket } from 'node:net';
import type { CheckTarget } from '@tandem/health';
import type { Duration } from '@tandem/time';
import { inSeconds } from '@tandem/time';
import { failure, failureOf, type Failure } from './failure.ts';

/** How a connection is made. */
export interface ConnectionOptions {
  readonly target: CheckTarget;
  /** Limit of connecting, and again of each wait for more bytes. */
  readonly connectTimeout: Duration;
  readonly signal: AbortSignal;
  /** Present: speak TLS; the certificate is not verified. */
  readonly secure?: SecureOptions;
}

/** TLS without verification: a check asks whether a page comes, not who sends it. */
interface SecureOptions {
  /** Name sent in the handshake (SNI); absent: none. */
  readonly serverName?: string;
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
  const { connectTimeout, signal } = options;
  if (signal.aborted) return failure('aborted', 'aborted before it began');
  const tls = options.secure === undefined ? undefined : await import('node:tls');
  return new Promise((resolve) => {
    const tcp = open(options);
    if (typeof tcp === 'string') return resolve(failure('bind-failed', tcp));
    const secured = tls?.connect({
      socket: tcp,
      rejectUnauthorized: false,
      ...(options.secure?.serverName === undefined
        ? {}
        : { servername: options.secure.serverName }),
    });
    const socket = secured ?? tcp;
    let connected = false;
    const finish = (result: Outcome): void => {
      clearTimeout(wait);
      clearTimeout(total);
      signal.removeEventListener('abort', abort);
      socket.destroy();
      tcp.destroy();
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
    tcp.on('error', (error) => finish(failureOf(error)));
    secured?.on('error', (error) =>
      finish(connected ? failureOf(error) : failure('handshake', error.message)),
    );
    socket.once(secured === undefined ? 'connect' : 'secureConnect', () => {
      connected = true;
      if (reader === undefined) return finish({ ok: true });
      wait.refresh();
      if (reader.request !== undefined) socket.write(reader.request);
    });
    socket.on('data', (chunk: Buffer) => {
      wait.refresh();
      const outcome = reader?.read(chunk, (bytes) => void socket.write(bytes));
      if (outcome !== undefined) finish(outcome);
    });
    socket.on('end', () => finish({ ok: true }));
    socket.on('close', () => finish(failure('reset', 'connection closed')));
  });
}

/** A bad bindto makes connect() throw; that is the server's failure all the same. */
function open(options: ConnectionOptions): Socket | string {
  const { address, port, bindAddress, bindPort } = options.target;
  try {
    return connect({
      host: address,
      port,
      allowHalfOpen: false,
      noDelay: true,
      ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
      ...(bindPort === undefined ? {} : { localPort: bindPort }),
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
