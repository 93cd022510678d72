/**
 * The interfaces that instances make: before they start, taken over from a process that died, made
 * again when somebody or their parent takes them away.
 */
import { setImmediate } from 'node:timers/promises';
import type { Link, LinkChange, NewLink } from '@tandem/netlink';
import { inSeconds, type Clock } from '@tandem/time';
import { allAddresses, type VrrpInstanceSettings } from '@tandem/vrrp';
import { requestOf, type AddressRequests } from './address-keeper.ts';
import { Firewall, type FirewallPorts } from './firewall.ts';
import type { InterfaceTable } from './interface-table.ts';
import type { KernelChanges, KernelNumbers } from './kernel-changes.ts';
import type { KernelObserver } from './kernel-view.ts';
import { KernelSettings } from './kernel-settings.ts';
import { LinkCare } from './link-care.ts';
import {
  isAsMade,
  isOurs,
  kindOf,
  macvlanNames,
  missingAddress,
  otherVrf,
  newLink,
  wantedLinks,
  type VirtualLink,
  type WantedLink,
} from './virtual-link.ts';

/** What is needed of rtnetlink. */
export interface LinkRequests extends Pick<AddressRequests, 'addAddress'> {
  links(): Promise<readonly Link[]>;
  addLink(link: NewLink): Promise<void>;
  setLink(change: LinkChange): Promise<void>;
  deleteLink(index: number): Promise<void>;
}

/** What the links of one process need. */
export interface VirtualLinkPorts {
  readonly requests: LinkRequests;
  readonly interfaces: InterfaceTable;
  readonly changes: KernelChanges;
  readonly clock: Clock;
  readonly kernel: {
    readonly kernelNumbers: KernelNumbers;
    readonly nftables: Pick<FirewallPorts, 'replace' | 'remove' | 'survey' | 'redirect'>;
  };
  readonly log: (level: 'info' | 'warning', text: string) => void;
  /** Told names of links that were not as they should be: they are again, or cannot be. */
  readonly mended: (names: ReadonlySet<string>) => void;
}

/** Owns the virtual interfaces of all instances. */
export class VirtualLinks implements KernelObserver {
  /** Of the instances that own the links, and of all others. */
  readonly firewall: Firewall;
  readonly #ports: VirtualLinkPorts;
  readonly #settings: KernelSettings;
  readonly #care: LinkCare;
  /** Why one cannot be used. */
  readonly #failures = new Map<string, string>();
  /** All that are to be there, by name. */
  readonly #wanted = new Map<string, WantedLink>();
  /** Index of each that has its settings. */
  readonly #prepared = new Map<string, number>();
  /** Index of the VRF of each that was in one with the interface below, when last seen to. */
  readonly #vrfs = new Map<string, number>();
  /** Names of those that packets of IPv4 come in by. */
  readonly #hearing = new Set<string>();
  /** What is done to links comes one after the other. */
  #work: Promise<void> = Promise.resolve();
  /** Names of the interfaces, to be read yet; and the last reading of them. */
  #present: Promise<ReadonlySet<string> | undefined> | undefined;
  #reading: Promise<unknown> = Promise.resolve();
  #isSuspicious = false;
  #isClosed = false;

  /** @param ports - the outside */
  constructor(ports: VirtualLinkPorts) {
    this.#ports = ports;
    this.#settings = new KernelSettings(ports.kernel.kernelNumbers, ports.changes);
    this.#care = new LinkCare(ports.clock, () => this.#suspect());
    const { clock, interfaces, kernel, log } = ports;
    const warn = (text: string): void => log('warning', text);
    this.firewall = new Firewall({ ...kernel.nftables, interfaces, clock, warn });
  }

  /**
   * @param settings - of an instance
   * @returns why its virtual interface cannot be used; undefined when it can, or it has none
   */
  failureOf(settings: VrrpInstanceSettings): string | undefined {
    const { interface: parent, virtualInterface } = settings;
    if (virtualInterface === undefined) return undefined;
    const { name } = virtualInterface;
    const failure = this.#failures.get(name);
    if (failure !== undefined) return `${name}: ${failure}`;
    const { interfaces } = this.#ports;
    if (interfaces.named(parent) === undefined) return undefined;
    return interfaces.named(name) === undefined ? `no interface ${name}` : undefined;
  }

