/** A host in memory: links, addresses, and all that the vrrp process sends. */
import { isMulticast } from '@tandem/inet';
import {
  NetlinkError,
  type Address,
  type DropTable,
  type Link,
  type NewLink,
} from '@tandem/netlink';
import { SocketError } from '@tandem/raw-socket';
import { ManualClock } from '@tandem/time';
import type { ReceivedPacket, TrackFileSettings, VrrpInstanceSettings } from '@tandem/vrrp';
import type { Settings } from '@tandem/config';
import { onTestFinished } from 'vitest';
import type { FromChild, ToChild } from '../../src/ipc.ts';
import { advertInterfaceOf } from '../../src/vrrp/audience.ts';
import type { NetworkHandler } from '../../src/vrrp/advert-network.ts';
import type { RouteEvents } from '../../src/vrrp/kernel-view.ts';
import type { RouterReport } from '../../src/vrrp/router-adverts.ts';
import type { RoutingEvents } from '../../src/vrrp/routing-keeper.ts';
import { FakeRouting } from './fake-routing.ts';
import { EMPTY_STAGE } from './empty-stage.ts';
import { timeoutAlarm } from './timeout-alarm.ts';
import type { VrrpPorts } from '../../src/vrrp/vrrp-ports.ts';
import { VrrpProcess } from '../../src/vrrp/vrrp-process.ts';
import { instanceSettings, ip, vip } from '../../../vrrp/test/instance-settings.ts';
import type { FileObserver } from '../../src/watched-file.ts';
import { settings } from '../settings.ts';

export { ip, vip };

const IFA_F_SECONDARY = 0x01;
const EEXIST = 17;
const ENODEV = 19;
const EADDRNOTAVAIL = 99;
const ENOBUFS = 105;

/** An address as the kernel has it, on eth0. */
export function kernelAddress(text: string, changes: Partial<Address> = {}): Address {
  return {
    interfaceIndex: 2,
    family: text.includes(':') ? 6 : 4,
    address: ip(text),
    prefixLength: 24,
    scope: 0,
    flags: 0x80,
    ...changes,
  };
}

/** eth0 with index 2, up, unless changed. */
export function kernelLink(changes: Partial<Link> = {}): Link {
  return {
    index: 2,
    name: 'eth0',
    flags: 0,
    up: true,
    running: true,
    operationalState: 6,
    mtu: 1500,
    type: 1,
    hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 1),
    hardwareBroadcast: new Uint8Array(6).fill(255),
    unknown: [],
    ...changes,
  };
}

/** An address owner, which is master as soon as it starts. */
export function ownerSettings(changes: Partial<VrrpInstanceSettings> = {}): VrrpInstanceSettings {
  return instanceSettings({
    priority: 255,
    initialState: 'MASTER',
    addresses: [vip('10.77.0.100')],
    notify: { any: { argv: ['/n'] } },
    smtpAlert: true,
    ...changes,
  });
}

/** Whole settings around some instances. */
export function settingsOf(...vrrpInstances: readonly VrrpInstanceSettings[]): Settings {
  return settings({ vrrpInstances });
}

/** Instances that form the sync group G, beside others. */
export function groupOf(
  members: readonly VrrpInstanceSettings[],
  ...others: readonly VrrpInstanceSettings[]
): Settings {
  const grouped = members.map((each) => ({ ...each, syncGroup: 'G' }));
  const names = members.map(({ name }) => name);
  const group = { name: 'G', members: names, notify: { any: { argv: ['/g'] } }, smtpAlert: true };
  return { ...settingsOf(...grouped, ...others), syncGroups: [group] };
}

