import type { KernelNumbers } from './kernel-settings.ts';

/** promote_secondaries of interfaces: on while an instance wants it, and as it was after that. */
export class SecondaryPromotion {
  readonly #numbers: Pick<KernelNumbers, 'read' | 'write'>;
  /** Those that were off. */
  readonly #changed = new Set<string>();

  /** @param numbers - of the kernel */
  constructor(numbers: Pick<KernelNumbers, 'read' | 'write'>) {
    this.#numbers = numbers;
  }

  /** @param devices - interfaces whose secondary addresses are to outlive the primary one */
  configure(devices: ReadonlySet<string>): void {
    for (const device of this.#changed) {
      if (devices.has(device)) continue;
      this.#changed.delete(device);
      // With its interface it has gone itself.
      if (this.#numbers.read(pathOf(device)) !== undefined) this.#numbers.write(pathOf(device), 0);
    }
    for (const device of devices) {
      if (this.#changed.has(device) || this.#numbers.read(pathOf(device)) !== 0) continue;
      this.#changed.add(device);
      this.#numbers.write(pathOf(device), 1);
    }
  }
}

function pathOf(device: string): string {
  return `ipv4/conf/${device}/promote_secondaries`;
}
