/**
 * One TCP (or TLS) connection and what is said on it, within limits of time.
 * Every way in which it can end is a value; nothing is thrown.
 */
import type { CheckTarget } from '@tandem/health';
import type { Duration } from '@tandem/time';
import { inSeconds, times } from '@tandem/time';
import { forgetAbort, onAbort } from './abort.ts';
import { OWN_DEADLINES, type Deadline, type Deadlines } from './deadlines.ts';
import { failure, type Failure } from './failure.ts';
import { openLine, type Line, type LineListener } from './line.ts';
import { openSecureLine, type SecureOptions } from './secure-line.ts';

/** How a connection is made. */
export interface ConnectionOptions {
  readonly target: CheckTarget;
  /** Limit of connecting, of each step of a handshake, and again of each wait for more bytes. */
  readonly connectTimeout: Duration;
  readonly signal: AbortSignal;
  /** For its limits; absent: those of this module. */
  readonly deadlines?: Deadlines | undefined;
  /** Present: speak TLS; the certificate is not verified. */
  readonly secure?: SecureOptions;
}

/** The whole exchange may take this many times connectTimeout, so that a server that sends a byte now and then does not hold a check for ever. */
const TOTAL_FACTOR = 12;

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
 * @param reader - request and consumer
 * @returns what the reader said, success at end of file, or why it did not come that far
 */
export function exchange(options: ConnectionOptions, reader: AnswerReader): Promise<Outcome> {
  const { secure, signal } = options;
  if (signal.aborted) return Promise.resolve(failure('aborted', 'aborted before it began'));
  if (secure === undefined) return exchangeOn(openLine, options, reader);
  // Most checks speak no TLS, and it takes a while to load.
  return import('node:tls').then((speak) =>
    exchangeOn(
      (target, listener) => openSecureLine(target, { ...secure, speak }, listener),
      options,
      reader,
    ),
  );
}

function exchangeOn(
  open: typeof openLine,
  options: ConnectionOptions,
  reader: AnswerReader,
): Promise<Outcome> {
  return new Promise((resolve) => {
    new Exchange(options, reader, resolve).begin(open);
  });
}

/** One exchange under way: its limits, and its end. */
class Exchange implements LineListener {
  readonly #options: ConnectionOptions;
  readonly #reader: AnswerReader;
  readonly #resolve: (outcome: Outcome) => void;
  readonly #deadlines: Deadlines;
  readonly #wait: Deadline;
  readonly #total: Deadline;
  #line: Line | undefined;
  #isConnected = false;
  #isOver = false;

  constructor(
    options: ConnectionOptions,
    reader: AnswerReader,
    resolve: (outcome: Outcome) => void,
  ) {
    this.#options = options;
    this.#reader = reader;
    this.#resolve = resolve;
    const { connectTimeout, signal, deadlines = OWN_DEADLINES } = options;
    this.#deadlines = deadlines;
    this.#wait = deadlines.after(connectTimeout, this.#late);
    this.#total = deadlines.after(times(connectTimeout, TOTAL_FACTOR), this.#tooSlow);
    onAbort(signal, this.#abort);
  }

  begin(open: typeof openLine): void {
    const line = open(this.#options.target, this);
    if ('reason' in line) this.#finish(line);
    else if (this.#isOver) line.close();
    else this.#line = line;
  }

  advanced(): void {
    this.#waitOn();
  }

  connected(): void {
    this.#isConnected = true;
    this.#waitOn();
    if (this.#reader.request !== undefined) this.#line?.say(this.#reader.request);
  }

  heard(bytes: Uint8Array): void {
    const outcome = this.#reader.read(bytes, this.#say);
    if (outcome !== undefined) return this.#finish(outcome);
    // The end of the answer may come with it, and then no clock need be read.
    queueMicrotask(this.#waitOn);
  }

  ended(): void {
    this.#finish({ ok: true });
  }

  failed(why: Failure): void {
    this.#finish(why);
  }

  readonly #say = (bytes: Uint8Array): void => this.#line?.say(bytes);
  readonly #waitOn = (): void => this.#deadlines.postpone(this.#wait, this.#options.connectTimeout);
  readonly #abort = (): void => this.#finish(failure('aborted', 'aborted'));

  readonly #late = (): void => {
    const limit = inSeconds(this.#options.connectTimeout);
    this.#finish(
      this.#isConnected
        ? failure('read-timeout', `no data for ${limit} s`)
        : failure('connect-timeout', `no connection within ${limit} s`),
    );
  };

  readonly #tooSlow = (): void => {
    const limit = inSeconds(this.#options.connectTimeout) * TOTAL_FACTOR;
    this.#finish(failure('too-slow', `answer not complete within ${limit} s`));
  };

  #finish(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#deadlines.cancel(this.#wait);
    this.#deadlines.cancel(this.#total);
    forgetAbort(this.#options.signal, this.#abort);
    this.#line?.close();
    this.#resolve(outcome);
  }
}
