/**
 * A socket on Node's event loop: descriptors, bytes and errno, and no opinion on what the bytes
 * mean. Order of calls: open; options, bind, groups, filter; receive once; send at will; close.
 */
import os from 'node:os';
import { constants } from './constants.ts';
import { encodeFilter, type BpfInstruction } from './filter.ts';
import { native, type MessageField, type SocketHandle } from './native.ts';
import { decodeRecords, RECORD_BYTES, type ReceivedMessage } from './records.ts';
import {
  addressBytes,
  decodeSocketAddress,
  encodeSocketAddress,
  LITTLE_ENDIAN,
  SOCKET_ADDRESS_BYTES_MAX,
  type SocketAddress,
  whole,
} from './socket-address.ts';
import { checked, SocketError } from './socket-error.ts';

/**
 * What socket(2) takes: AF_*, SOCK_*, and a protocol; for a packet socket `htons(ETH_P_*)`.
 * @see socket(2)
 */
export interface SocketKind {
  readonly domain: number;
  readonly type: number;
  readonly protocol: number;
}

/** One message to send. */
export interface OutgoingMessage {
  /** Its bytes; not copied before the call, not kept after it. */
  readonly data: Uint8Array;
  /** Where to; a netlink message without one goes to the kernel. */
  readonly destination?: SocketAddress;
  /** IP sockets: the interface to leave by. */
  readonly interfaceIndex?: number;
  /** IP sockets: the own address to leave from. */
  readonly source?: string;
}

/** Takes what arrives. What it throws becomes an 'uncaughtException'. */
export interface ReceiveHandler {
  /** Messages in order of arrival, at least one. */
  messages(batch: readonly ReceivedMessage[]): void;
  /** A pending error of the socket; receiving goes on. ENOBUFS of a netlink socket comes when its
   * queue is empty again: from then on nothing more is lost unnoticed. */
  error(error: SocketError): void;
}

/** How much is read at once. */
export interface ReceiveOptions {
  /** Messages per system call and call of the handler, 1–1024; 16 unless given. */
  readonly batch?: number;
  /** Longest message in bytes; 65,536 unless given. What is longer arrives truncated. */
  readonly bufferBytes?: number;
}

const { EAGAIN, ENOBUFS } = os.constants.errno;

/** A non-blocking, close-on-exec socket. Every method but close throws once it is closed. */
export class RawSocket {
  readonly #handle: SocketHandle;
  readonly #domain: number;

  private constructor(handle: SocketHandle, domain: number) {
    this.#handle = handle;
    this.#domain = domain;
  }

  /**
   * @throws SocketError, such as EPERM without CAP_NET_RAW; TypeError
   * @see socket(2)
   */
  static open(kind: SocketKind): RawSocket {
    const handle = native().open(kind.domain, kind.type, kind.protocol);
    if (typeof handle === 'number') throw new SocketError('socket', -handle);
    return new RawSocket(handle, kind.domain);
  }

