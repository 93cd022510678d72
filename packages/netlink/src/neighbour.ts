import type { IpAddress, IpFamily } from '@tandem/inet';
import { bytes, ip } from './attribute-codec.ts';
import { AttributeTable } from './attribute-table.ts';
import { LITTLE_ENDIAN } from './byte-order.ts';
import type { Decoded } from './decoded.ts';
import { decodeFamilyEntry } from './family-entry.ts';
import { familyNumber } from './family.ts';
import type { MessageWriter } from './message-writer.ts';

/** Which hardware address an address has, as an interface knows it. */
export interface Neighbour {
  readonly interfaceIndex: number;
  readonly family: IpFamily;
  readonly address: IpAddress;
  /** NUD_*: 0x02 reachable, 0x04 stale, 0x20 failed, 0x40 no ARP, 0x80 permanent. */
  readonly state: number;
  /** NTF_*: 0x08 proxy, 0x80 router. */
  readonly flags: number;
  /** Unknown while it is being asked for. */
  readonly hardwareAddress?: Uint8Array;
}

/** struct ndmsg: family, 3 bytes of padding, interface, state, flags, type. */
const FIXED_LENGTH = 12;

/** @see linux/neighbour.h NDA_* */
const NEIGHBOUR = new AttributeTable({ NDA_DST: [1, ip], NDA_LLADDR: [2, bytes] });

/** Writes the request for all neighbours of both families. */
export function encodeNeighbourQuery(writer: MessageWriter): void {
  writer.zeros(FIXED_LENGTH);
}

/**
 * Writes what follows the header of RTM_NEWNEIGH and RTM_DELNEIGH.
 * @see linux/neighbour.h struct ndmsg
 */
export function encodeNeighbour(writer: MessageWriter, neighbour: Neighbour): void {
  writer
    .u8(familyNumber(neighbour.family))
    .zeros(3)
    .u32(neighbour.interfaceIndex)
    .u16(neighbour.state)
    .u8(neighbour.flags)
    .u8(0);
  NEIGHBOUR.encode(writer, {
    NDA_DST: neighbour.address,
    NDA_LLADDR: neighbour.hardwareAddress,
  });
}

/**
 * Reads RTM_NEWNEIGH and RTM_DELNEIGH.
 * @param payload - what follows the message's header
 * @returns the neighbour; `other-family` for a bridge's forwarding table
 */
export function decodeNeighbour(payload: Uint8Array): Decoded<Neighbour> {
  const decoded = decodeFamilyEntry(NEIGHBOUR, payload, FIXED_LENGTH);
  if (!decoded.ok) return decoded;
  const { family, view, known } = decoded.value;
  const { NDA_DST: address, NDA_LLADDR: hardwareAddress } = known;
  if (address === undefined) return { ok: false, reason: 'missing-attribute' };
  const value: Neighbour = {
    interfaceIndex: view.getUint32(4, LITTLE_ENDIAN),
    family,
    address,
    state: view.getUint16(8, LITTLE_ENDIAN),
    flags: view.getUint8(10),
    ...(hardwareAddress !== undefined && { hardwareAddress }),
  };
  return { ok: true, value };
}
