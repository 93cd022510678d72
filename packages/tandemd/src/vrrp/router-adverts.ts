/** Advertises the virtual routers of IPv6 that this box is master of, and answers who asks for it. */
import { macFromBytes, parseIp } from '@tandem/inet';
import {
  constants,
  int32Option,
  RawSocket,
  SocketError,
  type ReceivedMessage,
} from '@tandem/raw-socket';
import type { Clock, Instant } from '@tandem/time';
import {
  encodeRouterAdvert,
  isRouterSolicitation,
  routerAddress,
  startRouterAdverts,
  stepRouterAdverts,
  type RouterAdvertState,
  type VrrpInstanceSettings,
} from '@tandem/vrrp';
import type { FrameSocket } from './announcer.ts';
import type { InterfaceTable } from './interface-table.ts';

/** What is needed of the outside. */
export interface RouterAdvertPorts {
  readonly clock: Clock;
  /** 0 up to 1. */
  readonly random: () => number;
  /** Takes log lines that are wanted with -D only. */
  readonly detail: (text: string) => void;
  readonly warn: (text: string) => void;
  /** A packet socket that receives nothing. */
  readonly openSender: () => Pick<FrameSocket, 'send' | 'close'>;
  /** @returns what closes it */
  readonly openReceiver: (
    place: { readonly name: string; readonly index: number },
    heard: (message: ReceivedMessage) => void,
  ) => { close(): void };
}

/** One that this box is master of. */
interface Router {
  readonly owner: object;
  settings: VrrpInstanceSettings;
  state: RouterAdvertState;
  timer?: NodeJS.Timeout;
  /** Of the interface that it listens on, which may be made anew. */
  index?: number;
  receiver?: { close(): void } | undefined;
  /** What has been wrong with it, which is said once. */
  readonly troubles: Set<string>;
  /** What is wrong with it now. */
  readonly now: { send?: string | undefined; hear?: string | undefined };
  sent: number;
  solicited: number;
  lastSentAt: Instant | undefined;
}

/** What one has done since this box became its master. */
export interface RouterReport {
  readonly sent: number;
  readonly solicited: number;
  readonly lastSentAt: Instant | undefined;
  /** What is wrong with it now, one sentence each. */
  readonly problems: readonly string[];
}

/** The virtual routers by their owners. */
export class RouterAdverts {
  readonly #interfaces: InterfaceTable;
  readonly #ports: RouterAdvertPorts;
  readonly #routers = new Map<object, Router>();
  /** Of each that has ever been master, also while it is none. */
  readonly #lastSentAt = new WeakMap<object, Instant>();
  #sender: ReturnType<RouterAdvertPorts['openSender']> | undefined;

  /** @param interfaces - for indexes and hardware addresses */
  constructor(interfaces: InterfaceTable, ports: RouterAdvertPorts) {
    this.#interfaces = interfaces;
    this.#ports = ports;
  }

