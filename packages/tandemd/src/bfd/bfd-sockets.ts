/** UDP sockets of BFD. @see RFC 5881 §4, §5 */
import type { BfdSettings, Datagram } from '@tandem/bfd';
import { ipFamily, parseIp, type IpFamily } from '@tandem/inet';
import {
  constants,
  int32Option,
  RawSocket,
  SocketError,
  type ReceivedMessage,
  type SocketAddress,
} from '@tandem/raw-socket';

/** Own ports that packets may come from. */
const SOURCE_PORT_MIN = 49_152;
const SOURCE_PORT_MAX = 65_535;
/** Ports that are tried; of 16,384 nearly all are free. */
const ATTEMPTS = 20;
/** Class of service CS6, as for other routing protocols. */
const TRAFFIC_CLASS = 0xc0;
/** TC_PRIO_CONTROL, the highest that needs no CAP_NET_ADMIN. */
const PRIORITY = 7;
const RECEIVE_BATCH = 64;
/** A control packet has 24 octets, one with authentication somewhat more. */
const PACKET_BYTES_MAX = 256;
const RECEIVE_BUFFER_BYTES = 1_048_576;
/** BPF_RET | BPF_K with 0: drop. */
const DROP_ALL = { code: 0x06, jt: 0, jf: 0, k: 0 };

const DOMAINS: Readonly<Record<IpFamily, number>> = { 4: constants.AF_INET, 6: constants.AF_INET6 };

/** Something that sends the packets of one session. */
export interface BfdSender {
  /** @throws SocketError when the kernel does not take it */
  send(bytes: Uint8Array): void;
  close(): void;
}

/**
 * @param family - of the sessions
 * @param port - that their packets come to
 * @param heard - called from the event loop
 * @returns the one socket of all such sessions
 * @throws SocketError, such as EADDRINUSE where another program speaks BFD
 */
export function openReceiver(
  family: IpFamily,
  port: number,
  heard: (datagram: Datagram) => void,
): Pick<RawSocket, 'close'> {
  const socket = openSocket(family);
  try {
    socket.setOption(constants.SOL_SOCKET, constants.SO_RCVBUF, int32Option(RECEIVE_BUFFER_BYTES));
    const [level, names] =
      family === 4
        ? [constants.SOL_IP, [constants.IP_PKTINFO, constants.IP_RECVTTL]]
        : [
            constants.SOL_IPV6,
            [constants.IPV6_V6ONLY, constants.IPV6_RECVPKTINFO, constants.IPV6_RECVHOPLIMIT],
          ];
    for (const name of names) socket.setOption(level, name, int32Option(1));
    socket.bind(endpoint(family, undefined, port));
    socket.receive(
      {
        messages: (batch) => {
          for (const message of batch) {
            const datagram = datagramOf(message, port);
            if (datagram !== undefined) heard(datagram);
          }
        },
        error: () => undefined,
      },
      { batch: RECEIVE_BATCH, bufferBytes: PACKET_BYTES_MAX },
    );
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}

/**
 * @param settings - of the session
 * @param random - 0 up to 1
 * @returns a socket for its packets, from a port of its own
 * @throws SocketError, such as EADDRNOTAVAIL while the box has not its source address
 */
export function openSender(
  { neighbour, source, port, ttl }: BfdSettings,
  random: () => number,
): BfdSender {
  const family = ipFamily(neighbour);
  const socket = openSocket(family);
  try {
    socket.attachFilter([DROP_ALL]);
    socket.setOption(constants.SOL_SOCKET, constants.SO_PRIORITY, int32Option(PRIORITY));
    const [level, hops, traffic] =
      family === 4
        ? [constants.SOL_IP, constants.IP_TTL, constants.IP_TOS]
        : [constants.SOL_IPV6, constants.IPV6_UNICAST_HOPS, constants.IPV6_TCLASS];
    socket.setOption(level, hops, int32Option(ttl));
    socket.setOption(level, traffic, int32Option(TRAFFIC_CLASS));
    bindSomewhere((own) => socket.bind(endpoint(family, source, own)), random);
  } catch (error) {
    socket.close();
    throw error;
  }
  const destination = endpoint(family, neighbour, port);
  return {
    send: (data) => void socket.send([{ data, destination }]),
    close: () => socket.close(),
  };
}

function openSocket(family: IpFamily): RawSocket {
  return RawSocket.open({
    domain: DOMAINS[family],
    type: constants.SOCK_DGRAM,
    protocol: constants.IPPROTO_UDP,
  });
}

function bindSomewhere(bind: (port: number) => void, random: () => number): void {
  for (let left = ATTEMPTS; ; left -= 1) {
    const size = SOURCE_PORT_MAX - SOURCE_PORT_MIN + 1;
    try {
      bind(SOURCE_PORT_MIN + Math.floor(random() * size));
      return;
    } catch (error) {
      const isTaken = error instanceof SocketError && error.code === 'EADDRINUSE';
      if (!isTaken || left <= 1) throw error;
    }
  }
}

function endpoint(family: IpFamily, address: string | undefined, port: number): SocketAddress {
  return family === 4
    ? { family: 'inet', address: address ?? '0.0.0.0', port }
    : { family: 'inet6', address: address ?? '::', port, scopeId: 0 };
}

function datagramOf(message: ReceivedMessage, port: number): Datagram | undefined {
  const { source: from, destination: to, ttl, data: bytes } = message;
  const source = from !== undefined && 'address' in from ? parseIp(from.address) : undefined;
  const destination = parseIp(to ?? '');
  if (source === undefined || destination === undefined || ttl === undefined) return undefined;
  return { source, destination, port, ttl, bytes };
}
