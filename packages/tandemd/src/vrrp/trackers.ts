/** What instances may follow, as it is now. */
import type { Settings } from '@tandem/config';
import type {
  TrackedReport,
  TrackedValue,
  TrackerKind,
  TrackerSettings,
  TrackFileSettings,
  TrackScriptSettings,
  VrrpInstanceSettings,
} from '@tandem/vrrp';
import type { FromChild, ToChild, VrrpMemory } from '../ipc.ts';
import type { DelayedLinks } from './delayed-links.ts';
import { ProcessTrackers, type ProcessPorts } from './process-trackers.ts';
import { ScriptTracker } from './script-tracker.ts';
import type { FileObserver, WatchedFile } from '../watched-file.ts';
import { SessionTrackers } from './session-trackers.ts';

/** A tracked file. */
type FollowedFile = Pick<WatchedFile, 'value' | 'problem' | 'adopt' | 'close'>;

/** What trackers need of the world. */
export interface TrackerPorts extends ProcessPorts {
  readonly send: (message: FromChild) => void;
  watchFile(settings: TrackFileSettings, observer: FileObserver): FollowedFile;
  /** Something that is followed has changed. */
  report(report: TrackedReport): void;
}

/** Something that is followed, and owns whatever tells it. */
interface Tracker<S> {
  readonly value: TrackedValue;
  /** @returns whether it goes on under new settings */
  adopt(settings: S): boolean;
  close(): void;
}

/** The last word of a predecessor; a file is read at once, and has none. */
type Inherited = boolean | 'disabled' | undefined;

/** Knows the present value of everything that is followed. */
export class Trackers {
  readonly #links: Pick<DelayedLinks, 'isUp' | 'stateOf'>;
  readonly #ports: TrackerPorts;
  /** By name; only those that somebody follows. */
  #scripts: ReadonlyMap<string, ScriptTracker> = new Map();
  #files: ReadonlyMap<string, FollowedFile> = new Map();
  readonly #processes: ProcessTrackers;
  readonly #sessions = new SessionTrackers();

