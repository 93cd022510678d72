import { RawSocket, type ReceivedMessage, type SocketError } from '@tandem/raw-socket';
import { LITTLE_ENDIAN } from './byte-order.ts';
import {
  AF_NETLINK,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_SNDBUFFORCE,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from './constants.ts';
import { decodeMessages, type NetlinkMessage } from './message.ts';

/** What a socket hears. */
export interface NetlinkSocketHandler {
  /** One datagram from the kernel. */
  messages(messages: readonly NetlinkMessage[]): void;
  /** Something was lost: the receive buffer overran, or a datagram was cut or not understood. */
  lost(reason: 'overrun' | 'truncated' | 'malformed'): void;
  /** The socket is of no more use. */
  failed(error: SocketError): void;
}

/** A receive buffer, as it is asked for. */
export interface ReceiveBuffer {
  /** 1 or more; the kernel doubles it for what it needs itself. */
  readonly bytes: number;
  /** Whether it may exceed /proc/sys/net/core/rmem_max, which takes CAP_NET_ADMIN. */
  readonly force: boolean;
}

/** What a client needs of a socket. */
export interface NetlinkTransport {
  /** Bytes of answers, with the kernel's own overhead, that fit the receive buffer. */
  readonly receiveBufferBytes: number;
  /** Asks for another receive buffer; without the privilege the limit of the system holds. */
  resize(buffer: ReceiveBuffer): void;
  /** Starts to listen; once. */
  listen(handler: NetlinkSocketHandler): void;
  /**
   * @returns whether the kernel took the datagram; false when it has no room just now
   * @throws SocketError
   */
  send(data: Uint8Array): boolean;
  /** Tells the listener now of what has come already. */
  receiveNow(): void;
  /** Calls back once, when `send` may succeed again. */
  onWritable(callback: () => void): void;
  /** Ends all; may be called twice. */
  close(): void;
}

/** Largest datagram that the kernel makes of a dump. */
const DATAGRAM_BYTES = 32_768;
const INT_MAX = 0x7fff_ffff;

/** A netlink socket that is bound and listens to the kernel only. */
export class NetlinkSocket implements NetlinkTransport {
  readonly #socket: RawSocket;

  /**
   * @param protocol - NETLINK_ROUTE, NETLINK_GENERIC …
   * @param receiveBufferBytes - to ask for, by force
   * @throws SocketError when the kernel refuses
   */
  constructor(protocol: number, receiveBufferBytes: number) {
    this.#socket = RawSocket.open({ domain: AF_NETLINK, type: SOCK_RAW, protocol });
    try {
      this.#socket.bind({ family: 'netlink', portId: 0, groups: 0 });
      this.resize({ bytes: receiveBufferBytes, force: true });
      for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK]) {
        this.#tryOption(SOL_NETLINK, option, 1);
      }
    } catch (error) {
      this.#socket.close();
      throw error;
    }
  }

  get receiveBufferBytes(): number {
    const value = this.#socket.getOption(SOL_SOCKET, SO_RCVBUF, 4);
    return new DataView(value.buffer, value.byteOffset, 4).getUint32(0, LITTLE_ENDIAN);
  }

  resize({ bytes, force }: ReceiveBuffer): void {
    const size = Math.min(bytes, INT_MAX);
    if (force && this.#tryOption(SOL_SOCKET, SO_RCVBUFFORCE, size)) return;
    this.#tryOption(SOL_SOCKET, SO_RCVBUF, size);
  }

  /**
   * Lets datagrams be longer than the limit of the system, which takes CAP_NET_ADMIN.
   * @param bytes - of the longest; without the privilege it is refused when it is sent
   */
  allowLongest(bytes: number): void {
    this.#tryOption(SOL_SOCKET, SO_SNDBUFFORCE, Math.min(bytes, INT_MAX));
  }

  /** Starts to hear the notifications of a group, numbered as RTNLGRP_*. */
  joinGroup(group: number): void {
    this.#socket.setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, integerBytes(group));
  }

  listen(handler: NetlinkSocketHandler): void {
    this.#socket.receive(
      {
        messages: (batch) => {
          for (const received of batch) dispatch(received, handler);
        },
        error: (error) => {
          if (error.code === 'ENOBUFS') handler.lost('overrun');
          else handler.failed(error);
        },
      },
      { batch: 32, bufferBytes: DATAGRAM_BYTES },
    );
  }

  send(data: Uint8Array): boolean {
    return this.#socket.send([{ data }]) === 1;
  }

  receiveNow(): void {
    this.#socket.receiveNow();
  }

  onWritable(callback: () => void): void {
    this.#socket.onWritable(callback);
  }

  close(): void {
    this.#socket.close();
  }

  /** Options that older kernels or unprivileged users lack are done without. */
  #tryOption(level: number, name: number, value: number): boolean {
    try {
      this.#socket.setOption(level, name, integerBytes(value));
      return true;
    } catch {
      return false;
    }
  }
}

/** Anyone may send to a netlink socket; only the kernel, port 0, is believed. */
function dispatch(received: ReceivedMessage, handler: NetlinkSocketHandler): void {
  const { source } = received;
  if (source?.family !== 'netlink' || source.portId !== 0) return;
  const messages = decodeMessages(received.data);
  if (received.truncated) handler.lost('truncated');
  else if (!messages.ok) handler.lost('malformed');
  else handler.messages(messages.value);
}

function integerBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, LITTLE_ENDIAN);
  return bytes;
}
