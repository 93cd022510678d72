/** The table in which the addon describes a batch: native/socket.h, struct Record. */
import { ipFromBytes } from '@tandem/inet';

import { decodeSocketAddress, LITTLE_ENDIAN, type SocketAddress } from './socket-address.ts';

/** One message as received. */
export interface ReceivedMessage {
  /** Its own bytes, never overwritten. A raw IPv4 socket's begin with the IP header. */
  readonly data: Uint8Array;
  /** The sender; undefined when the kernel names none. */
  readonly source: SocketAddress | undefined;
  /** Destination address of the packet; needs IP_PKTINFO or IPV6_RECVPKTINFO switched on. */
  readonly destination: string | undefined;
  /** The interface it came in by; needs IP_PKTINFO or IPV6_RECVPKTINFO, or a packet socket. */
  readonly interfaceIndex: number | undefined;
  /** TTL or hop limit, 0–255; needs IP_RECVTTL or IPV6_RECVHOPLIMIT switched on. */
  readonly ttl: number | undefined;
  /**
   * When it arrived, in ms on CLOCK_MONOTONIC; needs SO_TIMESTAMPNS switched on, and is when it was read
   * until the kernel has begun to stamp, which can be some ms after the first socket asked for it. Wrong
   * by as much as the wall clock was set meanwhile.
   */
  readonly arrivedMs: number | undefined;
  /** Longer than the buffer: the end is lost. */
  readonly truncated: boolean;
}

/** Bytes per record. */
export const RECORD_BYTES = 176;

const SOURCE_OFFSET = 32;
const ARRIVED_OFFSET = 152;
const DESTINATION_OFFSET = 160;
const TRUNCATED = 1;
const HAS_INTERFACE_INDEX = 2;
const HAS_HOP_LIMIT = 4;
const HAS_ARRIVAL = 16;

/**
 * @param records - the table, read now: the next batch overwrites it
 * @param count - how many rows of it are filled
 * @param data - the bytes of all messages; each message gets its own part
 * @returns the messages in order of arrival
 */
export function decodeRecords(
  records: DataView,
  count: number,
  data: ArrayBuffer,
): ReceivedMessage[] {
  const messages: ReceivedMessage[] = [];
  for (let i = 0; i < count; i += 1) messages.push(decodeRecord(records, i * RECORD_BYTES, data));
  return messages;
}

function decodeRecord(records: DataView, base: number, data: ArrayBuffer): ReceivedMessage {
  const field = (index: number): number => records.getInt32(base + index * 4, LITTLE_ENDIAN);
  const flags = field(2);
  const destinationLength = field(6);
  const source = decodeSocketAddress(
    new Uint8Array(records.buffer, records.byteOffset + base + SOURCE_OFFSET, field(5)),
  );
  return {
    data: new Uint8Array(data, field(0), field(1)),
    source,
    destination:
      destinationLength === 0
        ? undefined
        : ipFromBytes(
            new Uint8Array(
              records.buffer,
              records.byteOffset + base + DESTINATION_OFFSET,
              destinationLength,
            ),
          ),
    interfaceIndex:
      (flags & HAS_INTERFACE_INDEX) !== 0
        ? field(3)
        : source?.family === 'packet'
          ? source.interfaceIndex
          : undefined,
    ttl: (flags & HAS_HOP_LIMIT) === 0 ? undefined : field(4),
    arrivedMs:
      (flags & HAS_ARRIVAL) === 0
        ? undefined
        : records.getFloat64(base + ARRIVED_OFFSET, LITTLE_ENDIAN),
    truncated: (flags & TRUNCATED) !== 0,
  };
}
