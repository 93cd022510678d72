import { countServers, type ServerCounts, type VirtualServerSnapshot } from '@tandem/status';
import type { FromChild } from '../ipc.ts';

type IpvsStatus = Extract<FromChild, { readonly type: 'ipvs-status' }>;

/**
 * Virtual servers as the ipvs process has told of them. Of thousands a few change at a time: between
 * two reports of all, neither to take note of these nor to say how many real servers can be used are
 * all of them looked at more than once.
 */
export class KnownServers {
  #all: readonly VirtualServerSnapshot[] = [];
  /** By key, once some have changed. */
  #places: ReadonlyMap<string, number> | undefined;
  #counts: ServerCounts | undefined;

  /** In the order of the settings. */
  get all(): readonly VirtualServerSnapshot[] {
    return this.#all;
  }

  /** Of all their real servers. */
  get counts(): ServerCounts {
    this.#counts ??= countServers(this.#all);
    return this.#counts;
  }

  /**
   * @param report - of all that there are from now on; or, where it is a part, of some of those that
   *   there are
   */
  note({ virtualServers, part }: Pick<IpvsStatus, 'virtualServers' | 'part'>): void {
    if (part === true) {
      if (virtualServers.length > 0) this.#mend(virtualServers);
      return;
    }
    this.#all = virtualServers;
    this.#places = undefined;
    this.#counts = undefined;
  }

  #mend(changed: readonly VirtualServerSnapshot[]): void {
    this.#places ??= new Map(this.#all.map(({ key }, place) => [JSON.stringify(key), place]));
    const all = [...this.#all];
    let { configured, usable } = this.counts;
    for (const each of changed) {
      const place = this.#places.get(JSON.stringify(each.key));
      const before = place === undefined ? undefined : all[place];
      if (place === undefined || before === undefined) continue;
      all[place] = each;
      const [was, is] = [countServers([before]), countServers([each])];
      configured += is.configured - was.configured;
      usable += is.usable - was.usable;
    }
    this.#all = all;
    this.#counts = { configured, usable };
  }
}
