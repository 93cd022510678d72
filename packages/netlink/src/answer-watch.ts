/** After the time has passed: answers that wait in the queue get this long to be read. */
const GRACE_MS = 100;

/**
 * Finds out that answers stay away. One timer looks now and then whether there was any sign of
 * life, so that a sign costs nothing: silence is told after one to two times the timeout.
 */
export class AnswerWatch {
  readonly #timeoutMs: number;
  readonly #isWaiting: () => boolean;
  readonly #onSilence: () => void;
  #timer: NodeJS.Timeout | undefined;
  #alive = false;
  #grace = false;

  /**
   * @param timeoutMs - how long silence may last
   * @param isWaiting - whether an answer is due at all
   * @param onSilence - called when answers are due and there was no sign of life
   */
  constructor(timeoutMs: number, isWaiting: () => boolean, onSilence: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#isWaiting = isWaiting;
    this.#onSilence = onSilence;
  }

  /** Something was sent or received. */
  sign(): void {
    this.#alive = true;
    this.#grace = false;
    if (this.#timer === undefined) this.#arm(this.#timeoutMs);
  }

  /** No more of it. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => this.#look(), delayMs);
  }

  #look(): void {
    this.#timer = undefined;
    if (!this.#isWaiting()) return;
    if (this.#alive) {
      this.#alive = false;
      this.#arm(this.#timeoutMs);
    } else if (!this.#grace) {
      // The process may have been stopped: what waits in the queue is read first.
      this.#grace = true;
      this.#arm(GRACE_MS);
    } else {
      this.#grace = false;
      this.#onSilence();
    }
  }
}
