/** The raw sockets that adverts leave and come by. */
import { isMulticast, parseIp, type IpFamily } from '@tandem/inet';
import { constants, int32Option, RawSocket, type ReceivedMessage } from '@tandem/raw-socket';
import { between, instant, type Instant } from '@tandem/time';
import { AH_PROTOCOL, decodeIpv4Packet, type ReceivedPacket } from '@tandem/vrrp';
import { systemClock } from '../system-clock.ts';
import type { AdvertChannel } from './audience.ts';

/** Where to listen. */
export interface AdvertPlace {
  readonly interfaceIndex: number;
  readonly interfaceName: string;
  /** The one below, which tells switches of the group in its place. */
  readonly parentIndex?: number | undefined;
  readonly family: IpFamily;
  readonly channel: AdvertChannel;
  /** Whether adverts have an authentication header. */
  readonly sealed: boolean;
}

/** What came in. */
export interface AdvertHandler {
  /** @param arrivedAt - when it came in, where that is known; wrong once the wall clock has been set */
  packet(packet: ReceivedPacket, arrivedAt?: Instant): void;
  /** Something that is no packet with a virtual router id. */
  garbage(bytes: Uint8Array): void;
}

/** Highest priority in the queues of an interface that do not need CAP_NET_ADMIN above it. */
const TC_PRIO_CONTROL = 7;
const TRAFFIC_CLASS = 0xc0;
/** Room for a burst of adverts of all virtual routers of a network. */
const RECEIVE_BATCH = 64;
const PACKET_BYTES_MAX = 8192;
const RECEIVE_BUFFER_BYTES = 1_048_576;
const INT_MAX = 0x7fff_ffff;

/**
 * @param place - one interface, family and channel
 * @param handler - called from the event loop
 * @returns a socket that hears all adverts there
 * @throws SocketError
 */
export function openAdvertReceiver(place: AdvertPlace, handler: AdvertHandler): RawSocket {
  const { AF_INET, AF_INET6, SOCK_RAW } = constants;
  const domain = place.family === 4 ? AF_INET : AF_INET6;
  const protocol = place.sealed ? AH_PROTOCOL : constants.IPPROTO_VRRP;
  const socket = RawSocket.open({ domain, type: SOCK_RAW, protocol });
  try {
    prepareReceiver(socket, place);
  } catch (error) {
    socket.close();
    throw error;
  }
  const receive = place.family === 4 ? receiveIpv4 : receiveIpv6;
  // A raw socket is also given what came by no group, or by the group of another socket.
  const passing: AdvertHandler = {
    packet: (packet, arrivedAt) => {
      const { destination } = packet;
      const channel = isMulticast(destination) ? destination : 'unicast';
      if (channel === place.channel) handler.packet(packet, arrivedAt);
    },
    garbage: (bytes) => handler.garbage(bytes),
  };
  socket.receive(
    {
      messages: (batch) => {
        for (const message of batch) receive(message, passing);
      },
      // An interface that goes down says ENETDOWN here; the route monitor says it, too.
      error: () => undefined,
    },
    { batch: RECEIVE_BATCH, bufferBytes: PACKET_BYTES_MAX },
  );
  return socket;
}

/** @param bytes - of adverts that nobody has read yet; default: enough for a burst of hundreds */
export function resizeReceiver(socket: RawSocket, bytes: number = RECEIVE_BUFFER_BYTES): void {
  const { SOL_SOCKET, SO_RCVBUF } = constants;
  socket.setOption(SOL_SOCKET, SO_RCVBUF, int32Option(Math.min(bytes, INT_MAX)));
}

