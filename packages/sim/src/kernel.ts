import type { IpAddress } from '@tandem/inet';

/** What a box's kernel has; it outlives the processes. */
export class Kernel {
  /** Whether the interface has a carrier. */
  isLinkUp = true;
  /** Whether it takes no address that it does not have. */
  refuses = false;
  /** Virtual addresses on the interface, by number of the instance. */
  readonly #held: readonly Set<IpAddress>[];

  /** @param instances - how many there are */
  constructor(instances: number) {
    this.#held = Array.from({ length: instances }, () => new Set());
  }

  /** @returns the virtual addresses of an instance; none if there is no such instance */
  heldBy(instance: number): ReadonlySet<IpAddress> {
    return this.#held[instance] ?? new Set();
  }

  /** @returns why it did not, if it did not; one that is there is as good as added */
  add(instance: number, address: IpAddress): string | undefined {
    const held = this.#held[instance];
    if (this.refuses && held?.has(address) !== true) return 'EPERM';
    held?.add(address);
    return undefined;
  }

  /** One that is not there is as good as removed. */
  remove(instance: number, address: IpAddress): void {
    this.#held[instance]?.delete(address);
  }

  /** Takes all off, as a power failure does, or somebody else. */
  clear(): void {
    for (const held of this.#held) held.clear();
  }
}
