import type { Probe, ProbeResult } from '@tandem/health';
import PQueue from 'p-queue';
import { runProbe } from './run-probe.ts';

/** Attempts at a time: enough that servers which do not answer do not hold up the others. */
const CONCURRENCY = 512;

/** How urgent an attempt is, and how to end it. */
export interface ProberOptions {
  readonly signal: AbortSignal;
  /** Higher ones go first when all places are taken. */
  readonly priority: number;
}

/** Makes attempts, a bounded number of them at a time. */
export class Prober {
  readonly #queue = new PQueue({ concurrency: CONCURRENCY });

  /**
   * @param probe - what to try
   * @param options - urgency and abort
   * @returns what came of it; never throws
   */
  async run(probe: Probe, options: ProberOptions): Promise<ProbeResult> {
    const { signal, priority } = options;
    return this.#queue.add(() => runProbe(probe, signal), { priority });
  }
}
