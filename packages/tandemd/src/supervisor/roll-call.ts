import type { Duration } from '@tandem/time';
import type { ChildName } from '../ipc.ts';

/** Waits for children to say that they have done what they were told. */
export class RollCall {
  readonly #open = new Set<(name: ChildName) => void>();

  /** @param name - of a child that has answered, or will not any more */
  answer(name: ChildName): void {
    for (const strike of this.#open) strike(name);
  }

  /**
   * @param names - children to wait for; answers before this call do not count
   * @param limit - how long to wait at the most
   * @returns the children that have not answered by then
   */
  all(names: readonly ChildName[], limit: Duration): Promise<readonly ChildName[]> {
    const missing = new Set(names);
    return new Promise((resolve) => {
      const close = (): void => {
        clearTimeout(timer);
        this.#open.delete(strike);
        resolve([...missing]);
      };
      const strike = (name: ChildName): void => {
        missing.delete(name);
        if (missing.size === 0) close();
      };
      const timer = setTimeout(close, limit);
      this.#open.add(strike);
      if (missing.size === 0) close();
    });
  }
}
