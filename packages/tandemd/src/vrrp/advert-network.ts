/** All sockets of the vrrp process: adverts in and out, announcements out. */
import type { IpAddress, IpFamily } from '@tandem/inet';
import { SocketError, type RawSocket } from '@tandem/raw-socket';
import type { Instant } from '@tandem/time';
import {
  receiveBytes,
  type ReceivedPacket,
  type VirtualAddress,
  type VrrpInstanceSettings,
} from '@tandem/vrrp';
import { systemClock } from '../system-clock.ts';
import { AdvertSender } from './advert-sender.ts';
import {
  openAdvertReceiver,
  openAdvertSender,
  resizeReceiver,
  type AdvertPlace,
} from './advert-sockets.ts';
import type { Pace } from './announcement-pace.ts';
import { Announcer, openFrameSocket } from './announcer.ts';
import { advertInterfaceOf, channelOf } from './audience.ts';
import type { InterfaceTable } from './interface-table.ts';
import { PROC_NUMBERS } from './kernel-changes.ts';
import { openSolicitationReceiver, RouterAdverts, type RouterReport } from './router-adverts.ts';
import type { SequenceNumbers } from './sequence-numbers.ts';

/** Without `unicast_ttl`. */
const HOP_LIMIT = 255;

/** Takes what comes in. */
export interface NetworkHandler {
  /** @param arrivedAt - when it came in, where that is known; wrong once the wall clock has been set */
  packet(place: AdvertPlace, packet: ReceivedPacket, arrivedAt?: Instant): void;
  garbage(place: AdvertPlace, bytes: Uint8Array): void;
  /** Log lines that are wanted with -D only. */
  detail(text: string): void;
  warn(text: string): void;
  /** Of announcements on the first of the interfaces, which is above the second or is it; absent: at once. */
  pace?(family: IpFamily, interfaces: readonly [string, string]): Pace;
}

interface Receiver {
  readonly place: AdvertPlace;
  readonly socket: RawSocket;
  /** How often the interface had lost IPv6 when it was opened. */
  readonly ipv6Losses: number;
}

/** One receiver per interface, family and channel; one sender per family and hop limit. */
export class AdvertNetwork {
  readonly #interfaces: InterfaceTable;
  readonly #handler: NetworkHandler;
  readonly #numbers: SequenceNumbers;
  readonly #announcer: Announcer;
  readonly #routers: RouterAdverts;
  readonly #sockets = new Map<string, RawSocket>();
  #senders = new WeakMap<VrrpInstanceSettings, AdvertSender>();
  /** Those that say something of receive buffers. */
  #roomy: readonly VrrpInstanceSettings[] = [];
  /** What they say, in bytes by receiver. */
  #rooms: ReadonlyMap<string, number> = new Map();
  /** Of the interfaces that were there, by name. */
  readonly #indexes = new Map<string, number>();
  readonly #receivers = new Map<string, Receiver>();

