/** Lets things pass one at a time, with a gap between them. */

/** Those of one queue that may wait; beyond, the oldest go. */
const WAITING_MAX = 20_000;

interface Queue<T> {
  readonly things: T[];
  timer: NodeJS.Timeout | undefined;
}

/** Queues by name, each with gaps of its own. */
export class PacedQueues<T> {
  readonly #pass: (thing: T, hasWaited: boolean) => void;
  readonly #queues = new Map<string, Queue<T>>();

  /** @param pass - given each thing when its time has come */
  constructor(pass: (thing: T, hasWaited: boolean) => void) {
    this.#pass = pass;
  }

  /**
   * @param name - of the queue, whose first thing passes at once
   * @param gapMs - before the next one, more than 0
   */
  add(name: string, thing: T, gapMs: number): void {
    const queue = this.#queues.get(name) ?? { things: [], timer: undefined };
    this.#queues.set(name, queue);
    queue.things.push(thing);
    if (queue.things.length > WAITING_MAX) queue.things.shift();
    if (queue.timer === undefined) this.#serve(queue, gapMs, false);
  }

  /** What waits is dropped. */
  close(): void {
    for (const { timer } of this.#queues.values()) clearTimeout(timer);
    this.#queues.clear();
  }

  #serve(queue: Queue<T>, gapMs: number, hasWaited: boolean): void {
    const thing = queue.things.shift();
    queue.timer =
      thing === undefined ? undefined : setTimeout(() => this.#serve(queue, gapMs, true), gapMs);
    if (thing !== undefined) this.#pass(thing, hasWaited);
  }
}
