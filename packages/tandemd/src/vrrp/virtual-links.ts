/**
 * The interfaces with MAC addresses of virtual routers: made before their instances start, taken
 * over from a process that died, made again when somebody or their parent takes them away.
 */
import { setImmediate } from 'node:timers/promises';
import { ipFamily, macBytes, macFromBytes, type MacAddress } from '@tandem/inet';
import type { Link, LinkChange, NewLink } from '@tandem/netlink';
import { allAddresses, type VrrpInstanceSettings } from '@tandem/vrrp';
import type { InterfaceTable } from './interface-table.ts';
import type { KernelChanges, KernelNumbers } from './kernel-changes.ts';
import { KernelSettings } from './kernel-settings.ts';

/** What is needed of rtnetlink. */
export interface LinkRequests {
  links(): Promise<readonly Link[]>;
  addLink(link: NewLink): Promise<void>;
  setLink(change: LinkChange): Promise<void>;
  deleteLink(index: number): Promise<void>;
}

/** By which a virtual interface is known to be ours. */
export interface VirtualLink {
  readonly name: string;
  readonly hardwareAddress: MacAddress;
}

/** What the links of one process need. */
export interface VirtualLinkPorts {
  readonly requests: LinkRequests;
  readonly interfaces: InterfaceTable;
  readonly numbers: KernelNumbers;
  readonly changes: KernelChanges;
  readonly log: (level: 'info' | 'warning', text: string) => void;
}

/** Owns the virtual interfaces of all instances. */
export class VirtualLinks {
  readonly #ports: VirtualLinkPorts;
  readonly #settings: KernelSettings;
  readonly #failures = new Map<string, string>();
  /** All that may be there, by name. */
  readonly #made = new Map<string, VirtualLink>();
  /** Index of each that has its settings. */
  readonly #prepared = new Map<string, number>();
  /** Names of those that adverts of IPv4 come in by. */
  readonly #hearing = new Set<string>();
  #mending: Promise<void> = Promise.resolve();

  /** @param ports - the outside */
  constructor(ports: VirtualLinkPorts) {
    this.#ports = ports;
    this.#settings = new KernelSettings(ports.numbers, ports.changes);
  }

  /**
   * @param settings - of an instance
   * @returns why its virtual interface cannot be used; undefined when it can, or it has none
   */
  failureOf(settings: VrrpInstanceSettings): string | undefined {
    const failure = this.#failures.get(nameOf(settings));
    if (failure !== undefined) return `${nameOf(settings)}: ${failure}`;
    return this.lacks(settings) ? `no interface ${nameOf(settings)}` : undefined;
  }

  /** @returns whether an instance has a virtual interface, which is gone, and the one below is not */
  lacks({ interface: parent, virtualInterface }: VrrpInstanceSettings): boolean {
    const { interfaces } = this.#ports;
    if (virtualInterface === undefined || interfaces.named(parent) === undefined) return false;
    return interfaces.named(virtualInterface.name) === undefined;
  }