  /**
   * @param interfaces - for their indexes
   * @param handler - called from the event loop
   * @param numbers - of authentication headers
   * @throws SocketError
   */
  constructor(interfaces: InterfaceTable, handler: NetworkHandler, numbers: SequenceNumbers) {
    this.#interfaces = interfaces;
    this.#handler = handler;
    this.#numbers = numbers;
    this.#announcer = new Announcer(interfaces, {
      detail: (text) => handler.detail(text),
      pace: (...which) => handler.pace?.(...which),
      isRouter: (device) => PROC_NUMBERS.read(`ipv6/conf/${device}/forwarding`) === 1,
    });
    this.#routers = new RouterAdverts(interfaces, {
      clock: systemClock,
      random: Math.random,
      detail: (text) => handler.detail(text),
      warn: (text) => handler.warn(text),
      openSender: openFrameSocket,
      openReceiver: openSolicitationReceiver,
    });
  }

  /**
   * Makes sure that the instance's adverts are heard; an interface that was made anew has another
   * index and needs another socket, as does one that was without IPv6.
   * @throws SocketError
   */
  listen(settings: VrrpInstanceSettings): void {
    const { family } = settings;
    const interfaceName = advertInterfaceOf(settings);
    const channel = channelOf(settings);
    const sealed = settings.authentication?.type === 'AH';
    const interfaceIndex = this.#interfaces.named(interfaceName)?.index;
    if (interfaceIndex === undefined) return;
    this.#indexes.set(interfaceName, interfaceIndex);
    const key = receiverOf(settings);
    const old = this.#receivers.get(key);
    const { interface: parent } = settings;
    const parentIndex =
      parent === interfaceName ? undefined : this.#interfaces.named(parent)?.index;
    const ipv6Losses =
      family === 4 ? 0 : this.#interfaces.ipv6LossesOf(parentIndex ?? interfaceIndex);
    if (old?.place.interfaceIndex === interfaceIndex && old.ipv6Losses === ipv6Losses) return;
    if (old !== undefined) this.#forget(key, old.socket);
    const place = { interfaceIndex, interfaceName, parentIndex, family, channel, sealed };
    const socket = openAdvertReceiver(place, {
      packet: (packet, arrivedAt) => this.#handler.packet(place, packet, arrivedAt),
      garbage: (bytes) => this.#handler.garbage(place, bytes),
    });
    // Its interface, which may not have been there when the instances were configured, has an MTU.
    this.#rooms = this.#roomsOf(this.#roomy);
    resizeReceiver(socket, this.#rooms.get(key));
    this.#receivers.set(key, { place, socket, ipv6Losses });
    // A takeover is no time to open a socket.
    this.#sender(settings);
  }

  /** @param instances - all there are: those of one socket share its receive buffer */
  configure(instances: readonly VrrpInstanceSettings[]): void {
    const before = this.#rooms;
    this.#roomy = instances.filter(({ receiveRoom }) => receiveRoom !== undefined);
    this.#rooms = this.#roomsOf(this.#roomy);
    for (const [key, { socket }] of this.#receivers) {
      const room = this.#rooms.get(key);
      if (room !== before.get(key)) resizeReceiver(socket, room);
    }
  }

  /**
   * An interface is gone, and its group memberships with it: one of the same name, or even of the
   * same index, needs a new socket.
   */
  forget(interfaceName: string): void {
    for (const [key, { place, socket }] of this.#receivers)
      if (place.interfaceName === interfaceName) this.#forget(key, socket);
  }

  /** @returns why it could not be sent; undefined when it was */
  send(advert: {
    readonly settings: VrrpInstanceSettings;
    readonly source: IpAddress;
    readonly priority: number;
    readonly oldChecksumPeers: readonly IpAddress[];
  }): string | undefined {
    const { settings, source, priority, oldChecksumPeers } = advert;
    const name = advertInterfaceOf(settings);
    // By one that was renamed its master can still say that it leaves.
    const { index: interfaceIndex } =
      this.#interfaces.named(name) ?? this.#interfaces.indexed(this.#indexes.get(name) ?? 0) ?? {};
    if (interfaceIndex === undefined) return 'ENODEV';
    // Named one by one: a copy of all costs a microsecond, for each advert.
    const wanted = { settings, source, priority, interfaceIndex, oldChecksumPeers };
    try {
      return this.#sender(settings).send(wanted);
    } catch (error) {
      // There was none to send by yet: the next advert has another try.
      if (error instanceof SocketError) return error.code;
      throw error;
    }
  }

  /** One set of announcements. */
  announce(addresses: readonly VirtualAddress[], rounds: number): void {
    this.#announcer.announce(addresses, rounds);
  }

  /**
   * @param owner - an instance
   * @param settings - of it as a master, whose router it advertises if they say so; absent: it is none
   */
  advertiseRouter(owner: object, settings: VrrpInstanceSettings | undefined): void {
    this.#routers.follow(owner, settings);
  }

  /** @returns what hosts were told of it; undefined where this box is not its master */
  routerReport(owner: object): RouterReport | undefined {
    return this.#routers.report(owner);
  }

  /** Closes what it sends by. */
  close(): void {
    this.#routers.close();
    this.#announcer.close();
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
    this.#senders = new WeakMap();
  }

  #roomsOf(instances: readonly VrrpInstanceSettings[]): Map<string, number> {
    const rooms = new Map<string, number>();
    for (const each of instances) {
      const link = this.#interfaces.named(advertInterfaceOf(each));
      const bytes = link && receiveBytes(each, link.mtu);
      const receiver = receiverOf(each);
      if (bytes !== undefined) rooms.set(receiver, (rooms.get(receiver) ?? 0) + bytes);
    }
    return rooms;
  }

  #sender(settings: VrrpInstanceSettings): AdvertSender {
    const known = this.#senders.get(settings);
    if (known !== undefined) return known;
    const { name, family, unicast } = settings;
    const sender = new AdvertSender(this.#socket(family, unicast?.ttl ?? HOP_LIMIT), {
      sequence: () => this.#numbers.next(name),
      stamp: () => this.#numbers.stamp(Date.now()),
    });
    this.#senders.set(settings, sender);
    return sender;
  }

  #forget(key: string, socket: RawSocket): void {
    this.#receivers.delete(key);
    socket.close();
  }

  #socket(family: IpFamily, hopLimit: number): RawSocket {
    const key = `${family} ${hopLimit}`;
    const socket = this.#sockets.get(key) ?? openAdvertSender(family, hopLimit);
    this.#sockets.set(key, socket);
    return socket;
  }
}

/** The same for all instances that are heard by one socket. */
function receiverOf(settings: VrrpInstanceSettings): string {
  const sealed = settings.authentication?.type === 'AH';
  return `${advertInterfaceOf(settings)} ${settings.family} ${channelOf(settings)} ${sealed}`;
}
