import { stepCheck, type CheckEffect, type CheckEvent, type CheckStep } from '@tandem/health';
import { between, type Clock } from '@tandem/time';
import type { CheckSnapshot } from '@tandem/status';
import type { RunProbe } from './probe-runner.ts';

/** What a checker needs from outside. */
export interface CheckPorts {
  readonly runProbe: RunProbe;
  readonly clock: Clock;
  /** Wall time, milliseconds since 1970. */
  readonly epochMs: () => number;
}

/** Longest delay that setTimeout takes. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** Drives one check machine: its timer, its attempts, and what it wants done. */
export class CheckRunner {
  readonly #ports: CheckPorts;
  readonly #perform: (effect: CheckEffect) => void;
  readonly #aborter = new AbortController();
  #state: CheckStep['state'];
  #timer: NodeJS.Timeout | undefined;
  #lastRunEpochMs: number | undefined;
  #lastDurationMs: number | undefined;

  /**
   * @param first - a checker just made
   * @param ports - the outside
   * @param perform - takes all effects but run-probe
   */
  constructor(first: CheckStep, ports: CheckPorts, perform: (effect: CheckEffect) => void) {
    this.#state = first.state;
    this.#ports = ports;
    this.#perform = perform;
    for (const effect of first.effects) perform(effect);
    this.#arm();
  }

  /** What is known now. */
  get state(): CheckStep['state'] {
    return this.#state;
  }

  /** The timer and the attempt under way end; nothing is performed any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#aborter.abort();
  }

  /** For a status. */
  snapshot(): CheckSnapshot {
    const { settings, up, hasRun, detail, adjustment } = this.#state;
    return {
      type: settings.type,
      up,
      hasRun,
      detail,
      ...(adjustment === undefined ? {} : { adjustment }),
      ...(this.#lastRunEpochMs === undefined ? {} : { lastRunEpochMs: this.#lastRunEpochMs }),
      ...(this.#lastDurationMs === undefined ? {} : { lastDurationMs: this.#lastDurationMs }),
    };
  }

  #arm(): void {
    const { deadline } = this.#state;
    if (deadline === undefined) return;
    const delayMs = Math.min(between(this.#ports.clock.now(), deadline), TIMER_MAX_MS);
    this.#timer = setTimeout(() => this.#step({ type: 'due' }), Math.max(0, delayMs));
  }

  #step(event: CheckEvent): void {
    if (this.#aborter.signal.aborted) return;
    const { state, effects } = stepCheck(this.#state, event, this.#ports.clock.now());
    this.#state = state;
    for (const effect of effects) {
      if (effect.type === 'run-probe') void this.#probe(effect);
      else this.#perform(effect);
    }
    this.#arm();
  }

  async #probe({ probe }: CheckEffect & { type: 'run-probe' }): Promise<void> {
    const { clock, epochMs, runProbe } = this.#ports;
    const start = clock.now();
    this.#lastRunEpochMs = epochMs();
    // Servers that take traffic are asked first when there is a queue.
    const priority = this.#state.up ? 1 : 0;
    const result = await runProbe(probe, { signal: this.#aborter.signal, priority });
    this.#lastDurationMs = between(start, clock.now());
    this.#step({ type: 'result', result });
  }
}
