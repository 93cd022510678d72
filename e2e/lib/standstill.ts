import { Worker } from 'node:worker_threads';

const EVERY_MS = 10;
/** From so long on a time limit of a client or a daemon may have run out. */
const LONG_MS = 1000;
/** More would be no accident. */
const ATTEMPTS_MAX = 3;

/** In a thread of its own, which nothing but the machine keeps waiting. */
const WATCH = `const { longest } = require('node:worker_threads').workerData;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  const late = Math.ceil(now - last - ${EVERY_MS});
  if (late > Atomics.load(longest, 0)) Atomics.store(longest, 0, late);
  last = now;
}, ${EVERY_MS});`;

/**
 * Notices for how long the machine keeps a program waiting that only wants to look at the clock.
 * What must happen within a time may take so much longer: next to nothing where nothing else runs.
 */
export class Standstill {
  readonly #longest = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker = new Worker(WATCH, { eval: true, workerData: { longest: this.#longest } });

  constructor() {
    this.#worker.unref();
  }

  /** Forgets what was. */
  begin(): void {
    Atomics.store(this.#longest, 0, 0);
  }

  /** The longest wait since then. */
  get longestMs(): number {
    return Atomics.load(this.#longest, 0);
  }

  /**
   * Does what has time limits that cannot be stretched; once more when it fails and the machine has
   * stood still since `begin`. Where it has not, nothing is done twice.
   * @param restore - resolves when what it starts from is there again, if that may have changed
   */
  async outlive(act: () => Promise<void>, restore?: () => Promise<void>): Promise<void> {
    for (let attempts = 1; ; attempts += 1) {
      try {
        await act();
        return;
      } catch (error) {
        if (attempts === ATTEMPTS_MAX || this.longestMs < LONG_MS) throw error;
      }
      this.begin();
      await restore?.();
    }
  }

  /** Ends it. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