  /**
   * Makes what is missing; what cannot be had keeps its instance in FAULT until it can.
   * @param instances - all that there are
   */
  async provide(instances: readonly VrrpInstanceSettings[]): Promise<void> {
    const wanted = instances.flatMap(wantedLinks);
    for (const each of instances) this.#silence(each);
    for (const each of wanted) this.#wanted.set(each.name, each);
    await this.#then(() => this.#provide(wanted));
  }

  /**
   * What is not master must not be heard from the moment that it is up. One that has its addresses
   * has them from a predecessor, in whose place its instance may go on as master.
   */
  #silence(settings: VrrpInstanceSettings): void {
    const { interfaces } = this.#ports;
    const held = allAddresses(settings).filter(
      ({ device, address, prefixLength }) =>
        interfaces.find(device, address, prefixLength) !== undefined,
    );
    const isNew = (name: string): boolean =>
      !this.#wanted.has(name) && !held.some(({ device }) => device === name);
    void this.firewall.setIdle(macvlanNames(settings).filter(isNew), true);
  }

  /**
   * Removes those that no instance has any more.
   * @param instances - all that there are
   */
  async keepOnly(instances: readonly VrrpInstanceSettings[]): Promise<void> {
    const kept = new Set(instances.flatMap(wantedLinks).map(({ name }) => name));
    const left = [...this.#wanted.values()].filter(({ name }) => !kept.has(name));
    if (left.length > 0) await this.remove(left);
  }

  /** Sees to those that may not be as they should be any more. */
  interfaceChanged(name: string): void {
    const isBelow = (): boolean => [...this.#wanted.values()].some(({ parent }) => parent === name);
    if (this.#wanted.has(name) || isBelow()) this.#suspect();
  }

  /** An ipvlan has an address of its own. */
  addressesChanged(name: string): void {
    if (this.#wanted.get(name)?.ipvlan?.address !== undefined) this.#suspect();
  }

  /** Those of instances are not ours. */
  addressRemoved(): void {}

  /**
   * For what has gone from an interface: the kernel tells of the addresses of a link that is removed
   * before it tells of the link. What one of ours lacks is told when it is mended.
   * @returns whether the interface is there still; true for those that are not ours
   */
  async isThere(name: string): Promise<boolean> {
    if (!this.#wanted.has(name)) return true;
    this.#present ??= this.#readPresent(this.#reading);
    const present = await this.#present;
    return !this.#isClosed && (present?.has(name) ?? true);
  }

  /** @returns whether an interface, ours or not, is there and up as far as has been told */
  isUp(name: string): boolean {
    return this.#ports.interfaces.named(name)?.up === true;
  }

  /** One at a time, each for all that is asked until it begins. */
  async #readPresent(before: Promise<unknown>): Promise<ReadonlySet<string> | undefined> {
    await Promise.all([before, setImmediate()]);
    this.#present = undefined;
    const reading = this.#ports.requests.links().catch(() => undefined);
    this.#reading = reading;
    const links = await reading;
    return links && new Set(links.map(({ name }) => name));
  }

  /** Anything may have changed. */
  reread(): void {
    if (this.#wanted.size > 0) this.#suspect();
  }

  /** Nothing is known to have changed. */
  rereadFailed(): void {}

  /**
   * Puts the kernel's settings back.
   * @param keep - leaves all as it is instead
   */
  async close(keep: boolean): Promise<void> {
    this.#isClosed = true;
    this.#care.close();
    if (keep) await this.#work;
    else await this.remove([...this.#wanted.values()]);
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
      (each) => this.#failures.has(each.name) || !this.#isWell(each),
    );
    // Notifications may be older than what we did meanwhile, and what is known older than them.
    if (suspects.length > 0) await this.#look();
    const bad = suspects.filter((each) => !this.#isWell(each));
    for (const each of suspects.filter((suspect) => !bad.includes(suspect))) {
      this.#failures.delete(each.name);
      this.#care.cured(each.name);
    }
    const due = bad.filter((each) => this.#mayMend(each));
    await this.#provide(due);
    if (suspects.length > 0) this.#ports.mended(new Set(suspects.map(({ name }) => name)));
  }

  /** @returns whether it may be seen to now; otherwise its instance is told why not */
  #mayMend(wanted: WantedLink): boolean {
    const { name, owner } = wanted;
    const wait = this.#care.waitFor(name);
    const isThere = this.#ports.interfaces.named(name) !== undefined;
    if (this.#failures.has(name)) return wait === 0;
    const what = isThere ? this.#whatIsWrong(wanted) : 'is gone';
    const then = wait === 0 ? 'restoring it' : `restoring it in ${inSeconds(wait)} s`;
    this.#ports.log('warning', `(${owner}): ${kindOf(wanted)} ${name} ${what} - ${then}`);
    if (wait > 0) this.#failures.set(name, `${what} again and again`);
    return wait === 0;
  }

  /** @returns whether the link is as it should be, or nothing can be done while that below is gone */
  #isWell(wanted: WantedLink): boolean {
    const { interfaces } = this.#ports;
    const parent = interfaces.named(wanted.parent);
    if (parent === undefined) return true;
    const link = interfaces.named(wanted.name);
    if (link === undefined || !isAsMade(link, wanted, parent) || !link.up) return false;
    if (this.#otherVrf(wanted, link) !== undefined) return false;
    return missingAddress(wanted, interfaces) === undefined;
  }

  #whatIsWrong(wanted: WantedLink): string {
    const link = this.#ports.interfaces.named(wanted.name);
    const isElsewhere = link?.up === true && this.#otherVrf(wanted, link) !== undefined;
    return isElsewhere ? `is not in the VRF of ${wanted.parent}` : 'is down, or not ours';
  }

  #otherVrf({ name, parent: below }: WantedLink, link: Link): number | undefined {
    const { interfaces } = this.#ports;
    const parent = interfaces.named(below);
    if (parent === undefined) return undefined;
    return otherVrf({ link, parent, given: this.#vrfs.get(name) }, interfaces);
  }

  async #provide(wanted: readonly WantedLink[]): Promise<void> {
    if (wanted.length === 0) return;
    await Promise.all(wanted.map((each) => this.#make(each)));
    await this.#look();
    for (const each of wanted) if (each.family === 4) this.#hearing.add(each.name);
    this.#ignoreReversePaths();
    const { interfaces } = this.#ports;
    // One that is told of later has no place in the table yet.
    const known = new Set(wanted.filter(({ name }) => interfaces.named(name) !== undefined));
    await this.firewall.update();
    for (const each of wanted) {
      if (known.has(each)) await this.#bringUp(each);
      if (!this.#isWell(each)) this.#care.refused(each.name);
      // The kernel's settings are written without leave of the event loop, and adverts may be due.
      await setImmediate();
    }
  }

  async #remove(links: readonly VirtualLink[]): Promise<void> {
    for (const { name } of links) {
      this.#failures.delete(name);
      this.#prepared.delete(name);
      this.#vrfs.delete(name);
      this.#hearing.delete(name);
    }
    this.#settings.keepFor([...this.#wanted.values()].filter(({ family }) => family === 4));
    for (const unremoved of await removeLinks(links, this.#ports))
      this.#ports.log('warning', `cannot remove VMAC interface ${unremoved}`);
    const names = links.map(({ name }) => name);
    void this.firewall.setIdle(names, false);
    await this.firewall.update();
  }

  async #make(wanted: WantedLink): Promise<void> {
    const { requests, interfaces, log } = this.#ports;
    const { name, owner } = wanted;
    const parent = interfaces.named(wanted.parent);
    if (parent === undefined) return;
    const present = interfaces.named(name);
    try {
      if (present !== undefined) {
        if (!isOurs(present, wanted)) throw new Error('another interface has its name');
        if (isAsMade(present, wanted, parent)) return;
        await requests.deleteLink(present.index);
      }
      await requests.addLink(newLink(wanted, parent.index));
      log('info', `(${owner}): Success creating ${kindOf(wanted)} interface ${name}`);
    } catch (error) {
      this.#fail(wanted, error);
    }
  }

  #ignoreReversePaths(): void {
    try {
      this.#settings.ignoreReversePaths([...this.#hearing]);
    } catch (error) {
      this.#ports.log('warning', `cannot prepare virtual interfaces: ${textOf(error)}`);
    }
  }

  /** The notifications of what was just made, or has just gone, may still be on their way. */
  async #look(): Promise<void> {
    const { requests, interfaces, log } = this.#ports;
    let links: readonly Link[];
    try {
      links = await requests.links();
    } catch (error) {
      log('warning', `cannot read links: ${textOf(error)}`);
      return;
    }
    const there = new Set(links.map(({ index }) => index));
    for (const name of this.#wanted.keys()) {
      const known = interfaces.named(name);
      if (known !== undefined && !there.has(known.index)) interfaces.noteLink(known, true);
    }
    for (const link of links) interfaces.noteLink(link, false);
  }

  async #bringUp(wanted: WantedLink): Promise<void> {
    const { requests, interfaces } = this.#ports;
    const { name } = wanted;
    const link = interfaces.named(name);
    if (link === undefined || !isOurs(link, wanted)) return;
    try {
      if (this.#prepared.get(name) !== link.index) this.#settings.prepare(wanted);
      this.#prepared.set(name, link.index);
      const moved = await this.#follow(wanted, link);
      if (!link.up) await requests.setLink({ index: link.index, up: true });
      interfaces.noteLink({ ...link, ...moved, up: true }, false);
      await this.#addAddress(wanted, link.index);
      this.#failures.delete(name);
    } catch (error) {
      this.#fail(wanted, error);
    }
  }

  /** @returns what has changed: it is where the interface below is */
  async #follow(wanted: WantedLink, link: Link): Promise<Pick<Link, 'masterIndex'>> {
    const { requests, interfaces, log } = this.#ports;
    const { name, owner } = wanted;
    const masterIndex = this.#otherVrf(wanted, link);
    const parent = interfaces.named(wanted.parent);
    const vrf = parent && interfaces.vrfOf(parent);
    if (vrf === undefined) this.#vrfs.delete(name);
    else this.#vrfs.set(name, vrf.index);
    if (masterIndex === undefined) return {};
    await requests.setLink({ index: link.index, masterIndex });
    log(
      'info',
      `(${owner}): ${kindOf(wanted)} ${name} is ${vrf ? `in VRF ${vrf.name}` : 'in no VRF'} now`,
    );
    return { masterIndex };
  }

  async #addAddress(wanted: WantedLink, index: number): Promise<void> {
    const { requests, interfaces } = this.#ports;
    const missing = missingAddress(wanted, interfaces);
    if (missing === undefined) return;
    const address = requestOf(missing, index);
    try {
      await requests.addAddress(address);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    interfaces.noteAddress(address, false);
  }

  #fail(wanted: WantedLink, error: unknown): void {
    const { name, owner } = wanted;
    const text = whyRefused(wanted, error);
    if (this.#failures.get(name) === text) return;
    this.#failures.set(name, text);
    this.#ports.log('warning', `(${owner}): Unable to create ${kindOf(wanted)} ${name}: ${text}`);
  }
}

/** What the kernel says of a kind that it does not know is no help to anybody. */
function whyRefused(wanted: WantedLink, error: unknown): string {
  const isUnknown = error instanceof Error && 'code' in error && error.code === 'EOPNOTSUPP';
  const kind = wanted.hardwareAddress === undefined ? 'ipvlan' : 'macvlan';
  if (isUnknown) return `this kernel has no ${kind} interfaces; load or build its module ${kind}`;
  return textOf(error);
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

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
