import type { NetworkProbe, ProbeResult, TlsSettings } from '@tandem/health';
import { milliseconds, type Clock, type Duration } from '@tandem/time';
import { Deadlines, type Deadline, type OpenTimer } from './deadlines.ts';
import { runProbe } from './run-probe.ts';

/** Attempts that begin at the same time. */
const CONCURRENCY = 512;
/** An attempt that takes longer gives its place to others: slow servers hold nobody up. */
const PLACE: Duration = milliseconds(250);

/** How urgent an attempt is, and how to end it. */
export interface ProberOptions {
  readonly signal: AbortSignal;
  /** Those of 1 go first when all places are taken. */
  readonly priority: 0 | 1;
}

/** Makes attempts, a bounded number of them at a time. */
export class Prober {
  /** For all that waits in this process, so that it has one timer. */
  readonly deadlines: Deadlines;
  /** Attempts without a place, by priority. */
  readonly #waiting: readonly [(() => void)[], (() => void)[]] = [[], []];
  #taken = 0;
  #tls: TlsSettings | undefined;

  /**
   * @param clock - of all deadlines
   * @param openTimer - of them; absent: Node's own
   */
  constructor(clock: Clock, openTimer?: OpenTimer) {
    this.deadlines = new Deadlines(clock, openTimer);
  }

  /** @param tls - what SSL_GET shows to servers that ask, from now on */
  show(tls: TlsSettings | undefined): void {
    this.#tls = tls;
  }

  /**
   * @param probe - what to try
   * @param options - urgency and abort
   * @returns what came of it; never throws
   */
  async run(probe: NetworkProbe, { signal, priority }: ProberOptions): Promise<ProbeResult> {
    if (this.#taken >= CONCURRENCY)
      await new Promise<void>((resolve) => this.#waiting[priority].push(resolve));
    this.#taken += 1;
    let place: Deadline | undefined = this.deadlines.after(PLACE, () => {
      place = undefined;
      this.#leave();
    });
    const { deadlines } = this;
    const result = await runProbe(probe, signal, { deadlines, tls: this.#tls });
    if (place === undefined) return result;
    deadlines.cancel(place);
    this.#leave();
    return result;
  }

  #leave(): void {
    this.#taken -= 1;
    const next = this.#waiting[1].shift() ?? this.#waiting[0].shift();
    next?.();
  }
}
