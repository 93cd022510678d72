import type { NetworkProbe, ProbeResult, TlsSettings } from '@tandem/health';
import PQueue from 'p-queue';
import { runProbe } from './run-probe.ts';

/** Attempts that begin at the same time. */
const CONCURRENCY = 512;
/** An attempt that takes longer gives its place to others: slow servers hold nobody up. */
const PLACE_MS = 250;

/** How urgent an attempt is, and how to end it. */
export interface ProberOptions {
  readonly signal: AbortSignal;
  /** Higher ones go first when all places are taken. */
  readonly priority: number;
}

/** Makes attempts, a bounded number of them at a time. */
export class Prober {
  readonly #queue = new PQueue({ concurrency: CONCURRENCY });
  #tls: TlsSettings | undefined;

  /** @param tls - what SSL_GET shows to servers that ask, from now on */
  show(tls: TlsSettings | undefined): void {
    this.#tls = tls;
  }

  /**
   * @param probe - what to try
   * @param options - urgency and abort
   * @returns what came of it; never throws
   */
  async run(probe: NetworkProbe, options: ProberOptions): Promise<ProbeResult> {
    const { signal, priority } = options;
    return new Promise((resolve) => {
      void this.#queue.add(
        () => {
          const result = runProbe(probe, signal, this.#tls);
          void result.then(resolve);
          return placeTaken(result);
        },
        { priority },
      );
    });
  }
}

/** @returns when an attempt has ended, or is a slow one */
async function placeTaken(result: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const slow = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PLACE_MS);
  });
  await Promise.race([result, slow]);
  clearTimeout(timer);
}