/** What happened, one word or two each, in order. */
export class FakeHost implements VrrpPorts {
  readonly clock = new ManualClock(1_000_000);
  readonly stage = EMPTY_STAGE;
  readonly openAlarm = timeoutAlarm(this.clock);
  readonly links: Link[] = [kernelLink()];
  addresses: Address[] = [kernelAddress('10.77.0.1')];
  readonly happened: string[] = [];
  readonly routing = new FakeRouting((text) => this.happened.push(text));
  readonly messages: FromChild[] = [];
  /** Errors of the requests to come, by address. */
  readonly refuse = new Map<string, number>();
  /** Running processes by name. */
  readonly processes = new Map<string, number>();
  /** Tracked files by name. */
  readonly files = new Map<
    string,
    { readonly value: number; readonly problem?: string; readonly changed?: () => void }
  >();
  /** Instances whose sockets cannot be bound to their interface. */
  readonly deaf = new Set<string>();
  /** Why no advert can be sent. */
  sendError: string | undefined;
  handler: NetworkHandler | undefined;
  /** Of the kernel, by path below /proc/sys/net. */
  readonly numbers = new Map<string, number>();
  /** The table that drops packets, while there is one. */
  dropped: DropTable | undefined;
  /** What is redirected when nobody directs, with ports. */
  redirected: readonly string[] = [];
  readonly nftables: VrrpPorts['nftables'] = {
    replace: async (table) => {
      this.dropped = table;
      this.happened.push(`drop ${[...table.addresses, ...table.idle].join(' ')}`);
    },
    survey: async (table) => {
      if (this.dropped?.name !== table.name) return 'missing';
      return JSON.stringify(this.dropped) === JSON.stringify(table) ? 'whole' : 'changed';
    },
    redirect: [
      {
        name: 'nftables',
        replace: async (targets, directors) => {
          this.redirected = targets.map(({ address, port }) => `${address} ${port}`);
          const here = directors.map(({ address }) => address).join(' ');
          this.happened.push(`redirect ${this.redirected.join(' ')} but ${here}`);
        },
        remove: async () => {
          if (this.redirected.length > 0) this.happened.push('redirect nothing');
          this.redirected = [];
        },
        renew: async (directors) => {
          const words = directors.map(({ address, lifetimeMs }) => `${address} ${lifetimeMs}`);
          this.happened.push(`direct ${words.join(' ')}`);
        },
        resign: async (addresses) => void this.happened.push(`resign ${addresses.join(' ')}`),
        look: async () => undefined,
      },
    ],
    remove: async (name) => {
      if (this.dropped?.name !== name) return;
      this.dropped = undefined;
      this.happened.push('drop nothing');
    },
  };
  readonly kernelNumbers: VrrpPorts['kernelNumbers'] = {
    read: (path) => this.numbers.get(path),
    write: (path, value) => void this.numbers.set(path, value),
    interfaces: () => ['all', 'default', ...this.links.map(({ name }) => name)],
  };
  #unreadable = 0;
  #events: RouteEvents | undefined;

