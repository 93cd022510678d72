import type { BfdSettings } from '@tandem/bfd';
import type { TrackedValue } from '@tandem/vrrp';

/** What the bfd process has told of its sessions. One of which it has told nothing is down. */
export class SessionTrackers {
  readonly #up = new Set<string>();
  #names: ReadonlySet<string> = new Set();

  /** @param sessions - that there are from now on */
  configure(sessions: readonly BfdSettings[]): void {
    this.#names = new Set(sessions.map(({ name }) => name));
    for (const name of this.#up) if (!this.#names.has(name)) this.#up.delete(name);
  }

  /** @param name - of a session, which may be configured only later */
  note(name: string, up: boolean): void {
    if (up) this.#up.add(name);
    else this.#up.delete(name);
  }

  /** @returns whether it is up; a definition that was in error is none */
  value(name: string): TrackedValue {
    return this.#names.has(name) ? this.#up.has(name) : 'disabled';
  }
}