  /** @param links - as instances are told of them */
  constructor(links: Pick<DelayedLinks, 'isUp' | 'stateOf'>, ports: TrackerPorts) {
    this.#links = links;
    this.#ports = ports;
    this.#processes = new ProcessTrackers(ports, (name, value) =>
      ports.report({ kind: 'process', name, value }),
    );
  }

  /**
   * What is followed from now on; what was before and is the same thing keeps its value.
   * @param before - at the start: what is known of a predecessor that died, and of sessions
   */
  configure(
    settings: Pick<
      Settings,
      'trackScripts' | 'trackFiles' | 'trackProcesses' | 'bfdSessions' | 'vrrpInstances'
    >,
    before: Pick<ToChild & { type: 'start' }, 'vrrpMemory' | 'bfdStates'> = {},
  ): void {
    const { vrrpMemory: memory, bfdStates = {} } = before;
    for (const [name, up] of Object.entries(bfdStates)) this.#sessions.note(name, up);
    const followed = settings.vrrpInstances.flatMap(({ trackers }) => trackers);
    const isFollowed = (kind: TrackerKind, name: string): boolean =>
      followed.some((each) => each.kind === kind && each.name === name);
    this.#scripts = exchange(
      this.#scripts,
      settings.trackScripts.filter(({ name }) => isFollowed('script', name)),
      (each) => this.#startScript(each, inherited('script', each.name, memory)),
    );
    this.#files = exchange(
      this.#files,
      settings.trackFiles.filter(({ name }) => isFollowed('file', name)),
      (each) => this.#watchFile(each),
    );
    this.#sessions.configure(settings);
    this.#processes.configure(
      settings.trackProcesses.filter(({ name }) => isFollowed('process', name)),
      (name) => {
        const value = inherited('process', name, memory);
        return value === 'disabled' ? undefined : value;
      },
    );
  }

  /** @returns what the instance's trackers say */
  valuesFor({ trackers }: VrrpInstanceSettings): TrackedReport[] {
    return trackers.map(({ kind, name }) => {
      if (kind === 'interface') return this.interface(name);
      if (kind === 'process') return { kind, name, value: this.#processes.value(name) };
      if (kind === 'bfd') return { kind, name, value: this.#sessions.value(name) };
      const tracker = kind === 'script' ? this.#scripts.get(name) : this.#files.get(name);
      // A definition that was in error is none.
      return { kind, name, value: tracker === undefined ? 'disabled' : tracker.value };
    });
  }

  /** @returns why what is followed cannot be gone by, where its value does not tell */
  problemWith({ kind, name }: Pick<TrackerSettings, 'kind' | 'name'>): string | undefined {
    if (kind !== 'script' && kind !== 'file') return undefined;
    const trackers: ReadonlyMap<string, { readonly problem: string | undefined }> =
      kind === 'script' ? this.#scripts : this.#files;
    if (trackers.has(name)) return trackers.get(name)?.problem;
    return `${kind} ${name} is disabled: its definition is in error, tandemd -t says why`;
  }

  /** @returns whether an interface, which need not be there, is up */
  interface(name: string): TrackedReport {
    const isMissing = this.#links.stateOf(name).interfaceMissing;
    return { kind: 'interface', name, value: isMissing ? 'missing' : this.#links.isUp(name) };
  }

  /** What the supervisor says: a run of a script has ended, or a session of BFD has changed. */
  hear(message: ToChild): void {
    if (message.type === 'script-ended')
      for (const script of this.#scripts.values()) script.ended(message.id, message.outcome);
    if (message.type !== 'bfd-state') return;
    const { name, up } = message;
    for (const text of this.#sessions.note(name, up))
      this.#ports.send({ type: 'log', level: 'info', text });
    this.#ports.report({ kind: 'bfd', name, value: this.#sessions.value(name) });
  }

  /** Nothing is followed any more. */
  close(): void {
    this.#processes.close();
    for (const tracker of [...this.#scripts.values(), ...this.#files.values()]) tracker.close();
  }

  #startScript(settings: TrackScriptSettings, value: Inherited): ScriptTracker {
    const { name } = settings;
    const script = new ScriptTracker(settings, {
      clock: this.#ports.clock,
      send: this.#ports.send,
      changed: () => this.#ports.report({ kind: 'script', name, value: script.value }),
    });
    script.step({ type: 'start', ...(value === undefined ? {} : { inherited: value }) });
    return script;
  }

  #watchFile(settings: TrackFileSettings): FollowedFile {
    const { name } = settings;
    const file = this.#ports.watchFile(settings, {
      changed: () => this.#ports.report({ kind: 'file', name, value: file.value }),
      log: (text) => this.#ports.send({ type: 'log', level: 'warning', text }),
    });
    return file;
  }
}

/** Keeps what goes on, starts what is new, closes what is gone. */
function exchange<S extends { readonly name: string }, T extends Tracker<S>>(
  before: ReadonlyMap<string, T>,
  wanted: readonly S[],
  create: (settings: S) => T,
): ReadonlyMap<string, T> {
  const after = new Map(
    wanted.map((settings) => {
      const known = before.get(settings.name);
      return [settings.name, known?.adopt(settings) === true ? known : create(settings)];
    }),
  );
  for (const [name, tracker] of before) if (after.get(name) !== tracker) tracker.close();
  return after;
}

/** @returns what the predecessor last knew of it */
function inherited(kind: TrackerKind, name: string, memory: VrrpMemory | undefined): Inherited {
  const trackers = memory?.instances.flatMap((each) => each.trackers) ?? [];
  const known = trackers.find((each) => each.kind === kind && each.name === name)?.value;
  return typeof known === 'number' ? undefined : known;
}
