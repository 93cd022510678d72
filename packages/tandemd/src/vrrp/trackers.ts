/** What instances may follow, as it is now. */
import type { Settings } from '@tandem/config';
import type { ScriptOutcome } from '@tandem/notify';
import type { Clock } from '@tandem/time';
import type { TrackedReport, TrackScriptSettings, VrrpInstanceSettings } from '@tandem/vrrp';
import type { FromChild, VrrpMemory } from '../ipc.ts';
import type { InterfaceTable } from './interface-table.ts';
import { ScriptTracker } from './script-tracker.ts';

/** What trackers need of the world. */
export interface TrackerPorts {
  readonly clock: Clock;
  readonly send: (message: FromChild) => void;
  /** Something that is followed has changed. */
  report(report: TrackedReport): void;
}

/** Knows the present value of everything that is followed. */
export class Trackers {
  readonly #interfaces: InterfaceTable;
  readonly #ports: TrackerPorts;
  /** By name; only those that somebody follows. */
  #scripts = new Map<string, ScriptTracker>();

  /** @param interfaces - kept up to date by the kernel's view */
  constructor(interfaces: InterfaceTable, ports: TrackerPorts) {
    this.#interfaces = interfaces;
    this.#ports = ports;
  }

  /**
   * What is followed from now on; what was before with the same command keeps its value.
   * @param memory - of a predecessor in a process that died
   */
  configure(
    { trackScripts, vrrpInstances }: Pick<Settings, 'trackScripts' | 'vrrpInstances'>,
    memory?: VrrpMemory,
  ): void {
    const followed = new Set(
      vrrpInstances.flatMap(({ trackers }) =>
        trackers.flatMap(({ kind, name }) => (kind === 'script' ? [name] : [])),
      ),
    );
    const before = this.#scripts;
    this.#scripts = new Map();
    for (const settings of trackScripts.filter(({ name }) => followed.has(name))) {
      const known = before.get(settings.name);
      if (known === undefined || commandOf(known.settings) !== commandOf(settings)) {
        this.#start(settings, inherited(settings.name, memory));
        continue;
      }
      before.delete(settings.name);
      this.#scripts.set(settings.name, known);
      if (JSON.stringify(known.settings) !== JSON.stringify(settings))
        known.step({ type: 'reconfigure', settings });
    }
    for (const script of before.values()) script.close();
  }

  /** @returns what the instance's trackers say */
  valuesFor({ trackers }: VrrpInstanceSettings): TrackedReport[] {
    return trackers.map(({ kind, name }) => {
      if (kind === 'interface') return this.interface(name);
      const script = this.#scripts.get(name);
      // A definition that was in error is none.
      return { kind, name, value: script === undefined ? 'disabled' : script.value };
    });
  }

  /** @returns whether an interface, which need not be there, is up */
  interface(name: string): TrackedReport {
    return { kind: 'interface', name, value: this.#interfaces.isUp(name) };
  }

  /** A run of a script has ended. */
  scriptEnded(id: number, outcome: ScriptOutcome): void {
    for (const script of this.#scripts.values()) script.ended(id, outcome);
  }

  /** Nothing is followed any more. */
  close(): void {
    for (const script of this.#scripts.values()) script.close();
  }

  #start(settings: TrackScriptSettings, value: boolean | undefined): void {
    const { name } = settings;
    const script = new ScriptTracker(settings, {
      clock: this.#ports.clock,
      send: this.#ports.send,
      changed: () => this.#ports.report({ kind: 'script', name, value: script.value }),
    });
    this.#scripts.set(name, script);
    script.step({ type: 'start', ...(value === undefined ? {} : { inherited: value }) });
  }
}

function commandOf({ argv, user, group }: TrackScriptSettings): string {
  return JSON.stringify([argv, user, group]);
}

/** @returns what the predecessor last knew of a script */
function inherited(name: string, memory: VrrpMemory | undefined): boolean | undefined {
  const trackers = memory?.instances.flatMap((each) => each.trackers) ?? [];
  const known = trackers.find((each) => each.kind === 'script' && each.name === name)?.value;
  return typeof known === 'boolean' ? known : undefined;
}
