/** Holds back what a child tells its supervisor, until what is pressing is done. */
import type { FromChild } from './ipc.ts';
import { LogBlock } from './log-block.ts';

/** One batch is written in about a tenth of a millisecond; each line of a block counts. */
const BATCH_MESSAGES = 100;

/**
 * Messages in their order, in batches: each when the event loop has served its timers and sockets, or
 * at once where it is pressing.
 * A new master's first advert and announcement are out before anybody is told that it is one.
 */
export class Outbox {
  readonly #deliver: (batch: readonly FromChild[]) => void;
  readonly #pressing: ReadonlySet<FromChild['type']>;
  #waiting: FromChild[] = [];
  /** Behind those that wait. */
  readonly #block = new LogBlock();
  #planned = false;

  /**
   * @param deliver - takes at least one message
   * @param pressing - what the supervisor must know before the child does anything more
   */
  constructor(
    deliver: (batch: readonly FromChild[]) => void,
    pressing: readonly FromChild['type'][] = [],
  ) {
    this.#deliver = deliver;
    this.#pressing = new Set(pressing);
  }

  /** Puts one behind all others; one that is pressing takes these with it. */
  add(message: FromChild): void {
    if (!this.#block.take(message)) {
      this.#closeBlock();
      if (!this.#block.take(message)) this.#waiting.push(message);
    }
    if (this.#pressing.has(message.type)) this.flush();
    else this.#plan();
  }

  /** Delivers all now; before the end of the process nothing may wait. */
  flush(): void {
    this.#closeBlock();
    const all = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < all.length; from += BATCH_MESSAGES)
      this.#deliver(all.slice(from, from + BATCH_MESSAGES));
  }

  #closeBlock(): void {
    const message = this.#block.close();
    if (message !== undefined) this.#waiting.push(message);
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => this.#deliverSome());
  }

  #deliverSome(): void {
    this.#planned = false;
    this.#closeBlock();
    const batch = this.#waiting.splice(0, this.#batchLength());
    if (this.#waiting.length > 0) this.#plan();
    if (batch.length > 0) this.#deliver(batch);
  }

  #batchLength(): number {
    let count = 0;
    let room = BATCH_MESSAGES;
    for (const message of this.#waiting) {
      room -= weightOf(message);
      if (room < 0) break;
      count += 1;
    }
    return count;
  }
}

/** @returns how many messages it stands for, a batch of them at the most */
function weightOf(message: FromChild): number {
  return message.type === 'log-lines' ? message.lines.split('\n').length : 1;
}
