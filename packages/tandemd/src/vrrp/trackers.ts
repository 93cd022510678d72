/** What instances may follow, as it is now. */
import type { TrackedReport, VrrpInstanceSettings } from '@tandem/vrrp';
import type { InterfaceTable } from './interface-table.ts';

/** Knows the present value of everything that is followed. */
export class Trackers {
  readonly #interfaces: InterfaceTable;

  /** @param interfaces - kept up to date by the kernel's view */
  constructor(interfaces: InterfaceTable) {
    this.#interfaces = interfaces;
  }

  /** @returns what the instance's trackers say */
  valuesFor({ trackers }: VrrpInstanceSettings): TrackedReport[] {
    return trackers.flatMap(({ kind, name }) =>
      kind === 'interface' ? [this.interface(name)] : [],
    );
  }

  /** @returns whether an interface, which need not be there, is up */
  interface(name: string): TrackedReport {
    return { kind: 'interface', name, value: this.#interfaces.isUp(name) };
  }
}
