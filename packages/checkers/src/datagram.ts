/**
 * One packet there, and the packets that come back, within a limit of time. Every way in which it
 * can end is a value; nothing is thrown.
 */
import type { CheckTarget } from '@tandem/health';
import { ipFamily } from '@tandem/inet';
import {
  constants,
  int32Option,
  RawSocket,
  SocketError,
  type ReceivedMessage,
} from '@tandem/raw-socket';
import { inSeconds, type Duration } from '@tandem/time';
import type { Outcome } from './connection.ts';
import { failure, failureOf } from './failure.ts';
import { localAddressOf, remoteAddressOf } from './target-address.ts';

/** What is sent, and what counts as an answer. */
export interface DatagramExchange {
  readonly kind: 'udp' | 'icmp';
  readonly target: CheckTarget;
  /** Bytes of the packet, without the headers of IP and UDP. */
  readonly payload: Uint8Array;
  readonly timeout: Duration;
  readonly signal: AbortSignal;
  /** Makes the socket ready, such as with a filter. */
  readonly prepare?: (socket: RawSocket) => void;
  /** @returns how a packet of the target ends it, or undefined when it is none of ours */
  readonly judge: (data: Uint8Array) => Outcome | undefined;
}

/** Longest packet that is looked at. */
const PACKET_BYTES_MAX = 65_536;

/** IP_RECVERR and IPV6_RECVERR: errors of ICMP come although the socket is not connected. */
const RECEIVE_ERRORS = { 4: [constants.SOL_IP, 11], 6: [constants.SOL_IPV6, 25] } as const;

/**
 * @param wanted - the exchange
 * @returns what `judge` said, or why there was nothing to judge: `read-timeout` after the limit
 */
export async function exchangeDatagram(wanted: DatagramExchange): Promise<Outcome> {
  const { signal, timeout } = wanted;
  if (signal.aborted) return failure('aborted', 'aborted before it began');
  let socket: RawSocket | undefined;
  return new Promise<Outcome>((resolve) => {
    const late = `no answer within ${inSeconds(timeout)} s`;
    // After a stall the answer may be there, unread.
    const timer = setTimeout(
      () => setImmediate(() => finish(failure('read-timeout', late))),
      timeout,
    );
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket?.close();
      resolve(outcome);
    };
    const abort = (): void => finish(failure('aborted', 'aborted'));
    signal.addEventListener('abort', abort, { once: true });
    try {
      socket = open(wanted);
      socket.receive(
        {
          messages: (batch) => {
            const outcome = firstOutcome(batch, wanted);
            if (outcome !== undefined) finish(outcome);
          },
          error: (error) => finish(failureOf(error)),
        },
        { batch: 4, bufferBytes: PACKET_BYTES_MAX },
      );
      send(socket, wanted);
    } catch (error) {
      finish(failureOf(error instanceof Error ? error : new Error(String(error))));
    }
  });
}

function open({ kind, target, prepare }: DatagramExchange): RawSocket {
  const family = ipFamily(target.address);
  const domain = family === 4 ? constants.AF_INET : constants.AF_INET6;
  const icmp = family === 4 ? constants.IPPROTO_ICMP : constants.IPPROTO_ICMPV6;
  const socket =
    kind === 'udp'
      ? RawSocket.open({ domain, type: constants.SOCK_DGRAM, protocol: constants.IPPROTO_UDP })
      : RawSocket.open({ domain, type: constants.SOCK_RAW, protocol: icmp });
  try {
    const [level, name] = RECEIVE_ERRORS[family];
    socket.setOption(level, name, int32Option(1));
    const { mark, interfaceName } = target;
    if (mark !== undefined)
      socket.setOption(constants.SOL_SOCKET, constants.SO_MARK, int32Option(mark | 0));
    if (interfaceName !== undefined)
      socket.setOption(
        constants.SOL_SOCKET,
        constants.SO_BINDTODEVICE,
        Buffer.from(`${interfaceName}\0`),
      );
    const local = localAddressOf(target);
    if (local !== undefined) socket.bind({ ...local, port: kind === 'udp' ? local.port : 0 });
    prepare?.(socket);
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}

function send(socket: RawSocket, { kind, target, payload }: DatagramExchange): void {
  const remote = remoteAddressOf(target);
  const destination = { ...remote, port: kind === 'udp' ? remote.port : 0 };
  const sent = socket.send([{ data: payload, destination }]);
  if (sent === 0) throw new SocketError('sendmmsg', 105);
}

function firstOutcome(
  batch: readonly ReceivedMessage[],
  { kind, target, judge }: DatagramExchange,
): Outcome | undefined {
  for (const { data, source } of batch) {
    if (source?.family !== 'inet' && source?.family !== 'inet6') continue;
    if (source.address !== target.address) continue;
    if (kind === 'udp' && source.port !== target.port) continue;
    const outcome = judge(data);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}
