/** A task that waits for its turn. */
interface Waiting {
  readonly lane: string;
  readonly task: () => Promise<void>;
}

/**
 * Runs tasks a few at a time. Those of one lane run one after the other, in the order in which they
 * came; a lane that takes long holds no other one up as long as there is room.
 */
export class Lanes {
  readonly #atOnce: number;
  readonly #busy = new Set<string>();
  #waiting: Waiting[] = [];
  #idle: (() => void)[] = [];

  /** @param atOnce - how many tasks may run at a time */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Tasks that have not begun. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Tasks that have not ended. */
  get unfinished(): number {
    return this.#waiting.length + this.#busy.size;
  }

  /** @param task - never rejects */
  add(lane: string, task: () => Promise<void>): void {
    this.#waiting.push({ lane, task });
    this.#fill();
  }

  /** Waits until no task is left. */
  async whenIdle(): Promise<void> {
    if (this.unfinished > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #fill(): void {
    while (this.#busy.size < this.#atOnce) {
      const at = this.#waiting.findIndex(({ lane }) => !this.#busy.has(lane));
      const [next] = at < 0 ? [] : this.#waiting.splice(at, 1);
      if (next === undefined) return;
      this.#busy.add(next.lane);
      void next.task().then(() => this.#end(next.lane));
    }
  }

  #end(lane: string): void {
    this.#busy.delete(lane);
    this.#fill();
    if (this.unfinished > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