function prepareReceiver(socket: RawSocket, place: AdvertPlace): void {
  const { SOL_SOCKET, SO_BINDTODEVICE } = constants;
  const device = Buffer.from(`${place.interfaceName}\0`, 'latin1');
  socket.setOption(SOL_SOCKET, SO_BINDTODEVICE, device);
  socket.setOption(SOL_SOCKET, constants.SO_TIMESTAMPNS, int32Option(1));
  if (place.family === 4) {
    socket.setOption(constants.SOL_IP, constants.IP_MULTICAST_ALL, int32Option(0));
  } else {
    socket.setOption(constants.SOL_IPV6, constants.IPV6_MULTICAST_ALL, int32Option(0));
    socket.setOption(constants.SOL_IPV6, constants.IPV6_RECVPKTINFO, int32Option(1));
    socket.setOption(constants.SOL_IPV6, constants.IPV6_RECVHOPLIMIT, int32Option(1));
  }
  if (place.channel === 'unicast') return;
  socket.joinGroup(place.channel, place.interfaceIndex);
  if (place.parentIndex !== undefined) socket.joinGroup(place.channel, place.parentIndex);
}

/**
 * @param family - IPv4 packets are sent with their header, IPv6 ones without
 * @param hopLimit - of IPv6 packets to peers, 0–255
 * @returns a socket for all interfaces; what it sends does not come back to this host
 * @throws SocketError
 */
export function openAdvertSender(family: IpFamily, hopLimit: number): RawSocket {
  const { AF_INET, AF_INET6, SOCK_RAW, IPPROTO_RAW, IPPROTO_VRRP } = constants;
  // IPPROTO_RAW receives nothing, so that no queue fills up which nobody reads.
  const socket =
    family === 4
      ? RawSocket.open({ domain: AF_INET, type: SOCK_RAW, protocol: IPPROTO_RAW })
      : RawSocket.open({ domain: AF_INET6, type: SOCK_RAW, protocol: IPPROTO_VRRP });
  socket.setOption(constants.SOL_SOCKET, constants.SO_PRIORITY, int32Option(TC_PRIO_CONTROL));
  if (family === 4) {
    socket.setOption(constants.SOL_IP, constants.IP_MULTICAST_LOOP, int32Option(0));
    return socket;
  }
  socket.setOption(constants.SOL_IPV6, constants.IPV6_MULTICAST_LOOP, int32Option(0));
  socket.setOption(constants.SOL_IPV6, constants.IPV6_MULTICAST_HOPS, int32Option(255));
  socket.setOption(constants.SOL_IPV6, constants.IPV6_UNICAST_HOPS, int32Option(hopLimit));
  // A virtual interface has not the address that its adverts come from.
  socket.setOption(constants.SOL_IPV6, constants.IPV6_FREEBIND, int32Option(1));
  socket.setOption(constants.SOL_IPV6, constants.IPV6_TCLASS, int32Option(TRAFFIC_CLASS));
  socket.attachFilter([{ code: BPF_RETURN, jt: 0, jf: 0, k: 0 }]);
  return socket;
}

/** BPF_RET | BPF_K with 0: drop. */
const BPF_RETURN = 0x06;

function receiveIpv4(message: ReceivedMessage, handler: AdvertHandler): void {
  const decoded = decodeIpv4Packet(message.data);
  // Others use authentication headers, too.
  if (!decoded.ok && decoded.reason === 'not-vrrp') return;
  if (!decoded.ok || decoded.value.body.length < 2) handler.garbage(message.data);
  else deliver(decoded.value, message, handler);
}

function receiveIpv6(message: ReceivedMessage, handler: AdvertHandler): void {
  const { ttl, data } = message;
  const source = message.source?.family === 'inet6' ? parseIp(message.source.address) : undefined;
  const destination = parseIp(message.destination ?? '');
  if (source === undefined || destination === undefined || data.length < 2) handler.garbage(data);
  else deliver({ source, destination, ttl: ttl ?? 0, body: data }, message, handler);
}

/** It may have waited. */
function deliver(
  packet: ReceivedPacket,
  { arrivedMs }: ReceivedMessage,
  handler: AdvertHandler,
): void {
  const arrivedAt = arrivedMs === undefined ? undefined : instant(arrivedMs);
  const age = arrivedAt === undefined ? 0 : between(arrivedAt, systemClock.now());
  handler.packet({ ...packet, receivedAt: Date.now() - age }, arrivedAt);
}
