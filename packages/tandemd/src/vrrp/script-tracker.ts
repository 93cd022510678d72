/** Runs the machine of one tracked script: its timer, and its runs in the supervisor. */
import type { ScriptOutcome } from '@tandem/notify';
import { between, type Clock } from '@tandem/time';
import {
  createTrackScript,
  stepTrackScript,
  type TrackedValue,
  type TrackScriptEvent,
  type TrackScriptSettings,
  type TrackScriptState,
} from '@tandem/vrrp';
import type { FromChild } from '../ipc.ts';

/** What a tracked script needs of the world. */
export interface ScriptTrackerPorts {
  readonly clock: Clock;
  readonly send: (message: FromChild) => void;
  /** Its value is another one. */
  changed(): void;
}

/** Ids of runs are unique in this process, so that an answer that is late finds nobody. */
let lastRun = 0;

/** Owns one timer. */
export class ScriptTracker {
  readonly #ports: ScriptTrackerPorts;
  #state: TrackScriptState;
  #timer: NodeJS.Timeout | undefined;
  #run = 0;

  /** @param settings - of the script */
  constructor(settings: TrackScriptSettings, ports: ScriptTrackerPorts) {
    this.#ports = ports;
    this.#state = createTrackScript(settings);
  }

  /** What instances are told. */
  get value(): TrackedValue {
    return this.#state.value;
  }

  /** Why it is disabled, or fails without being run; absent: it runs, or that is not known yet. */
  get problem(): string | undefined {
    const { settings, value, obstacle } = this.#state;
    if (value === true || obstacle === undefined) return undefined;
    return `script ${settings.name} ${value === false ? 'fails' : 'is disabled'}: ${obstacle}`;
  }

  /** @returns whether new settings have the same command, so that its result still counts */
  adopt(settings: TrackScriptSettings): boolean {
    const { settings: before } = this.#state;
    if (commandOf(settings) !== commandOf(before)) return false;
    if (JSON.stringify(settings) !== JSON.stringify(before))
      this.step({ type: 'reconfigure', settings });
    return true;
  }

  /** Lets the machine take one step, and does what it wants. */
  step(event: TrackScriptEvent): void {
    const { clock } = this.#ports;
    const { state, effects } = stepTrackScript(this.#state, event, clock.now());
    this.#state = state;
    for (const effect of effects) {
      if (effect.type === 'run') this.#start(effect.timeout);
      else if (effect.type === 'log') this.#ports.send(effect);
      else this.#ports.changed();
    }
    clearTimeout(this.#timer);
    const { deadline } = state;
    if (deadline === undefined) return;
    const wait = Math.max(0, Math.ceil(between(clock.now(), deadline)));
    this.#timer = setTimeout(() => this.step({ type: 'timer' }), wait);
  }

  /** A run has ended, of this script or of another. */
  ended(id: number, result: ScriptOutcome): void {
    if (id === this.#run) this.step({ type: 'ended', result });
  }

  /** Nothing happens any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#run = 0;
  }

  #start(timeout: TrackScriptSettings['timeout']): void {
    lastRun += 1;
    this.#run = lastRun;
    const { argv, user, group } = this.#state.settings;
    this.#ports.send({
      type: 'watched-script',
      id: lastRun,
      argv,
      timeout,
      ...(user === undefined ? {} : { user }),
      ...(group === undefined ? {} : { group }),
    });
  }
}

function commandOf({ argv, user, group }: TrackScriptSettings): string {
  return JSON.stringify([argv, user, group]);
}
