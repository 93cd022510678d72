/** Sends gratuitous ARP and unsolicited neighbour advertisements by one packet socket. */
import { ipFamily, macFromBytes, type IpFamily } from '@tandem/inet';
import type { Link } from '@tandem/netlink';
import {
  constants,
  RawSocket,
  SocketError,
  type OutgoingMessage,
  type SocketAddress,
} from '@tandem/raw-socket';
import { encodeAnnouncement, type VirtualAddress } from '@tandem/vrrp';
import type { Pace } from './announcement-pace.ts';
import type { InterfaceTable } from './interface-table.ts';
import { PacedQueues } from './paced-queues.ts';

/** Frames that may wait for room in the socket; beyond, the oldest go. */
const WAITING_MAX = 20_000;

/** What the announcer needs of a packet socket. */
export type FrameSocket = Pick<RawSocket, 'send' | 'onWritable' | 'close'>;

interface Frame extends OutgoingMessage {
  readonly destination: Extract<SocketAddress, { family: 'packet' }>;
}

/** One frame of a set. */
interface Announcement {
  readonly address: VirtualAddress;
  readonly message: Frame;
  readonly log: string;
  readonly pace: Pace | undefined;
}

/** What else an announcer needs. */
export interface AnnouncerPorts {
  /** Takes the log lines that are wanted with -D only. */
  readonly detail: (text: string) => void;
  /** Of frames on the first of the interfaces, which is above the second or is it; absent: at once. */
  readonly pace?: (family: IpFamily, interfaces: readonly [string, string]) => Pace | undefined;
  /** @returns whether an interface forwards IPv6: hosts leave a router that says that it is none */
  readonly isRouter?: (device: string) => boolean;
}

/** Announces addresses of all instances. */
export class Announcer {
  readonly #socket: FrameSocket;
  readonly #interfaces: InterfaceTable;
  readonly #ports: AnnouncerPorts;
  readonly #paced: PacedQueues<Announcement> = new PacedQueues((...each) => this.#pass(...each));
  #waiting: Frame[] = [];

  /**
   * @param interfaces - for indexes and hardware addresses
   * @param ports - the rest
   * @param socket - a packet socket that receives nothing
   * @throws SocketError
   */
  constructor(
    interfaces: InterfaceTable,
    ports: AnnouncerPorts,
    socket: FrameSocket = openFrameSocket(),
  ) {
    this.#socket = socket;
    this.#interfaces = interfaces;
    this.#ports = ports;
  }

  /**
   * @param addresses - each once per round, in this order
   * @param rounds - at least 1
   */
  announce(addresses: readonly VirtualAddress[], rounds: number): void {
    const devices = new Set(addresses.map(({ device }) => device));
    const routers = new Set([...devices].filter((each) => this.#ports.isRouter?.(each) === true));
    const set = addresses.flatMap((address) => this.#announcement(address, routers) ?? []);
    const prompt = set.filter(({ pace }) => !isPaced(pace));
    for (let round = 0; round < rounds; round += 1) {
      this.#waiting.push(...prompt.map(({ message }) => message));
    }
    if (this.#waiting.length > WAITING_MAX) this.#waiting = this.#waiting.slice(-WAITING_MAX);
    this.#send();
    for (let round = 0; round < rounds; round += 1) {
      for (const { log } of prompt) this.#ports.detail(log);
      for (const each of set) {
        if (isPaced(each.pace)) this.#paced.add(each.pace.queue, each, each.pace.gap);
      }
    }
  }

  /** Frames that wait are dropped. */
  close(): void {
    this.#waiting = [];
    this.#paced.close();
    this.#socket.close();
  }

  #announcement(address: VirtualAddress, routers: ReadonlySet<string>): Announcement | undefined {
    const link = this.#interfaces.named(address.device);
    if (link === undefined || !isEthernet(link)) return undefined;
    const family = ipFamily(address.address);
    const isIpv4 = family === 4;
    const data = encodeAnnouncement(
      address.address,
      macFromBytes(link.hardwareAddress),
      routers.has(address.device),
    );
    const destination = {
      family: 'packet',
      interfaceIndex: link.index,
      protocol: isIpv4 ? constants.ETH_P_ARP : constants.ETH_P_IPV6,
      hardwareAddress: data.subarray(0, 6),
    } as const;
    const what = isIpv4 ? 'gratuitous ARP' : 'unsolicited Neighbour Advert';
    const log = `Sending ${what} on ${address.device} for ${address.address}`;
    const below = this.#interfaces.below(link)?.name ?? link.name;
    const pace = this.#ports.pace?.(family, [link.name, below]);
    return { address, message: { data, destination }, log, pace };
  }

  /** One that has gone while it waited is not ours to announce any more. */
  #pass({ address, message, log }: Announcement, hasWaited: boolean): void {
    if (hasWaited && this.#interfaces.lengthsOf(address.device, address.address).length === 0)
      return;
    this.#waiting.push(message);
    this.#send();
    this.#ports.detail(log);
  }

  #send(): void {
    while (this.#waiting.length > 0) {
      try {
        this.#waiting.splice(0, this.#socket.send(this.#waiting));
        break;
      } catch (error) {
        this.#waiting = withoutFailed(this.#waiting, error);
      }
    }
    if (this.#waiting.length > 0) this.#socket.onWritable(() => this.#send());
  }
}

/**
 * @param name - of the instance
 * @param addresses - that are about to be announced
 * @returns a log line for each, in keepalived's words
 */
export function queueingLines(name: string, addresses: readonly VirtualAddress[]): string[] {
  return addresses.map(({ address, device }) => {
    const what = ipFamily(address) === 4 ? 'gratuitous ARPs' : 'unsolicited Neighbour Adverts';
    return `(${name}) Sending/queueing ${what} on ${device} for ${address}`;
  });
}

/**
 * An interface that has just gone down or away: its neighbours hear nothing anyhow, those of the
 * others must.
 * @returns what is still to be sent, at least one frame less
 */
function withoutFailed(waiting: readonly Frame[], error: unknown): Frame[] {
  if (!(error instanceof SocketError)) return [];
  const left = waiting.slice(error.sent);
  const failed = left[0]?.destination.interfaceIndex;
  return left.filter(({ destination }) => destination.interfaceIndex !== failed);
}

/**
 * Protocol 0: nothing is received.
 * @throws SocketError
 */
export function openFrameSocket(): FrameSocket {
  const { AF_PACKET, SOCK_RAW } = constants;
  return RawSocket.open({ domain: AF_PACKET, type: SOCK_RAW, protocol: 0 });
}

/** ARP and neighbour discovery as we speak them need six octets of hardware address. */
function isEthernet(link: Link): boolean {
  return link.type === 1 && link.hardwareAddress.length === 6;
}

function isPaced(pace: Pace | undefined): pace is Pace {
  return pace !== undefined && pace.gap > 0;
}
