/** Holds back what a child tells its supervisor, until what is pressing is done. */
import type { FromChild } from './ipc.ts';

/** One batch is written in about a tenth of a millisecond. */
const BATCH_MESSAGES = 100;

/**
 * Messages in their order, in batches: each when the event loop has served its timers and sockets.
 * A new master's first advert and announcement are out before anybody is told that it is one.
 */
export class Outbox {
  readonly #deliver: (batch: readonly FromChild[]) => void;
  #waiting: FromChild[] = [];
  #planned = false;

  /** @param deliver - takes at least one message */
  constructor(deliver: (batch: readonly FromChild[]) => void) {
    this.#deliver = deliver;
  }

  /** Puts one behind all others. */
  add(message: FromChild): void {
    this.#waiting.push(message);
    this.#plan();
  }

  /** Delivers all now; before the end of the process nothing may wait. */
  flush(): void {
    const all = this.#waiting;
    this.#waiting = [];
    if (all.length > 0) this.#deliver(all);
  }

  #plan(): void {
    if (this.#planned) return;
    this.#planned = true;
    setImmediate(() => this.#deliverSome());
  }

  #deliverSome(): void {
    this.#planned = false;
    const batch = this.#waiting.splice(0, BATCH_MESSAGES);
    if (this.#waiting.length > 0) this.#plan();
    if (batch.length > 0) this.#deliver(batch);
  }
}