  /**
   * @param owner - an instance
   * @param settings - of it as a master, which may be others than before; absent: it is none
   */
  follow(owner: object, settings: VrrpInstanceSettings | undefined): void {
    const present = this.#routers.get(owner);
    if (settings?.routerAdvert === undefined) return this.#forget(owner);
    if (present !== undefined && isSame(present.settings, settings)) return;
    this.#forget(owner);
    const state = startRouterAdverts(this.#ports.clock.now(), this.#lastSentAt.get(owner));
    const { sent = 0, solicited = 0, lastSentAt } = present ?? {};
    const counts = { sent, solicited, lastSentAt };
    const router: Router = { owner, settings, state, troubles: new Set(), now: {}, ...counts };
    this.#routers.set(owner, router);
    this.#step(router, 'timer');
  }

  /** @returns undefined for one that this box is not master of */
  report(owner: object): RouterReport | undefined {
    const router = this.#routers.get(owner);
    if (router === undefined) return undefined;
    const { sent, solicited, lastSentAt, now } = router;
    const problems = [now.send, now.hear].flatMap((each) => each ?? []);
    return { sent, solicited, lastSentAt, problems };
  }

  /** Ends all. */
  close(): void {
    for (const owner of this.#routers.keys()) this.#forget(owner);
    this.#sender?.close();
    this.#sender = undefined;
  }

  #forget(owner: object): void {
    const router = this.#routers.get(owner);
    clearTimeout(router?.timer);
    router?.receiver?.close();
    this.#routers.delete(owner);
  }

  /** One that cannot hear is heard all the same, and tries again. */
  #listen(router: Router): void {
    const { settings } = router;
    const link = this.#interfaces.named(routerAddress(settings)?.device ?? '');
    if (link === undefined || link.index === router.index) return;
    router.receiver?.close();
    router.index = link.index;
    try {
      router.receiver = this.#ports.openReceiver(link, ({ source, ttl, data }) => {
        const from = source?.family === 'inet6' ? parseIp(source.address) : undefined;
        if (from === undefined) return;
        const isAsked = isRouterSolicitation({ source: from, hopLimit: ttl ?? 0, body: data });
        if (!isAsked) return;
        router.solicited += 1;
        this.#step(router, 'solicited');
      });
      router.now.hear = undefined;
    } catch (error) {
      router.receiver = undefined;
      delete router.index;
      this.#complain(router, 'hear', `cannot hear router solicitations: ${textOf(error)}`);
    }
  }

  #step(router: Router, event: 'timer' | 'solicited'): void {
    const { routerAdvert } = router.settings;
    if (routerAdvert === undefined) return;
    const { clock, random } = this.#ports;
    const now = clock.now();
    const times = { ...routerAdvert, random };
    const { state, isSent } = stepRouterAdverts(router.state, event, { now, times });
    if (isSent) {
      this.#lastSentAt.set(router.owner, now);
      this.#send(router, routerAdvert);
    }
    if (event === 'timer') this.#listen(router);
    router.state = state;
    clearTimeout(router.timer);
    const wait = Math.max(0, Math.ceil(state.deadline - now));
    router.timer = setTimeout(() => this.#step(router, 'timer'), wait);
    router.timer.unref();
  }

  #send(router: Router, routerAdvert: NonNullable<VrrpInstanceSettings['routerAdvert']>): void {
    const { settings } = router;
    const own = routerAddress(settings);
    const link = own && this.#interfaces.named(own.device);
    if (own === undefined || link === undefined) return;
    if (link.hardwareAddress.length !== MAC_LENGTH) {
      const why = `${link.name} has no MAC address`;
      this.#complain(router, 'send', `cannot send router advertisements: ${why}`);
      return;
    }
    const hardwareAddress = macFromBytes(link.hardwareAddress);
    const data = encodeRouterAdvert(routerAdvert, { address: own.address, hardwareAddress });
    const protocol = constants.ETH_P_IPV6;
    const group = data.subarray(0, 6);
    try {
      this.#sender ??= this.#ports.openSender();
      const destination = { family: 'packet', interfaceIndex: link.index, protocol } as const;
      this.#sender.send([{ data, destination: { ...destination, hardwareAddress: group } }]);
      router.sent += 1;
      router.lastSentAt = this.#ports.clock.now();
      router.now.send = undefined;
      this.#ports.detail(`(${settings.name}) sent a router advertisement on ${link.name}`);
    } catch (error) {
      this.#complain(router, 'send', `cannot send router advertisements: ${textOf(error)}`);
    }
  }

  #complain(router: Router, what: keyof Router['now'], text: string): void {
    router.now[what] = text;
    if (router.troubles.has(text)) return;
    router.troubles.add(text);
    this.#ports.warn(`(${router.settings.name}) ${text}`);
  }
}

/** Whether hosts would be told the same, by the same interface. */
function isSame(one: VrrpInstanceSettings, other: VrrpInstanceSettings): boolean {
  const [before, now] = [one, other].map((each) =>
    JSON.stringify([each.name, each.routerAdvert, routerAddress(each)]),
  );
  return before === now;
}

const MAC_LENGTH = 6;
/** More than that wait for an answer that is one for all. */
const RECEIVE_BUFFER_BYTES = 65_536;
const RECEIVE_BATCH = 16;
const SOLICITATION_BYTES_MAX = 1500;
const ALL_ROUTERS = 'ff02::2';

/**
 * @param place - an interface
 * @param heard - of each router solicitation that comes in there, with a right checksum
 * @returns the socket
 * @throws SocketError
 */
export function openSolicitationReceiver(
  { name, index }: { readonly name: string; readonly index: number },
  heard: (message: ReceivedMessage) => void,
): RawSocket {
  const { AF_INET6, SOCK_RAW, SOL_SOCKET, SOL_IPV6, SOL_ICMPV6 } = constants;
  const socket = RawSocket.open({
    domain: AF_INET6,
    type: SOCK_RAW,
    protocol: constants.IPPROTO_ICMPV6,
  });
  try {
    socket.setOption(SOL_ICMPV6, constants.ICMPV6_FILTER, solicitationsOnly());
    socket.setOption(SOL_SOCKET, constants.SO_BINDTODEVICE, Buffer.from(`${name}\0`, 'latin1'));
    socket.setOption(SOL_SOCKET, constants.SO_RCVBUF, int32Option(RECEIVE_BUFFER_BYTES));
    socket.setOption(SOL_IPV6, constants.IPV6_RECVHOPLIMIT, int32Option(1));
    socket.joinGroup(ALL_ROUTERS, index);
    socket.receive(
      { messages: (batch) => batch.forEach(heard), error: () => undefined },
      { batch: RECEIVE_BATCH, bufferBytes: SOLICITATION_BYTES_MAX },
    );
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}

/** A bit for each type of ICMPv6 that is not wanted. @see RFC 3542 §3.2 */
function solicitationsOnly(): Uint8Array {
  const type = 133;
  const words = new Uint32Array(8).fill(0xffff_ffff);
  words[type >> 5] = ~(1 << (type & 31));
  return new Uint8Array(words.buffer);
}

function textOf(error: unknown): string {
  return error instanceof SocketError ? error.message : String(error);
}