  /** Makes what is missing; what cannot be had keeps its instance in FAULT. */
  async provide(instances: readonly VrrpInstanceSettings[]): Promise<void> {
    const wanted = instances.filter(({ virtualInterface }) => virtualInterface !== undefined);
    if (wanted.length === 0) return;
    for (const each of virtualLinksOf(wanted)) this.#made.set(each.name, each);
    try {
      await Promise.all(wanted.map((each) => this.#make(each)));
      await this.#look();
      for (const each of wanted) if (each.family === 4) this.#hearing.add(nameOf(each));
      this.#settings.ignoreReversePaths([...this.#hearing]);
    } catch (error) {
      this.#ports.log('warning', `cannot prepare virtual interfaces: ${textOf(error)}`);
    }
    for (const each of wanted) {
      await this.#bringUp(each);
      // The kernel's settings are written without leave of the event loop, and adverts may be due.
      await setImmediate();
    }
  }

  /**
   * Makes again what is gone.
   * @param drivers - of all instances
   * @returns those whose virtual interface was gone, once it is back, or cannot be had
   */
  async mend<T extends { readonly state: { readonly settings: VrrpInstanceSettings } }>(
    drivers: readonly T[],
  ): Promise<readonly T[]> {
    const lacking = drivers.filter(({ state }) => this.lacks(state.settings));
    if (lacking.length === 0) return lacking;
    const settings = lacking.map(({ state }) => state.settings);
    // One after the other: two that make the same interface would be in each other's way.
    this.#mending = this.#mending.then(() => this.provide(settings));
    await this.#mending;
    return lacking;
  }

  /** Removes all, and puts the kernel's settings back. */
  async close(): Promise<void> {
    await this.remove([...this.#made.values()]);
  }

  /** Removes those of the links that are still ours; after the last, the kernel's settings go back. */
  async remove(links: readonly VirtualLink[]): Promise<void> {
    for (const { name } of links) {
      this.#failures.delete(name);
      this.#made.delete(name);
      this.#prepared.delete(name);
      this.#hearing.delete(name);
    }
    if (this.#made.size === 0) this.#settings.restore();
    for (const left of await removeLinks(links, this.#ports))
      this.#ports.log('warning', `cannot remove VMAC interface ${left}`);
  }

  async #make(settings: VrrpInstanceSettings): Promise<void> {
    const { requests, interfaces, log } = this.#ports;
    const { name: owner, interface: parent, virtualInterface } = settings;
    const parentIndex = interfaces.named(parent)?.index;
    if (virtualInterface === undefined || parentIndex === undefined) return;
    const { name, hardwareAddress } = virtualInterface;
    const present = interfaces.named(name);
    try {
      if (present !== undefined) {
        if (!isOurs(present, virtualInterface)) throw new Error('another interface has its name');
        if (present.parentIndex === parentIndex) return;
        await requests.deleteLink(present.index);
      }
      await requests.addLink({
        name,
        parentIndex,
        kind: 'macvlan',
        mode: 'private',
        hardwareAddress: macBytes(hardwareAddress),
      });
      log('info', `(${owner}): Success creating VMAC interface ${name}`);
    } catch (error) {
      this.#fail(settings, error);
    }
  }

  /** The notifications of what was just made may still be on their way. */
  async #look(): Promise<void> {
    const { requests, interfaces } = this.#ports;
    for (const link of await requests.links()) interfaces.noteLink(link, false);
  }

  async #bringUp(settings: VrrpInstanceSettings): Promise<void> {
    const { requests, interfaces } = this.#ports;
    const { virtualInterface } = settings;
    const name = nameOf(settings);
    const link = interfaces.named(name);
    if (link === undefined || virtualInterface === undefined) return;
    if (!isOurs(link, virtualInterface)) return;
    if (this.#prepared.get(name) !== link.index) this.#prepare(settings);
    this.#prepared.set(name, link.index);
    try {
      if (!link.up) await requests.setLink({ index: link.index, up: true });
      this.#failures.delete(name);
    } catch (error) {
      this.#fail(settings, error);
    }
  }

  /** Where /proc/sys cannot be written the instance works as far as the kernel's settings let it. */
  #prepare(settings: VrrpInstanceSettings): void {
    const name = nameOf(settings);
    const families = new Set(allAddresses(settings).map(({ address }) => ipFamily(address)));
    try {
      this.#settings.prepareVirtual(name, families.add(settings.family));
      if (settings.family === 4) this.#settings.prepareParent(settings.interface);
    } catch (error) {
      const text = `(${settings.name}): cannot prepare VMAC ${name}: ${textOf(error)}`;
      this.#ports.log('warning', text);
    }
  }

  #fail(settings: VrrpInstanceSettings, error: unknown): void {
    const name = nameOf(settings);
    const text = textOf(error);
    this.#failures.set(name, text);
    this.#ports.log('warning', `(${settings.name}): Unable to create VMAC ${name}: ${text}`);
  }
}

/**
 * Removes those of the links that are still ours.
 * @returns the names of those that are left, each with the reason
 */
export async function removeLinks(
  links: readonly VirtualLink[],
  from: Pick<VirtualLinkPorts, 'interfaces'> & {
    readonly requests: Pick<LinkRequests, 'deleteLink'>;
  },
): Promise<string[]> {
  const left = await Promise.all(links.map((each) => removeLink(each, from)));
  return left.filter((each) => each !== undefined);
}

async function removeLink(
  wanted: VirtualLink,
  { requests, interfaces }: Parameters<typeof removeLinks>[1],
): Promise<string | undefined> {
  const link = interfaces.named(wanted.name);
  if (link === undefined || !isOurs(link, wanted)) return undefined;
  try {
    await requests.deleteLink(link.index);
  } catch (error) {
    // Gone with the interface below.
    if (error instanceof Error && 'code' in error && error.code === 'ENODEV') return undefined;
    return `${wanted.name}: ${textOf(error)}`;
  }
  interfaces.noteLink(link, true);
  return undefined;
}

/**
 * @param instances - some of them with virtual interfaces
 * @returns those interfaces
 */
export function virtualLinksOf(instances: readonly VrrpInstanceSettings[]): VirtualLink[] {
  return instances.flatMap(({ virtualInterface }) => {
    if (virtualInterface === undefined) return [];
    const { name, hardwareAddress } = virtualInterface;
    return [{ name, hardwareAddress }];
  });
}

function isOurs(link: Link, { hardwareAddress }: VirtualLink): boolean {
  return link.kind === 'macvlan' && macFromBytes(link.hardwareAddress) === hardwareAddress;
}

function nameOf({ virtualInterface }: VrrpInstanceSettings): string {
  return virtualInterface?.name ?? '';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
