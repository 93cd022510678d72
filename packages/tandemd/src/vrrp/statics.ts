/** What the box has as long as the daemon runs, whoever is master. */
import type { Settings } from '@tandem/config';
import type { StaticSnapshot } from '@tandem/status';
import { entriesWithout, type StaticEntry } from '@tandem/vrrp';
import type { KernelChanges } from './kernel-changes.ts';
import type { EntryOwner, RoutingKeeper } from './routing-keeper.ts';
import type { SecondaryPromotion } from './secondary-promotion.ts';

/** Whether switches are told of groups that they must flood anyway. @see RFC 4541 §2.1.2 */
const LOCAL_REPORTS = 'ipv4/igmp_link_local_mcast_reports';

type Keeper = Pick<RoutingKeeper, 'want' | 'release' | 'problemsWith'>;

/** Static addresses, routes and rules, and settings of interfaces. */
export class Statics implements EntryOwner {
  readonly #routing: Keeper;
  readonly #promotion: Pick<SecondaryPromotion, 'configure'>;
  readonly #changes: KernelChanges;
  #entries: readonly StaticEntry[] = [];

  /**
   * @param routing - keeps the entries
   * @param changes - of the kernel's numbers
   * @param promotion - of secondary addresses
   */
  constructor(
    routing: Keeper,
    changes: KernelChanges,
    promotion: Pick<SecondaryPromotion, 'configure'>,
  ) {
    this.#routing = routing;
    this.#promotion = promotion;
    this.#changes = changes;
  }

  /** Changes only what differs from what there is. */
  configure({ global, staticEntries, vrrpInstances }: Settings): void {
    const before = this.#entries;
    this.#entries = staticEntries;
    void this.#routing.release(this, entriesWithout(before, staticEntries));
    void this.#routing.want(this, 'static ', entriesWithout(staticEntries, before));
    const promoting = vrrpInstances.filter(({ promoteSecondaries }) => promoteSecondaries);
    this.#promotion.configure(new Set(promoting.map((each) => each.interface)));
    this.#setReports(global.disableLocalIgmp !== true);
  }

  /** Removes what a predecessor may have set, for an instance or for all, and nobody wants any more. */
  async discard(entries: readonly StaticEntry[]): Promise<void> {
    await this.#routing.release(this, entries);
  }

  /** Leaves all as it was. */
  async stop(): Promise<void> {
    await this.#routing.release(this, this.#entries);
    this.#entries = [];
    this.#promotion.configure(new Set());
    this.#setReports(true);
  }

  /** Nothing follows from it. */
  entryRestored(): void {}

  #setReports(wanted: boolean): void {
    if (wanted) this.#changes.restore((path) => path === LOCAL_REPORTS);
    else this.#changes.set([{ path: LOCAL_REPORTS, value: 0 }]);
  }

  /** What there is, and what is missing. */
  snapshots(): StaticSnapshot[] {
    return this.#entries.map((entry) => {
      const [problem] = this.#routing.problemsWith([entry]);
      const { kind, text } = entry;
      return { kind, text, ...(problem !== undefined && { problem }) };
    });
  }
}
