/** Runs the machines of the tracked processes: all of them are counted together, again and again. */
import { between, earliest, type Clock } from '@tandem/time';
import {
  createTrackProcess,
  stepTrackProcess,
  type TrackedValue,
  type TrackProcessSettings,
  type TrackProcessState,
} from '@tandem/vrrp';

/** What tracked processes need of the world. */
export interface ProcessPorts {
  readonly clock: Clock;
  /** @returns how many there are of each, in the same order */
  countProcesses(wanted: readonly TrackProcessSettings[]): Promise<number[]>;
}

const PERIOD_MS = 1000;

/** Owns one timer. */
export class ProcessTrackers {
  readonly #ports: ProcessPorts;
  readonly #changed: (name: string, value: TrackedValue) => void;
  #states = new Map<string, TrackProcessState>();
  #timer: NodeJS.Timeout | undefined;
  #counting = false;

  /** @param changed - told of each new value */
  constructor(ports: ProcessPorts, changed: (name: string, value: TrackedValue) => void) {
    this.#ports = ports;
    this.#changed = changed;
  }

  /**
   * What is counted from now on; what was before goes on.
   * @param inherited - the last value in a process that died, by name
   */
  configure(
    settings: readonly TrackProcessSettings[],
    inherited: (name: string) => boolean | undefined,
  ): void {
    const before = this.#states;
    this.#states = new Map(
      settings.map((each) => {
        const known = before.get(each.name);
        const isSame = JSON.stringify(known?.settings) === JSON.stringify(each);
        return [
          each.name,
          isSame && known !== undefined ? known : createTrackProcess(each, inherited(each.name)),
        ];
      }),
    );
    this.#plan(0);
  }

  /** @returns what instances are told; `disabled` when it is not counted at all */
  value(name: string): TrackedValue {
    const state = this.#states.get(name);
    return state === undefined ? 'disabled' : state.value;
  }

  /** Nothing is counted any more. */
  close(): void {
    this.#states = new Map();
    clearTimeout(this.#timer);
  }

  async #count(): Promise<void> {
    if (this.#counting) return;
    this.#counting = true;
    const wanted = [...this.#states.values()].map(({ settings }) => settings);
    const counts = await this.#ports.countProcesses(wanted).catch(() => undefined);
    this.#counting = false;
    for (const [i, settings] of wanted.entries()) this.#counted(settings, counts?.[i]);
    const now = this.#ports.clock.now();
    const due = earliest(...[...this.#states.values()].map(({ deadline }) => deadline));
    this.#plan(due === undefined ? PERIOD_MS : Math.min(PERIOD_MS, between(now, due)));
  }

  #counted(settings: TrackProcessSettings, count: number | undefined): void {
    const before = this.#states.get(settings.name);
    // It may have been replaced while they were counted.
    if (before?.settings !== settings) return;
    const now = this.#ports.clock.now();
    const counted =
      count === undefined ? before : stepTrackProcess(before, { type: 'counted', count }, now);
    const after = stepTrackProcess(counted, { type: 'timer' }, now);
    this.#states.set(settings.name, after);
    if (after.value !== before.value) this.#changed(settings.name, after.value);
  }

  #plan(waitMs: number): void {
    clearTimeout(this.#timer);
    if (this.#states.size === 0) return;
    this.#timer = setTimeout(() => void this.#count(), Math.max(0, Math.ceil(waitMs))).unref();
  }
}
