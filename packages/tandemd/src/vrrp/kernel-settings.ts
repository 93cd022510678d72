/**
 * What the kernel must do otherwise on virtual interfaces and those below them, so that an address
 * is answered for by its own interface alone.
 * @see linux Documentation/networking/ip-sysctl.rst
 */
import type { IpFamily } from '@tandem/inet';
import type { KernelChanges, KernelNumbers, WantedNumber } from './kernel-changes.ts';
import type { WantedLink } from './virtual-link.ts';

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
const REVERSE_PATH = 'rp_filter';
const OF_PARENTS: ReadonlySet<string> = new Set(PARENT_IPV4.map(([name]) => name));

/** Changes settings for virtual interfaces. */
export class KernelSettings {
  readonly #numbers: KernelNumbers;
  readonly #changes: KernelChanges;

  /**
   * @param numbers - of the kernel
   * @param changes - writes them, and knows those that outlive the virtual interfaces
   */
  constructor(numbers: KernelNumbers, changes: KernelChanges) {
    this.#numbers = numbers;
    this.#changes = changes;
  }

  /** Of a virtual interface that is not up yet, and of the one below. */
  prepare({ name, parent, family, families, ipvlan }: WantedLink): void {
    const disabled: Rows = [['disable_ipv6', families.has(6) ? 0 : 1]];
    const rows = ipvlan === undefined ? [...VIRTUAL_IPV6, ...disabled] : disabled;
    this.#changes.setForGood(wanted([6, name], rows));
    if (ipvlan !== undefined) return;
    this.#changes.setForGood(wanted([4, name], VIRTUAL_IPV4));
    if (family === 4) this.#changes.set(wanted([4, parent], PARENT_IPV4));
  }

  /**
   * An advert comes in where no route leads back to its sender. As the setting of all interfaces
   * counts together with that of each, it is moved from the former to the latter.
   * @param virtual - names of the interfaces with adverts
   */
  ignoreReversePaths(virtual: readonly string[]): void {
    if (virtual.length === 0) return;
    const others = this.#numbers
      .interfaces(4)
      .filter((name) => name !== 'all' && !virtual.includes(name));
    const common = this.#reversePathOf('all');
    const less = others.filter((name) => this.#reversePathOf(name) < common);
    this.#changes.set([...reversePaths(less, common), ...reversePaths(['all'], 0)]);
    this.#changes.setForGood(reversePaths(virtual, 0));
  }

  /**
   * Puts back what is not needed any more, where nobody else has changed it since.
   * @param links - of IPv4 that are left
   */
  keepFor(links: readonly WantedLink[]): void {
    const parents = links.flatMap(({ parent, ipvlan }) => (ipvlan === undefined ? [parent] : []));
    const needed = new Set(
      parents.flatMap((name) => wanted([4, name], PARENT_IPV4).map(({ path }) => path)),
    );
    this.#changes.restore((path) => {
      const setting = path.slice(path.lastIndexOf('/') + 1);
      if (setting === REVERSE_PATH) return links.length === 0;
      return OF_PARENTS.has(setting) && !needed.has(path);
    });
  }

  #reversePathOf(name: string): number {
    return this.#numbers.read(pathOf([4, name], REVERSE_PATH)) ?? 0;
  }
}

function wanted(place: Place, rows: Rows): WantedNumber[] {
  return rows.map(([setting, value]) => ({ path: pathOf(place, setting), value }));
}

function reversePaths(names: readonly string[], value: number): WantedNumber[] {
  return names.map((name) => ({ path: pathOf([4, name], REVERSE_PATH), value }));
}

function pathOf([family, name]: Place, setting: string): string {
  return `ipv${family}/conf/${name}/${setting}`;
}
