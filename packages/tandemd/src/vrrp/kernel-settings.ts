/**
 * What the kernel must do otherwise on virtual interfaces and those below them, so that an address
 * is answered for by its own interface alone.
 * @see linux Documentation/networking/ip-sysctl.rst
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IpFamily } from '@tandem/inet';

const ROOT = '/proc/sys/net';

/** An interface, `all` or `default`. */
type Place = readonly [family: IpFamily, name: string];
type Rows = readonly (readonly [setting: string, value: number])[];

/** Only what is asked for on its own addresses is answered, with its own MAC address. */
const VIRTUAL_IPV4: Rows = [
  // Adverts come from an address of the interface below, on the box that is master, too.
  ['accept_local', 1],
  ['arp_ignore', 1],
  ['promote_secondaries', 1],
];
/** It has the configured addresses alone, and is no way to the outside. */
const VIRTUAL_IPV6: Rows = [
  ['addr_gen_mode', 1],
  ['accept_ra', 0],
];
const PARENT_IPV4: Rows = [
  ['arp_ignore', 1],
  ['arp_filter', 1],
];

/** Reads and writes one of the kernel's numbers. */
export interface KernelNumbers {
  /** @returns undefined where the kernel has none of that name */
  read(path: string): number | undefined;
  /** @throws Error when the kernel refuses */
  write(path: string, value: number): void;
  /** @returns the interfaces that have settings of that family, `all` and `default` among them */
  interfaces(family: IpFamily): readonly string[];
}

/** Changes settings, and knows what they were. */
export class KernelSettings {
  readonly #numbers: KernelNumbers;
  /** What was changed, by path. */
  readonly #changes = new Map<string, { readonly before: number; readonly ours: number }>();

  /** @param numbers - of the kernel */
  constructor(numbers: KernelNumbers) {
    this.#numbers = numbers;
  }

  /**
   * Of a virtual interface, which is not up yet.
   * @param families - of its addresses and adverts
   */
  prepareVirtual(name: string, families: ReadonlySet<IpFamily>): void {
    this.#set([4, name], VIRTUAL_IPV4);
    this.#set([6, name], [...VIRTUAL_IPV6, ['disable_ipv6', families.has(6) ? 0 : 1]]);
  }

  /** Of the interface below one of IPv4. */
  prepareParent(name: string): void {
    this.#set([4, name], PARENT_IPV4, { remember: true });
  }

  /**
   * An advert comes in where no route leads back to its sender. As the setting of all interfaces
   * counts together with that of each, it is moved from the former to the latter.
   * @param virtual - names of the interfaces with adverts
   */
  ignoreReversePaths(virtual: readonly string[]): void {
    if (virtual.length === 0) return;
    const common = this.#numbers.read(pathOf([4, 'all'], 'rp_filter')) ?? 0;
    for (const name of common > 0 ? this.#numbers.interfaces(4) : []) {
      if (name === 'all' || virtual.includes(name)) continue;
      const own = this.#numbers.read(pathOf([4, name], 'rp_filter')) ?? 0;
      if (own < common) this.#set([4, name], [['rp_filter', common]], { remember: true });
    }
    if (common > 0) this.#set([4, 'all'], [['rp_filter', 0]], { remember: true });
    for (const name of virtual) this.#set([4, name], [['rp_filter', 0]]);
  }

  /** As it was, where nobody else has changed it since. */
  restore(): void {
    for (const [path, { before, ours }] of this.#changes) {
      if (this.#numbers.read(path) !== ours) continue;
      try {
        this.#numbers.write(path, before);
      } catch {
        // The interface has just gone, and its settings with it.
      }
    }
    this.#changes.clear();
  }

  #set(place: Place, rows: Rows, { remember = false } = {}): void {
    for (const [setting, value] of rows) {
      const path = pathOf(place, setting);
      const before = this.#numbers.read(path);
      if (before === undefined || before === value) continue;
      this.#numbers.write(path, value);
      if (remember)
        this.#changes.set(path, { before: this.#changes.get(path)?.before ?? before, ours: value });
    }
  }
}

function pathOf([family, name]: Place, setting: string): string {
  return `ipv${family}/conf/${name}/${setting}`;
}

/** Those of this network namespace. */
export const PROC_NUMBERS: KernelNumbers = {
  read(path) {
    try {
      return Number(readFileSync(`${ROOT}/${path}`, 'latin1'));
    } catch {
      return undefined;
    }
  },
  write: (path, value) => writeFileSync(`${ROOT}/${path}`, String(value)),
  interfaces: (family) => readdirSync(`${ROOT}/ipv${family}/conf`),
};
