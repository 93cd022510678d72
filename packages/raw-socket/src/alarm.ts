/** A moment to be woken at, exactly: Node's own timers count whole milliseconds. */
import { native } from './native.ts';
import { checked } from './socket-error.ts';

/** One timer of the kernel on the event loop; keeps the process alive until it is closed. */
export class Alarm {
  readonly #id: number;

  private constructor(id: number) {
    this.#id = id;
  }

  /**
   * @param callback - called once after each `set`, from the event loop; what it throws becomes an
   *   'uncaughtException'
   * @throws SocketError such as EMFILE; TypeError
   * @see timerfd_create(2)
   */
  static open(callback: () => void): Alarm {
    return new Alarm(checked('timerfd_create', native().openAlarm(callback)));
  }

  /**
   * Takes the place of what was set before.
   * @param atMs - on CLOCK_MONOTONIC, with fractions, above 0; one that has passed wakes at once.
   *   undefined: never
   * @throws SocketError: EBADF once it is closed; TypeError
   */
  set(atMs: number | undefined): void {
    checked('timerfd_settime', native().setAlarm(this.#id, atMs ?? 0));
  }

  /** Never wakes again; may be called from the callback, and again. */
  close(): void {
    native().stopAlarm(this.#id);
  }
}
