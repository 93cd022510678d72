import type { KernelChanges } from './kernel-changes.ts';

const SETTING = 'promote_secondaries';

/** promote_secondaries of interfaces: on while an instance wants it, and as it was after that. */
export class SecondaryPromotion {
  readonly #changes: KernelChanges;

  /** @param changes - of the kernel's numbers */
  constructor(changes: KernelChanges) {
    this.#changes = changes;
  }

  /** @param devices - interfaces whose secondary addresses are to outlive the primary one */
  configure(devices: ReadonlySet<string>): void {
    const wanted = [...devices].map((device) => ({ path: pathOf(device), value: 1 }));
    const paths = new Set(wanted.map(({ path }) => path));
    this.#changes.restore((path) => path.endsWith(`/${SETTING}`) && !paths.has(path));
    this.#changes.set(wanted);
  }
}

function pathOf(device: string): string {
  return `ipv4/conf/${device}/${SETTING}`;
}
