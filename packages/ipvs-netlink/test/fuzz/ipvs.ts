/**
 * What the kernel says in the generic netlink family IPVS. The first byte of the input says as what
 * the rest, attributes after the family's header, is read.
 */
import type { Destination, ServiceKey } from '@tandem/ipvs';
import { MessageWriter, type Decoded } from '@tandem/netlink';
import { decodeDestination, encodeDestination } from '../../src/destination.ts';
import { decodeInfo, decodeTimeouts, encodeTimeouts } from '../../src/module-info.ts';
import { decodeService, encodeService } from '../../src/service.ts';
import { decodeSyncDaemon, encodeSyncDaemon } from '../../src/sync-daemon.ts';

const SERVICE: ServiceKey = { kind: 'fwmark', mark: 1, family: 4 };

const HEADER_LENGTH = 4;
const writer = new MessageWriter();

type Reader = (payload: Uint8Array) => readonly string[];

const READERS: readonly Reader[] = [
  reader('service', decodeService, encodeService),
  reader(
    'destination of IPv4',
    (payload, from) => decodeDestination(payload, { from, serviceFamily: 4 }),
    writeDestination,
  ),
  reader(
    'destination of IPv6',
    (payload, from) => decodeDestination(payload, { from, serviceFamily: 6 }),
    writeDestination,
  ),
  reader('daemon', decodeSyncDaemon, encodeSyncDaemon),
  reader('info', decodeInfo),
  reader('timeouts', decodeTimeouts, encodeTimeouts),
];

function writeDestination(into: MessageWriter, destination: Destination): void {
  encodeDestination(into, SERVICE, destination);
}

/** @returns what was read: names of fields, and faults */
export function read(input: Uint8Array): readonly string[] {
  const [type = 0] = input;
  return READERS[type % READERS.length]?.(input.subarray(1)) ?? [];
}

function reader<T extends object>(
  name: string,
  decode: (payload: Uint8Array, from: number) => Decoded<T>,
  encode: (into: MessageWriter, value: T) => void = () => {},
): Reader {
  return (payload) => {
    const decoded = decode(payload, HEADER_LENGTH);
    if (!decoded.ok) return [`${name}: ${decoded.reason}`];
    writer.reset();
    writer.begin(0, 0, 1);
    encode(writer, decoded.value);
    writer.end();
    return Object.keys(decoded.value).map((field) => `${name}.${field}`);
  };
}