  /**
   * @throws SocketError, such as EADDRNOTAVAIL; TypeError
   * @see bind(2)
   */
  bind(address: SocketAddress): void {
    checked('bind', native().bind(this.#handle, encodeSocketAddress(address)));
  }

  /**
   * @returns the address bound to; of a netlink socket the port that the kernel chose
   * @throws SocketError
   * @see getsockname(2)
   */
  localAddress(): SocketAddress {
    const out = new Uint8Array(SOCKET_ADDRESS_BYTES_MAX);
    const length = checked('getsockname', native().localAddress(this.#handle, out));
    const address = decodeSocketAddress(out.subarray(0, length));
    if (address === undefined) throw new SocketError('getsockname', 97);
    return address;
  }

  /**
   * @param value - the bytes of the option's C type; `int32Option` makes an int's
   * @throws SocketError, such as ENOPROTOOPT; TypeError
   * @see setsockopt(2)
   */
  setOption(level: number, name: number, value: Uint8Array): void {
    const result = native().setOption(this.#handle, level, name, value);
    checked('setsockopt', result, `level ${level} option ${name}`);
  }

  /**
   * @param length - room for the value in bytes, 0–65,536
   * @returns as many bytes as the kernel wrote
   * @throws SocketError, such as ENOPROTOOPT; TypeError
   * @see getsockopt(2)
   */
  getOption(level: number, name: number, length: number): Uint8Array {
    const out = new Uint8Array(whole('length', length, 65_536));
    const result = native().getOption(this.#handle, level, name, out);
    return out.subarray(0, checked('getsockopt', result, `level ${level} option ${name}`));
  }

  /**
   * @param group - multicast address; its family decides
   * @param interfaceIndex - the interface to listen on
   * @throws SocketError, such as EADDRINUSE when joined already, ENODEV; TypeError
   */
  joinGroup(group: string, interfaceIndex: number): void {
    const { level, join, value } = membership(group, interfaceIndex);
    checked('setsockopt', native().setOption(this.#handle, level, join, value), `join ${group}`);
  }

  /**
   * @param group - as joined
   * @param interfaceIndex - as joined
   * @throws SocketError, such as EADDRNOTAVAIL when not joined; TypeError
   */
  leaveGroup(group: string, interfaceIndex: number): void {
    const { level, leave, value } = membership(group, interfaceIndex);
    checked('setsockopt', native().setOption(this.#handle, level, leave, value), `leave ${group}`);
  }

  /**
   * Drops in the kernel what the program returns 0 for. Messages queued before stay queued.
   * @throws SocketError: EINVAL for an invalid program; TypeError
   * @see socket(7), SO_ATTACH_FILTER
   */
  attachFilter(instructions: readonly BpfInstruction[]): void {
    const program = encodeFilter(instructions);
    checked('setsockopt', native().attachFilter(this.#handle, program), 'SO_ATTACH_FILTER');
  }

  /**
   * Starts receiving; keeps the process alive unless `unref` is called.
   * @throws SocketError; TypeError; Error when receiving already
   */
  receive(handler: ReceiveHandler, options: ReceiveOptions = {}): void {
    if (typeof handler?.messages !== 'function' || typeof handler.error !== 'function')
      throw new TypeError('a handler has the functions messages and error');
    const batch = whole('batch', options.batch ?? 16, 1024);
    const records = new ArrayBuffer(batch * RECORD_BYTES);
    const view = new DataView(records);
    const deliver = (count: number, data: ArrayBuffer | undefined): void => {
      if (data === undefined) handler.error(new SocketError('recvmmsg', -count));
      else handler.messages(decodeRecords(view, count, data));
    };
    const bufferBytes = options.bufferBytes ?? 65_536;
    checked('poll', native().receive(this.#handle, deliver, batch, bufferBytes, records));
  }

  /**
   * Hands what has arrived to the receiver now, instead of with the next turn of the event loop.
   * @throws Error once it is closed
   */
  receiveNow(): void {
    native().receiveNow(this.#handle);
  }

  /**
   * Sends in order, without waiting.
   * @returns how many messages the kernel took; fewer than given when its buffers are full (EAGAIN,
   *   ENOBUFS): send the rest after `onWritable`
   * @throws SocketError with `sent` for any other error of the message that is next; TypeError, and
   *   then nothing was sent
   * @see sendmmsg(2)
   */
  send(messages: readonly OutgoingMessage[]): number {
    const fields: MessageField[] = [];
    for (const message of messages) this.#append(fields, message);
    let sent = 0;
    do {
      const result = native().send(this.#handle, fields, sent);
      if (result === -EAGAIN || result === -ENOBUFS) break;
      if (result < 0) throw new SocketError('sendmmsg', -result, { sent });
      sent += result;
    } while (sent < messages.length);
    return sent;
  }

  #append(fields: MessageField[], message: OutgoingMessage): void {
    if (!(message.data instanceof Uint8Array)) throw new TypeError('data must be a Uint8Array');
    const { destination, interfaceIndex = 0, source } = message;
    const ip = this.#domain === constants.AF_INET || this.#domain === constants.AF_INET6;
    if (!ip && (interfaceIndex !== 0 || source !== undefined))
      throw new TypeError('interfaceIndex and source need an IP socket');
    fields.push(
      message.data,
      destination === undefined ? undefined : encodedOnce(destination),
      whole('interfaceIndex', interfaceIndex, 0x7fffffff),
      source === undefined
        ? undefined
        : addressBytes(source, this.#domain === constants.AF_INET ? 4 : 16),
    );
  }

  /**
   * @param callback - called once, when the socket can take more; replaces one still waiting. After
   *   an error it is called too, so that the next send reports it.
   * @throws SocketError; TypeError
   */
  onWritable(callback: () => void): void {
    checked('poll', native().onWritable(this.#handle, callback));
  }

  /** Lets the process end although this socket waits. */
  unref(): void {
    native().setReferenced(this.#handle, false);
  }

  /** Undoes unref. */
  ref(): void {
    native().setReferenced(this.#handle, true);
  }

  /** Stops everything; may be called from a handler, and again. */
  close(): void {
    native().close(this.#handle);
  }
}

/**
 * @param value - a C int
 * @returns its bytes, for `setOption`
 * @throws TypeError when it is not a whole number of 32 bits
 */
export function int32Option(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < -0x80000000 || value > 0x7fffffff)
    throw new TypeError('an option must be a whole number of 32 bits');
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, LITTLE_ENDIAN);
  return bytes;
}

interface Membership {
  readonly level: number;
  readonly join: number;
  readonly leave: number;
  readonly value: Uint8Array;
}

/** Who sends again and again does so to the same address. */
const encodedAddresses = new WeakMap<SocketAddress, Uint8Array>();

function encodedOnce(address: SocketAddress): Uint8Array {
  const known = encodedAddresses.get(address);
  if (known !== undefined) return known;
  const bytes = encodeSocketAddress(address);
  encodedAddresses.set(address, bytes);
  return bytes;
}

/** struct ip_mreqn or struct ipv6_mreq. */
function membership(group: string, interfaceIndex: number): Membership {
  const address = addressBytes(group);
  const index = whole('interfaceIndex', interfaceIndex, 0x7fffffff);
  const value = new Uint8Array(address.length === 4 ? 12 : 20);
  value.set(address);
  new DataView(value.buffer).setInt32(value.length - 4, index, LITTLE_ENDIAN);
  return address.length === 4
    ? {
        level: constants.IPPROTO_IP,
        join: constants.IP_ADD_MEMBERSHIP,
        leave: constants.IP_DROP_MEMBERSHIP,
        value,
      }
    : {
        level: constants.IPPROTO_IPV6,
        join: constants.IPV6_JOIN_GROUP,
        leave: constants.IPV6_LEAVE_GROUP,
        value,
      };
}
