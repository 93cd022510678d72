/**
 * The interfaces with MAC addresses of virtual routers: made before their instances start, taken
 * over from a process that died, made again when somebody or their parent takes them away.
 */
import { setImmediate } from 'node:timers/promises';
import { ipFamily, macBytes, macFromBytes, type MacAddress } from '@tandem/inet';
import type { Link, LinkChange, NewLink } from '@tandem/netlink';
import { inSeconds, type Clock } from '@tandem/time';
import { allAddresses, type VrrpInstanceSettings } from '@tandem/vrrp';
import { Firewall, type FirewallPorts } from './firewall.ts';
import type { InterfaceTable } from './interface-table.ts';
import type { KernelChanges, KernelNumbers } from './kernel-changes.ts';
import { KernelSettings } from './kernel-settings.ts';
import { LinkCare } from './link-care.ts';

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
  readonly changes: KernelChanges;
  readonly clock: Clock;
  readonly kernel: {
    readonly kernelNumbers: KernelNumbers;
    readonly nftables: Pick<FirewallPorts, 'replace' | 'remove' | 'redirect'>;
  };
  readonly log: (level: 'info' | 'warning', text: string) => void;
  /** Told names of links that were not as they should be: they are again, or cannot be. */
  readonly mended: (names: ReadonlySet<string>) => void;
}

/** Owns the virtual interfaces of all instances. */
export class VirtualLinks {
  /** Of the instances that own the links, and of all others. */
  readonly firewall: Firewall;
  readonly #ports: VirtualLinkPorts;
  readonly #settings: KernelSettings;
  readonly #care: LinkCare;
  /** Why one cannot be used. */
  readonly #failures = new Map<string, string>();
  /** All that are to be there, by name, and their instances. */
  readonly #wanted = new Map<string, VrrpInstanceSettings>();
  /** Index of each that has its settings. */
  readonly #prepared = new Map<string, number>();
  /** Names of those that adverts of IPv4 come in by. */
  readonly #hearing = new Set<string>();
  /** What is done to links comes one after the other. */
  #work: Promise<void> = Promise.resolve();
  #isSuspicious = false;
  #isClosed = false;

  /** @param ports - the outside */
  constructor(ports: VirtualLinkPorts) {
    this.#ports = ports;
    this.#settings = new KernelSettings(ports.kernel.kernelNumbers, ports.changes);
    this.#care = new LinkCare(ports.clock, () => this.#suspect());
    const { interfaces, kernel, log } = ports;
    const warn = (text: string): void => log('warning', text);
    this.firewall = new Firewall({ ...kernel.nftables, interfaces, warn });
  }

  /**
   * @param settings - of an instance
   * @returns why its virtual interface cannot be used; undefined when it can, or it has none
   */
  failureOf(settings: VrrpInstanceSettings): string | undefined {
    const failure = this.#failures.get(nameOf(settings));
    if (failure !== undefined) return `${nameOf(settings)}: ${failure}`;
    const { interfaces } = this.#ports;
    const { interface: parent, virtualInterface } = settings;
    if (virtualInterface === undefined || interfaces.named(parent) === undefined) return undefined;
    const isThere = interfaces.named(virtualInterface.name) !== undefined;
    return isThere ? undefined : `no interface ${virtualInterface.name}`;
  }