  readonly tables: VrrpPorts['tables'] = {
    links: async () => {
      if (this.#unreadable-- > 0) throw new NetlinkError('dump links', ENOBUFS);
      return this.links;
    },
    addresses: async () => this.addresses,
    addAddress: async (address) => this.#add(address),
    deleteAddress: async (address) => this.#delete(address),
    addLink: async (link) => this.#addLink(link),
    setLink: async (change) => this.changeLink({ ...this.#link(change.index), ...change }),
    deleteLink: async (index) => {
      this.happened.push(`remove ${this.#link(index).name}`);
      this.removeLink(index);
    },
    routes: () => this.routing.routes(),
    addRoute: (route) => this.routing.addRoute(route),
    insertRoute: (route) => this.routing.insertRoute(route),
    deleteRoute: (route) => this.routing.deleteRoute(route),
    addRule: (rule) => this.routing.addRule(rule),
    deleteRule: (rule) => this.routing.deleteRule(rule),
  };

  epochMs(): number {
    return this.clock.now() + 1_700_000_000_000;
  }

  monitor(events: RouteEvents): void {
    this.#events = events;
  }

  monitorRouting(events: RoutingEvents): void {
    this.routing.monitor(events);
  }

  async countProcesses(wanted: readonly { readonly process: string }[]): Promise<number[]> {
    return wanted.map(({ process }) => this.processes.get(process) ?? 0);
  }

  watchFile(
    { name, path }: TrackFileSettings,
    { changed }: FileObserver,
  ): ReturnType<VrrpPorts['watchFile']> {
    const { files } = this;
    this.happened.push(`watch file ${name}`);
    const watched = {
      get value() {
        return files.get(name)?.value ?? 0;
      },
      get problem() {
        return files.get(name)?.problem;
      },
      adopt: (settings: TrackFileSettings) => settings.path === path,
      close: () => void this.happened.push(`close file ${name}`),
    };
    files.set(name, { value: 0, ...files.get(name), changed });
    return watched;
  }

  /** Somebody writes a number into a tracked file. */
  writeFile(name: string, value: number): void {
    const file = this.files.get(name);
    this.files.set(name, { ...file, value });
    file?.changed?.();
  }

  /** Of each instance that is master. */
  routerReport: RouterReport | undefined;

  openNetwork(_: unknown, handler: NetworkHandler): ReturnType<VrrpPorts['openNetwork']> {
    this.handler = handler;
    return {
      listen: (settings) => {
        if (this.deaf.has(settings.name)) throw new SocketError('setsockopt', ENODEV);
        this.happened.push(`listen ${advertInterfaceOf(settings)}`);
      },
      configure: () => undefined,
      forget: (name) => void this.happened.push(`forget ${name}`),
      send: ({ settings, priority }) => {
        if (this.sendError !== undefined) return this.sendError;
        this.happened.push(`advert ${settings.name} ${priority}`);
        return undefined;
      },
      advertiseRouter: (_owner, settings) =>
        void this.happened.push(`${settings === undefined ? 'no ' : ''}router`),
      routerReport: () => this.routerReport,
      announce: (addresses, rounds) => {
        for (const { address } of addresses) this.happened.push(`announce ${rounds} ${address}`);
      },
    };
  }

  send = (message: FromChild): void => {
    this.messages.push(message);
    if (message.type === 'script') this.happened.push(`script ${message.argv.join(' ')}`);
    if (message.type === 'fifo') this.happened.push(`fifo ${message.line}`);
    if (message.type === 'mail') this.happened.push(`mail ${message.subject}`);
    if (message.type === 'watched-script') this.happened.push(`watch ${message.argv.join(' ')}`);
    if (message.type === 'vrrp-state') this.happened.push(`state ${message.name} ${message.state}`);
  };

  /** Starts a process on this host, which is stopped when the test ends. */
  async start(
    settings: Settings,
    more: Partial<Extract<ToChild, { type: 'start' }>> = {},
  ): Promise<VrrpProcess> {
    const child = new VrrpProcess(this);
    onTestFinished(() => child.stop());
    const options = { logDetail: 0, keepAddresses: false, keepIpvs: false };
    await child.receive({ type: 'start', settings, options, ...more });
    await this.calm();
    return child;
  }

  /** Starts a process with some instances on this host. */
  startWith(...instances: readonly VrrpInstanceSettings[]): Promise<VrrpProcess> {
    return this.start(settingsOf(...instances));
  }

  /** Lets everything that is under way come to an end. */
  async calm(): Promise<void> {
    for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  /** @returns what happened since the last call */
  news(): string[] {
    return this.happened.splice(0);
  }

  /** Somebody else takes an address off. */
  removeAddress(text: string): void {
    const address = this.addresses.find((each) => each.address === text);
    if (address === undefined) throw new Error(`not there: ${text}`);
    this.addresses = this.addresses.filter((each) => each !== address);
    this.#events?.address(address, true);
    this.routing.removeRoutesFrom(address.address);
  }

  /** Somebody else puts an address on. */
  putAddress(address: Address): void {
    this.addresses.push(address);
    this.#events?.address(address, false);
  }

  /** By its index; one that is not there comes up. */
  changeLink(changes: Partial<Link>): void {
    const link = kernelLink(changes);
    const at = this.links.findIndex(({ index }) => index === link.index);
    this.links.splice(at < 0 ? this.links.length : at, 1, link);
    this.#events?.link(link, false);
  }

  /** @param index - default: that of eth0 */
  removeLink(index = 2): void {
    const at = this.links.findIndex((each) => each.index === index);
    const [link] = this.links.splice(at, 1);
    if (link !== undefined) this.#events?.link(link, true);
  }

  /** What was so once is told again, or later than what has come after it. */
  tellLate(link: Link): void {
    this.#events?.link(link, false);
  }

  loseNotifications(change: () => void): void {
    const events = this.#events;
    this.#events = undefined;
    change();
    this.#events = events;
    events?.overrun();
  }

  /** The next so many attempts to read the tables fail. */
  refuseReading(times: number): void {
    this.#unreadable = times;
  }

  receive(packet: ReceivedPacket): void {
    const { destination } = packet;
    const channel = isMulticast(destination) ? destination : 'unicast';
    const place = {
      interfaceIndex: 2,
      interfaceName: 'eth0',
      family: 4,
      channel,
      sealed: false,
    } as const;
    this.handler?.packet(place, packet);
  }

  /** @returns what the process last said of its instances */
  status(): Extract<FromChild, { type: 'vrrp-status' }>['instances'] {
    const last = this.messages.findLast((message) => message.type === 'vrrp-status');
    return last?.type === 'vrrp-status' ? last.instances : [];
  }

  logs(): string[] {
    return this.messages.flatMap((message) => (message.type === 'log' ? [message.text] : []));
  }

  #addLink({ name, parentIndex, kind, mode, ...link }: NewLink): void {
    if (this.links.some((each) => each.name === name)) throw new NetlinkError('add link', EEXIST);
    const index = Math.max(...this.links.map((each) => each.index)) + 1;
    this.happened.push(`make ${name} on ${this.#link(parentIndex).name}`);
    const { hardwareAddress = this.#link(parentIndex).hardwareAddress } = link;
    const ipvlan = kind === 'ipvlan' ? { ipvlanMode: mode } : {};
    this.changeLink({ index, name, parentIndex, hardwareAddress, kind, ...ipvlan, up: false });
  }

  #link(index: number): Link {
    const link = this.links.find((each) => each.index === index);
    if (link === undefined) throw new NetlinkError('change link', ENODEV);
    return link;
  }

  #add(address: Address): void {
    const errno = this.refuse.get(address.address);
    if (errno !== undefined) throw new NetlinkError('add address', errno);
    const isUnique = address.family === 6 && this.#present(address).length > 0;
    if (isUnique || this.#find(address) !== undefined)
      throw new NetlinkError('add address', EEXIST);
    this.happened.push(`add ${address.address}`);
    const flags = address.flags | (this.#neighbours(address).length > 0 ? IFA_F_SECONDARY : 0);
    this.addresses.push({ ...address, flags });
    this.#events?.address({ ...address, flags }, false);
  }

  /** Those of the same network, of at most 24 bits, on the same interface. */
  #neighbours({ interfaceIndex, prefixLength, address, family }: Address): Address[] {
    if (family === 6 || prefixLength > 24) return [];
    const start = address.slice(0, address.lastIndexOf('.') + 1);
    return this.addresses.filter(
      (each) =>
        each.interfaceIndex === interfaceIndex &&
        each.prefixLength === prefixLength &&
        each.address !== address &&
        each.address.startsWith(start),
    );
  }

  /** The first one takes those of its network along, or one of them takes its place. */
  #deleteSecondaries(address: Address): void {
    const others = this.#neighbours(address);
    const isFirst = others.every(
      (each) => this.addresses.indexOf(each) > this.addresses.indexOf(address),
    );
    if (!isFirst) return;
    if (this.numbers.get('ipv4/conf/eth0/promote_secondaries') !== 1)
      for (const each of others) this.removeAddress(each.address);
    else if (others[0] !== undefined)
      this.addresses[this.addresses.indexOf(others[0])] = {
        ...others[0],
        flags: others[0].flags & ~IFA_F_SECONDARY,
      };
  }

  #delete(address: Address): void {
    const found = this.#find(address);
    if (found === undefined) throw new NetlinkError('delete address', EADDRNOTAVAIL);
    this.happened.push(`delete ${address.address}`);
    this.#deleteSecondaries(found);
    this.addresses = this.addresses.filter((each) => each !== found);
    const { interfaceIndex } = found;
    if (!this.addresses.some((each) => each.family === 4 && each.interfaceIndex === interfaceIndex))
      this.routing.flushRoutesBy(interfaceIndex);
    this.#events?.address(found, true);
    this.routing.removeRoutesFrom(found.address);
  }

  #find({ address, prefixLength, interfaceIndex }: Address): Address | undefined {
    return this.#present({ address, interfaceIndex }).find(
      (each) => each.prefixLength === prefixLength,
    );
  }

  #present({ address, interfaceIndex }: Pick<Address, 'address' | 'interfaceIndex'>): Address[] {
    return this.addresses.filter(
      (each) => each.address === address && each.interfaceIndex === interfaceIndex,
    );
  }
}
