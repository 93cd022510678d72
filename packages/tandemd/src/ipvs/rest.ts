/** Spreads work that nobody waits for: pauses between its pieces, until somebody does wait for it. */
import { between, type Clock } from '@tandem/time';

/** Others have all of the process meanwhile; with a hundred pieces the work takes less than 2 s. */
const PAUSE_MS = 12;

/** One pause at a time. */
export class Rest {
  readonly #clock: Clock;
  #end: (() => void) | undefined;
  #tookMs = 0;

  /** @param clock - tells how long the pauses really were */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns how long the pauses that nobody ended took since this was last asked, in milliseconds */
  takeMs(): number {
    const tookMs = this.#tookMs;
    this.#tookMs = 0;
    return tookMs;
  }

  /** Resolves after a while, or when somebody ends it: whoever does is not to wait for a clock. */
  pause(): Promise<void> {
    const start = this.#clock.now();
    return new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#tookMs += between(start, this.#clock.now());
        resolve();
      }, PAUSE_MS);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The pause, if there is one, is over. */
  end(): void {
    this.#end?.();
  }
}
