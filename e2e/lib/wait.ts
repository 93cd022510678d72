import { setTimeout as delay } from 'node:timers/promises';

/** How to wait. */
export interface WaitOptions {
  /** Gives up after so long. */
  readonly limitMs: number;
  /** Pause between two looks; 50 ms without. */
  readonly everyMs?: number;
}

/**
 * Looks again and again until there is something to see.
 * @param what - what is waited for, in words, for the error
 * @param look - returns `undefined` or `false` as long as it is not there
 * @returns what was seen
 * @throws Error after the limit
 */
export async function waitUntil<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  options: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + options.limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${options.limitMs} ms`);
    }
    await delay(options.everyMs ?? 50);
  }
}
