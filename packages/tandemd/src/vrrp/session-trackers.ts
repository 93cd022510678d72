import type { Settings } from '@tandem/config';
import type { TrackedValue, TrackerSettings } from '@tandem/vrrp';

/** What the bfd process has told of its sessions. One of which it has told nothing is down. */
export class SessionTrackers {
  readonly #up = new Set<string>();
  /** Who follows each session, by its name. */
  #followers: ReadonlyMap<string, readonly string[]> = new Map();

  /** @param settings - in force from now on */
  configure({ bfdSessions, vrrpInstances }: Pick<Settings, 'bfdSessions' | 'vrrpInstances'>): void {
    const followersOf = (session: string): string[] =>
      vrrpInstances
        .filter(({ trackers }) => trackers.some((each) => isSession(each, session)))
        .map(({ name }) => name);
    this.#followers = new Map(bfdSessions.map(({ name }) => [name, followersOf(name)]));
    for (const name of this.#up) if (!this.#followers.has(name)) this.#up.delete(name);
  }

  /**
   * @param name - of a session, which may be configured only later
   * @returns what the log says of it, a line for each instance that follows it
   */
  note(name: string, up: boolean): readonly string[] {
    if (this.#up.has(name) === up) return [];
    if (up) this.#up.add(name);
    else this.#up.delete(name);
    const followers = this.#followers.get(name) ?? [];
    const state = up ? 'UP' : 'DOWN';
    return followers.map(
      (each) => `VRRP_Instance(${each}) Tracked BFD instance ${name} is ${state}`,
    );
  }

  /** @returns whether it is up; a definition that was in error is none */
  value(name: string): TrackedValue {
    return this.#followers.has(name) ? this.#up.has(name) : 'disabled';
  }
}

function isSession({ kind, name }: TrackerSettings, session: string): boolean {
  return kind === 'bfd' && name === session;
}
