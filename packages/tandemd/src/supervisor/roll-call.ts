import type { Duration } from '@tandem/time';
import type { ChildName } from '../ipc.ts';

/** How children do what they were told. */
export interface Roll {
  /** Settles when all have answered or the time is over, with those that have not. */
  readonly inTime: Promise<readonly ChildName[]>;
  /** Resolves when all have answered, however late. */
  readonly complete: Promise<void>;
}

/** Strikes a child off a list; tells whether it was on it. */
type Strike = (name: ChildName) => boolean;

/** Waits for children to say that they have done what they were told. */
export class RollCall {
  /** In the order of the calls. */
  readonly #open = new Set<Strike>();
  /** The calls before the start of each child that does not serve yet. */
  readonly #known = new Map<ChildName, readonly Strike[]>();

  /** @param name - of a child that is being started with all that was told so far */
  begin(name: ChildName): void {
    this.#known.set(name, [...this.#open]);
  }

  /** @param name - of a child that serves: what it was told since its start is still to be done */
  serve(name: ChildName): void {
    for (const strike of this.#known.get(name) ?? []) strike(name);
    this.#known.delete(name);
  }

  /** @param name - of a child that will do nothing of what it was told any more */
  answer(name: ChildName): void {
    for (const strike of this.#open) strike(name);
  }

  /** @param name - of a child that has done what it was told first */
  answerFirst(name: ChildName): void {
    for (const strike of this.#open) if (strike(name)) return;
  }

  /**
   * @param names - children to wait for; answers before this call do not count
   * @param limit - how long to wait for an answer in time
   */
  all(names: readonly ChildName[], limit: Duration): Roll {
    const missing = new Set(names);
    let timer: NodeJS.Timeout | undefined;
    const complete = new Promise<void>((resolve) => {
      const strike: Strike = (name) => {
        const was = missing.delete(name);
        if (missing.size === 0) {
          this.#open.delete(strike);
          resolve();
        }
        return was;
      };
      this.#open.add(strike);
      if (missing.size === 0) resolve();
    });
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limit);
    });
    const inTime = Promise.race([complete, late]).then(() => {
      clearTimeout(timer);
      return [...missing];
    });
    return { inTime, complete };
  }
}
