/** Sends gratuitous ARP and unsolicited neighbour advertisements by one packet socket. */
import { ipFamily, macFromBytes } from '@tandem/inet';
import type { Link } from '@tandem/netlink';
import { constants, htons, RawSocket, type OutgoingMessage } from '@tandem/raw-socket';
import { encodeAnnouncement, type VirtualAddress } from '@tandem/vrrp';
import type { InterfaceTable } from './interface-table.ts';

/** Frames that may wait for room in the socket; beyond, the oldest go. */
const WAITING_MAX = 20_000;

/** One frame of a set. */
interface Announcement {
  readonly message: OutgoingMessage;
  readonly log: string;
}

/** Announces addresses of all instances. */
export class Announcer {
  readonly #socket: RawSocket;
  readonly #interfaces: InterfaceTable;
  readonly #detail: (text: string) => void;
  #waiting: OutgoingMessage[] = [];

  /**
   * @param interfaces - for indexes and hardware addresses
   * @param detail - takes the log lines that are wanted with -D only
   * @throws SocketError
   */
  constructor(interfaces: InterfaceTable, detail: (text: string) => void) {
    const { AF_PACKET, SOCK_RAW } = constants;
    // Protocol 0: nothing is received.
    this.#socket = RawSocket.open({ domain: AF_PACKET, type: SOCK_RAW, protocol: 0 });
    this.#interfaces = interfaces;
    this.#detail = detail;
  }

  /**
   * @param addresses - each once per round, in this order
   * @param rounds - at least 1
   */
  announce(addresses: readonly VirtualAddress[], rounds: number): void {
    const set = addresses.flatMap((address) => this.#announcement(address) ?? []);
    for (let round = 0; round < rounds; round += 1) {
      for (const { message, log } of set) {
        this.#waiting.push(message);
        this.#detail(log);
      }
    }
    if (this.#waiting.length > WAITING_MAX) this.#waiting = this.#waiting.slice(-WAITING_MAX);
    this.#send();
  }

  /** Frames that wait are dropped. */
  close(): void {
    this.#waiting = [];
    this.#socket.close();
  }

  #announcement(address: VirtualAddress): Announcement | undefined {
    const link = this.#interfaces.named(address.device);
    if (link === undefined || !isEthernet(link)) return undefined;
    const isIpv4 = ipFamily(address.address) === 4;
    const data = encodeAnnouncement(address.address, macFromBytes(link.hardwareAddress));
    const destination = {
      family: 'packet',
      interfaceIndex: link.index,
      protocol: htons(isIpv4 ? constants.ETH_P_ARP : constants.ETH_P_IPV6),
      hardwareAddress: data.subarray(0, 6),
    } as const;
    const what = isIpv4 ? 'gratuitous ARP' : 'unsolicited Neighbour Advert';
    const log = `Sending ${what} on ${address.device} for ${address.address}`;
    return { message: { data, destination }, log };
  }

  #send(): void {
    if (this.#waiting.length === 0) return;
    try {
      this.#waiting.splice(0, this.#socket.send(this.#waiting));
    } catch {
      // An interface that has just gone down or away: its neighbours hear nothing anyhow.
      this.#waiting = [];
    }
    if (this.#waiting.length > 0) this.#socket.onWritable(() => this.#send());
  }
}

/** ARP and neighbour discovery as we speak them need six octets of hardware address. */
function isEthernet(link: Link): boolean {
  return link.type === 1 && link.hardwareAddress.length === 6;
}
