import type { Deadline, Deadlines } from '@tandem/checkers';
import {
  stepCheck,
  type CheckEffect,
  type CheckEvent,
  type CheckStep,
  type Probe,
  type ProbeResult,
} from '@tandem/health';
import { between, milliseconds, type Duration, type Instant } from '@tandem/time';
import type { CheckSnapshot } from '@tandem/status';
import type { RunProbe } from './probe-runner.ts';
import type { SharedProbes } from './shared-probes.ts';
import type { Shortage } from './shortage.ts';

/** What a checker needs from outside. */
export interface CheckPorts {
  readonly runProbe: RunProbe;
  /** Present: attempts are shared with others. */
  readonly shared?: SharedProbes;
  /** Hears what comes of attempts on the network. */
  readonly shortage: Pick<Shortage, 'note'>;
  /** Tell the time, too. */
  readonly deadlines: Pick<Deadlines, 'now' | 'at' | 'cancel'>;
}

/** @returns what the wall clock showed then, milliseconds since 1970 */
export type EpochMsOf = (moment: Instant) => number;

/** Checks that are due so soon after another one begin with it. */
const EARLY: Duration = milliseconds(1);
const DUE: CheckEvent = { type: 'due', early: EARLY };

/** Drives one check machine: its timer, its attempts, and what it wants done. */
export class CheckRunner {
  readonly #ports: CheckPorts;
  readonly #runProbe: RunProbe;
  readonly #perform: (effect: CheckEffect) => void;
  readonly #aborter = new AbortController();
  #state: CheckStep['state'];
  #due: Deadline | undefined;
  #lastRun: Instant | undefined;
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
    this.#runProbe = this.#joined() ?? ports.runProbe;
    for (const effect of first.effects) perform(effect);
    this.#arm();
  }

  /** What is known now. */
  get state(): CheckStep['state'] {
    return this.#state;
  }

  /** The timer and the attempt under way end; nothing is performed any more. */
  stop(): void {
    this.#ports.deadlines.cancel(this.#due);
    this.#aborter.abort();
  }

  /** For a status. */
  snapshot(epochMsOf: EpochMsOf): CheckSnapshot {
    const { settings, up, hasRun, detail, adjustment } = this.#state;
    // Once for each run, so that it is the same in all that is shown of it.
    if (this.#lastRun !== undefined) this.#lastRunEpochMs ??= epochMsOf(this.#lastRun);
    const lastRunEpochMs = this.#lastRunEpochMs;
    return {
      type: settings.type,
      up,
      hasRun,
      detail,
      ...(adjustment === undefined ? {} : { adjustment }),
      ...(lastRunEpochMs === undefined ? {} : { lastRunEpochMs }),
      ...(this.#lastDurationMs === undefined ? {} : { lastDurationMs: this.#lastDurationMs }),
    };
  }

  #joined(): RunProbe | undefined {
    const { settings } = this.#state;
    const { deadlines, shared } = this.#ports;
    const hear = (probe: Probe, result: ProbeResult): void => {
      if (this.#state.deadline === undefined) return;
      const now = deadlines.now();
      const { state } = this;
      this.#step({ type: 'heard', probe, result }, now);
      if (this.#state === state) return;
      this.#lastRun = now;
      this.#lastRunEpochMs = undefined;
    };
    return shared?.join({ settings, hear }, this.#aborter.signal);
  }

  #name(): string {
    const { settings, realServer, virtualServer } = this.#state;
    return `${settings.type} of ${realServer} of VS ${virtualServer}`;
  }

  /** @param now - where it is known */
  #arm(now?: Instant): void {
    const { deadline } = this.#state;
    const { deadlines } = this.#ports;
    // What somebody else has done need not be done any more.
    deadlines.cancel(this.#due);
    this.#due = undefined;
    if (deadline !== undefined)
      this.#due = deadlines.at(deadline, () => this.#step(DUE, deadlines.now()), {
        early: EARLY,
        now,
      });
  }

  #step(event: CheckEvent, now: Instant): void {
    if (this.#aborter.signal.aborted) return;
    const { state, effects } = stepCheck(this.#state, event, now);
    this.#state = state;
    for (const effect of effects) {
      if (effect.type === 'run-probe') void this.#probe(effect, now);
      else this.#perform(effect);
    }
    this.#arm(now);
  }

  async #probe({ probe }: CheckEffect & { type: 'run-probe' }, start: Instant): Promise<void> {
    const { deadlines, shortage } = this.#ports;
    const { settings } = this.#state;
    this.#lastRun = start;
    this.#lastRunEpochMs = undefined;
    // Servers that take traffic are asked first when there is a queue.
    const priority = this.#state.up ? 1 : 0;
    const result = await this.#runProbe(probe, { signal: this.#aborter.signal, priority });
    const now = deadlines.now();
    this.#lastDurationMs = between(start, now);
    if (probe.type !== 'MISC_CHECK')
      shortage.note({ result, name: this.#name(), period: settings.delayLoop }, now);
    this.#step({ type: 'result', result }, now);
  }
}
