import type { KernelChanges, RefusalHandler } from './kernel-changes.ts';

const SETTING = 'promote_secondaries';

/**
 * promote_secondaries of interfaces: on while an instance wants it, or an address goes that others
 * would go with, and as it was after that.
 */
export class SecondaryPromotion {
  readonly #changes: KernelChanges;
  #configured: ReadonlySet<string> = new Set();
  /** How often each is held at the moment. */
  readonly #holds = new Map<string, number>();

  /** @param changes - of the kernel's numbers */
  constructor(changes: KernelChanges) {
    this.#changes = changes;
  }

  /** @param devices - interfaces whose secondary addresses are to outlive the primary one */
  configure(devices: ReadonlySet<string>): void {
    this.#configured = devices;
    this.#apply();
  }

  /**
   * It may be another interface of the same name, or the first: the kernel's settings are its own.
   * Hundreds may change at once, so that this looks at no other one.
   */
  interfaceChanged(device: string): void {
    if (this.#configured.has(device)) this.#changes.set([{ path: pathOf(device), value: 1 }]);
  }

  /** Any interface may be another one. */
  reread(): void {
    this.#apply();
  }

  /**
   * For a moment.
   * @param device - an interface
   * @returns what ends it; undefined when the kernel refuses, as in a container
   */
  hold(device: string): (() => void) | undefined {
    this.#holds.set(device, (this.#holds.get(device) ?? 0) + 1);
    // Whoever asks has another way where it is refused.
    this.#apply(() => undefined);
    if (this.#changes.read(pathOf(device)) === 1) return () => this.#release(device);
    this.#release(device);
    return undefined;
  }

  #release(device: string): void {
    const left = (this.#holds.get(device) ?? 0) - 1;
    if (left > 0) this.#holds.set(device, left);
    else this.#holds.delete(device);
    this.#restore();
  }

  #apply(refused?: RefusalHandler): void {
    this.#restore();
    const wanted = this.#wantedPaths().map((path) => ({ path, value: 1 }));
    this.#changes.set(wanted, refused);
  }

  #restore(): void {
    const paths = new Set(this.#wantedPaths());
    this.#changes.restore((path) => path.endsWith(`/${SETTING}`) && !paths.has(path));
  }

  #wantedPaths(): string[] {
    return [...new Set([...this.#configured, ...this.#holds.keys()])].map(pathOf);
  }
}

function pathOf(device: string): string {
  return `ipv4/conf/${device}/${SETTING}`;
}
