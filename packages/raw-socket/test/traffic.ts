/** Sockets to talk through, and waiting for what arrives. */
import { constants, RawSocket } from '../src/index.ts';
import type { ReceivedMessage, ReceiveOptions, SocketAddress, SocketError } from '../src/index.ts';

/** Raw IPv4 with a protocol number that nothing else on the host uses (RFC 3692). */
export const EXPERIMENTAL_PROTOCOL = 253;

export const LOOPBACK = '127.0.0.1';

export interface Bound {
  readonly socket: RawSocket;
  readonly address: SocketAddress;
}

export function udp(address: string = LOOPBACK): Bound {
  const six = address.includes(':');
  const domain = six ? constants.AF_INET6 : constants.AF_INET;
  const socket = RawSocket.open({ domain, type: constants.SOCK_DGRAM, protocol: 0 });
  socket.bind(
    six ? { family: 'inet6', address, port: 0, scopeId: 0 } : { family: 'inet', address, port: 0 },
  );
  return { socket, address: socket.localAddress() };
}

/** Netlink between processes: the one kind of socket whose sender meets a full queue. */
export function userNetlink(groups: number = 0): Bound {
  const socket = RawSocket.open({
    domain: constants.AF_NETLINK,
    type: constants.SOCK_RAW,
    protocol: 2,
  });
  socket.bind({ family: 'netlink', portId: 0, groups });
  return { socket, address: socket.localAddress() };
}

export function rawIpv4(): RawSocket {
  return RawSocket.open({
    domain: constants.AF_INET,
    type: constants.SOCK_RAW,
    protocol: EXPERIMENTAL_PROTOCOL,
  });
}

export interface Inbox {
  readonly messages: ReceivedMessage[];
  readonly batches: number[];
  readonly errors: SocketError[];
  /** Resolves as soon as the condition holds. */
  until(condition: () => boolean): Promise<void>;
}

export function inbox(socket: RawSocket, options?: ReceiveOptions): Inbox {
  const waiting: { condition: () => boolean; resolve: () => void }[] = [];
  const wake = (): void => {
    for (const waiter of waiting) if (waiter.condition()) waiter.resolve();
  };
  const box: Inbox = {
    messages: [],
    batches: [],
    errors: [],
    until: (condition) =>
      new Promise((resolve) => {
        waiting.push({ condition, resolve });
        wake();
      }),
  };
  socket.receive(
    {
      messages(batch) {
        box.messages.push(...batch);
        box.batches.push(batch.length);
        wake();
      },
      error(error) {
        box.errors.push(error);
        wake();
      },
    },
    options,
  );
  return box;
}

/** One-byte messages 0, 1, 2 … */
export function numbered(count: number, destination: SocketAddress) {
  return Array.from({ length: count }, (_, i) => ({ data: Uint8Array.of(i & 0xff), destination }));
}

export function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
