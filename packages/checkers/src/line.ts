/** A TCP connection as a checker sees it: bytes one way and the other, and how it ends. */
import type { CheckTarget } from '@tandem/health';
import { Stream, type StreamNews } from '@tandem/raw-socket';
import { asFailure, failureOf, type Failure } from './failure.ts';
import { routeTo } from './target-address.ts';

/** Hears what happens to a line; none of it after the line has been closed. */
export interface LineListener {
  /** A step towards a connection is done, where there are several. */
  advanced(): void;
  connected(): void;
  /** @param bytes - are overwritten once this returns */
  heard(bytes: Uint8Array): void;
  /** The other end has no more to say. */
  ended(): void;
  failed(why: Failure): void;
}

/** What can be done with it. */
export interface Line {
  say(bytes: Uint8Array): void;
  /** May be called again. */
  close(): void;
}

const READ_BYTES = 65_536;
/** An endless answer must not keep others waiting. */
const READS_PER_TURN = 16;

const buffer = new Uint8Array(READ_BYTES);

/**
 * @param target - where to, and how from here
 * @param listener - hears of it; not before this returns
 * @returns the line, not connected yet, or why there is none
 */
export function openLine(target: CheckTarget, listener: LineListener): Line | Failure {
  try {
    return new TcpLine(target, listener);
  } catch (error) {
    return asFailure(error);
  }
}

class TcpLine implements Line {
  readonly #listener: LineListener;
  readonly #stream: Stream;
  #isConnected = false;
  #isClosed = false;
  #unsaid: Uint8Array | undefined;

  constructor(target: CheckTarget, listener: LineListener) {
    this.#listener = listener;
    this.#stream = Stream.connect(routeTo(target), (news) => this.#take(news));
  }

  say(bytes: Uint8Array): void {
    const all = this.#unsaid === undefined ? bytes : Buffer.concat([this.#unsaid, bytes]);
    const said = this.#stream.write(all);
    this.#unsaid = said < all.length ? all.slice(said) : undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#stream.close();
  }

  #take({ canRead, canWrite, ended, failed }: StreamNews): void {
    try {
      const error = failed ? this.#stream.takeError() : undefined;
      if (error !== undefined) return this.#listener.failed(failureOf(error));
      if (canWrite) this.#write();
      if (canRead || ended) this.#read(ended);
    } catch (error) {
      if (!this.#isClosed) this.#listener.failed(asFailure(error));
    }
  }

  #write(): void {
    if (!this.#isConnected) {
      this.#isConnected = true;
      this.#listener.connected();
    } else if (this.#unsaid !== undefined) this.say(new Uint8Array(0));
  }

  /** @param ended - all that is to come is there: what is not as long as it may be is the last */
  #read(ended: boolean): void {
    for (let i = 0; i < READS_PER_TURN && !this.#isClosed; i += 1) {
      const count = this.#stream.read(buffer);
      if (count === undefined) return;
      if (count === 0) return this.#listener.ended();
      this.#listener.heard(buffer.subarray(0, count));
      if (ended && count < READ_BYTES && !this.#isClosed) return this.#listener.ended();
    }
    if (!this.#isClosed) setImmediate(() => this.#readOn(ended));
  }

  #readOn(ended: boolean): void {
    if (!this.#isClosed) this.#take({ canRead: true, canWrite: false, ended, failed: false });
  }
}