  /**
   * Makes what is missing; what cannot be had keeps its instance in FAULT until it can.
   * @param instances - all that there are
   */
  async provide(instances: readonly VrrpInstanceSettings[]): Promise<void> {
    const wanted = instances.filter(({ virtualInterface }) => virtualInterface !== undefined);
    for (const each of wanted) {
      // What is not master must not be heard from the moment that it is up.
      if (!this.#wanted.has(nameOf(each))) void this.firewall.setSilent(nameOf(each), true);
      this.#wanted.set(nameOf(each), each);
    }
    await this.#then(() => this.#provide(wanted));
  }

  /**
   * Sees to those that may not be as they should be any more.
   * @param name - of an interface that has changed
   */
  interfaceChanged(name: string): void {
    const isBelow = (): boolean =>
      [...this.#wanted.values()].some((each) => each.interface === name);
    if (this.#wanted.has(name) || isBelow()) this.#suspect();
  }

  /**
   * Puts the kernel's settings back.
   * @param keep - leaves all as it is instead
   */
  async close(keep: boolean): Promise<void> {
    this.#isClosed = true;
    this.#care.close();
    if (keep) await this.#work;
    else await this.remove(virtualLinksOf([...this.#wanted.values()]));
  }

  /** Removes those of the links that are still ours; the kernel's settings go back with the last that needs them. */
  async remove(links: readonly VirtualLink[]): Promise<void> {
    for (const { name } of links) {
      this.#wanted.delete(name);
      this.#care.forget(name);
    }
    await this.#then(() => this.#remove(links));
  }

  async #then(task: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(task);
    await this.#work;
  }

  /** Once for all that happens in one turn of the event loop, and while links are worked on. */
  #suspect(): void {
    if (this.#isSuspicious || this.#isClosed) return;
    this.#isSuspicious = true;
    void setImmediate().then(() => this.#then(() => this.#mend()));
  }

  async #mend(): Promise<void> {
    this.#isSuspicious = false;
    if (this.#isClosed) return;
    const suspects = [...this.#wanted.values()].filter(
      (each) => this.#failures.has(nameOf(each)) || !this.#isWell(each),
    );
    const isNews = suspects.some((each) => !this.#failures.has(nameOf(each)));
    try {
      // Notifications may be older than what we did meanwhile.
      if (isNews) await this.#look();
    } catch (error) {
      this.#ports.log('warning', `cannot read links: ${textOf(error)}`);
    }
    const bad = suspects.filter((each) => !this.#isWell(each));
    for (const each of suspects.filter((suspect) => !bad.includes(suspect))) {
      this.#failures.delete(nameOf(each));
      this.#care.cured(nameOf(each));
    }
    const due = bad.filter((each) => this.#mayMend(each));
    await this.#provide(due);
    if (suspects.length > 0) this.#ports.mended(new Set(suspects.map(nameOf)));
  }

  /** @returns whether it may be seen to now; otherwise its instance is told why not */
  #mayMend(settings: VrrpInstanceSettings): boolean {
    const name = nameOf(settings);
    const wait = this.#care.waitFor(name);
    const isThere = this.#ports.interfaces.named(name) !== undefined;
    if (this.#failures.has(name)) return wait === 0;
    const what = isThere ? 'is down, or not ours' : 'is gone';
    const then = wait === 0 ? 'restoring it' : `restoring it in ${inSeconds(wait)} s`;
    this.#ports.log('warning', `(${settings.name}): VMAC ${name} ${what} - ${then}`);
    if (wait > 0) this.#failures.set(name, `${what} again and again`);
    return wait === 0;
  }

  /** @returns whether the link is as it should be, or nothing can be done while that below is gone */
  #isWell({ interface: parent, virtualInterface }: VrrpInstanceSettings): boolean {
    const { interfaces } = this.#ports;
    const parentIndex = interfaces.named(parent)?.index;
    if (virtualInterface === undefined || parentIndex === undefined) return true;
    const link = interfaces.named(virtualInterface.name);
    if (link === undefined || !isOurs(link, virtualInterface)) return false;
    return link.parentIndex === parentIndex && link.up;
  }

  async #provide(wanted: readonly VrrpInstanceSettings[]): Promise<void> {
    if (wanted.length === 0) return;
    try {
      await Promise.all(wanted.map((each) => this.#make(each)));
      await this.#look();
      for (const each of wanted) if (each.family === 4) this.#hearing.add(nameOf(each));
      this.#settings.ignoreReversePaths([...this.#hearing]);
      await this.firewall.update();
    } catch (error) {
      this.#ports.log('warning', `cannot prepare virtual interfaces: ${textOf(error)}`);
    }
    for (const each of wanted) {
      await this.#bringUp(each);
      if (!this.#isWell(each)) this.#care.refused(nameOf(each));
      // The kernel's settings are written without leave of the event loop, and adverts may be due.
      await setImmediate();
    }
  }

  async #remove(links: readonly VirtualLink[]): Promise<void> {
    for (const { name } of links) {
      this.#failures.delete(name);
      this.#prepared.delete(name);
      this.#hearing.delete(name);
    }
    const left = [...this.#wanted.values()].filter(({ family }) => family === 4);
    this.#settings.keepFor(new Set(left.map((each) => each.interface)));
    for (const unremoved of await removeLinks(links, this.#ports))
      this.#ports.log('warning', `cannot remove VMAC interface ${unremoved}`);
    for (const { name } of links) void this.firewall.setSilent(name, false);
    await this.firewall.update();
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
      interfaces.noteLink({ ...link, up: true }, false);
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
    if (this.#failures.get(name) === text) return;
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

/** @returns whether the interface is the one that is meant, not one of somebody else with its name */
export function isOurs(link: Link, { hardwareAddress }: VirtualLink): boolean {
  return link.kind === 'macvlan' && macFromBytes(link.hardwareAddress) === hardwareAddress;
}

function nameOf({ virtualInterface }: VrrpInstanceSettings): string {
  return virtualInterface?.name ?? '';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
