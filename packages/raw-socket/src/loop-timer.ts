/** A timer to the millisecond that costs little: of Node's own, each reads the clock four times. */
import { native } from './native.ts';
import { checked } from './socket-error.ts';

/** One timer of the event loop; keeps the process alive while it runs. */
export class LoopTimer {
  readonly #id: number;

  private constructor(id: number) {
    this.#id = id;
  }

  /**
   * @param callback - called once after each `start`, from the event loop; what it throws becomes an
   *   'uncaughtException'
   * @throws SocketError: ENOMEM; TypeError
   */
  static open(callback: () => void): LoopTimer {
    return new LoopTimer(checked('timer', native().openTimer(callback)));
  }

  /**
   * Takes the place of what was started before.
   * @param delayMs - 0–2147483647, whole; counted from when the event loop has last looked at the
   *   clock, before this turn of it began, so that it may come as much too early
   * @throws SocketError: EBADF once it is closed; TypeError
   */
  start(delayMs: number): void {
    checked('timer', native().startTimer(this.#id, delayMs));
  }

  /** Does not call until it is started again; may be called from the callback, and again. */
  stop(): void {
    native().stopTimer(this.#id);
  }

  /** Never calls again; may be called from the callback, and again. */
  close(): void {
    native().closeTimer(this.#id);
  }
}
