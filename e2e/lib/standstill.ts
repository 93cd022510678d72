import { Worker } from 'node:worker_threads';

const EVERY_MS = 10;

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

  /** Ends it. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
