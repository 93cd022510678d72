/**
 * TCP connections that do not block, many at a time: they have what Node's sockets lack (marks,
 * interfaces), and cost a third of their time. All of them share one descriptor of epoll(7).
 */
import os from 'node:os';
import { constants } from './constants.ts';
import { native } from './native.ts';
import { encodeSocketAddress, type SocketAddress } from './socket-address.ts';
import { checked, SocketError } from './socket-error.ts';

/** Where a connection goes, and how it leaves this box. */
export interface StreamOptions {
  readonly remote: SocketAddress & { readonly family: 'inet' | 'inet6' };
  /** Address and port to come from; port 0: any. */
  readonly local?: SocketAddress;
  /** SO_MARK, 0–4294967295; absent or 0: none. Needs CAP_NET_ADMIN. */
  readonly mark?: number;
  /** SO_BINDTODEVICE. */
  readonly interfaceName?: string;
}

/** The same as the kernel wants it. */
export interface StreamRoute {
  readonly domain: number;
  readonly remote: Uint8Array;
  /** Empty: any. */
  readonly local: Uint8Array;
  readonly mark: number;
  /** Empty: any. */
  readonly interfaceName: string;
}

/** What may have become possible; each is told once until it has been tried. @see epoll(7), EPOLLET */
export interface StreamNews {
  readonly canRead: boolean;
  readonly canWrite: boolean;
  /** The other end will send no more than what is there to read. */
  readonly ended: boolean;
  /** There is an error to take. */
  readonly failed: boolean;
}

const { EAGAIN, EBADF } = os.constants.errno;
const EVENTS_MAX = 128;
/** @see epoll_ctl(2) */
const EPOLL = { IN: 0x1, OUT: 0x4, ERR: 0x8, HUP: 0x10, RDHUP: 0x2000 } as const;
const NOWHERE = new Uint8Array(0);

/**
 * @param options - both ends of connections to come
 * @returns what they are begun with: to encode it takes longer than to connect
 * @throws TypeError
 */
export function streamRoute(options: StreamOptions): StreamRoute {
  const { remote, local, mark = 0, interfaceName = '' } = options;
  return {
    domain: remote.family === 'inet' ? constants.AF_INET : constants.AF_INET6,
    remote: encodeSocketAddress(remote),
    local: local === undefined ? NOWHERE : encodeSocketAddress(local),
    mark,
    interfaceName,
  };
}

const handlers = new Map<number, (news: StreamNews) => void>();
let events: Int32Array | undefined;
/** Those that are of no more use. */
let left: number[] = [];

/** One connection. Every method but close throws once it is closed. */
export class Stream {
  readonly #id: number;

  private constructor(id: number) {
    this.#id = id;
  }

  /**
   * Begins to connect.
   * @param route - may be used again
   * @param news - called on the event loop; what it throws becomes an 'uncaughtException'
   * @throws SocketError, such as EADDRNOTAVAIL, EPERM, ENODEV; TypeError
   * @see connect(2)
   */
  static connect(route: StreamRoute, news: (news: StreamNews) => void): Stream {
    watch();
    const { domain, remote, local, mark, interfaceName } = route;
    const id = checked('connect', native().openStream(domain, remote, local, mark, interfaceName));
    handlers.set(id, news);
    return new Stream(id);
  }

  /**
   * @param bytes - not kept
   * @returns how many the kernel took; there will be news when it takes more
   * @throws SocketError, such as EPIPE
   */
  write(bytes: Uint8Array): number {
    const count = native().writeStream(this.#open(), bytes);
    return count === -EAGAIN ? 0 : checked('send', count);
  }

  /**
   * @param into - is filled from its beginning
   * @returns how many bytes came; 0 at the end; undefined when there are none now
   * @throws SocketError, such as ECONNRESET
   */
  read(into: Uint8Array): number | undefined {
    const count = native().readStream(this.#open(), into);
    return count === -EAGAIN ? undefined : checked('recv', count);
  }

  /** @returns the error that the news told of, which is gone then */
  takeError(): SocketError | undefined {
    const error = native().streamError(this.#open());
    return error === 0 ? undefined : new SocketError('connect', -error);
  }

  /**
   * Ends it; may be called again. The other end hears of it when the event loop has served its timers
   * and sockets: what follows from an answer comes first.
   */
  close(): void {
    if (!handlers.delete(this.#id)) return;
    if (left.push(this.#id) === 1) setImmediate(leave);
  }

  #open(): number {
    if (!handlers.has(this.#id)) throw new SocketError('stream', EBADF);
    return this.#id;
  }
}

function leave(): void {
  const all = left;
  left = [];
  for (const each of all) native().closeStream(each);
}

function watch(): void {
  if (events !== undefined) return;
  const pairs = new Int32Array(2 * EVENTS_MAX);
  checked('epoll_create', native().watchStreams(tell, pairs.buffer));
  events = pairs;
}

function tell(count: number): void {
  for (let i = 0; i < 2 * count; i += 2) {
    const bits = events?.[i + 1] ?? 0;
    handlers.get(events?.[i] ?? 0)?.({
      canRead: (bits & EPOLL.IN) !== 0,
      canWrite: (bits & EPOLL.OUT) !== 0,
      ended: (bits & (EPOLL.RDHUP | EPOLL.HUP)) !== 0,
      failed: (bits & EPOLL.ERR) !== 0,
    });
  }
}
