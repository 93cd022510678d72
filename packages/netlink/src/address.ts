import type { IpAddress, IpFamily } from '@tandem/inet';
import { ip, text, u32, type AttributeCodec } from './attribute-codec.ts';
import { AttributeTable } from './attribute-table.ts';
import { LITTLE_ENDIAN } from './byte-order.ts';
import type { Decoded } from './decoded.ts';
import { decodeFamilyEntry } from './family-entry.ts';
import { familyNumber } from './family.ts';
import type { MessageWriter } from './message-writer.ts';

/** An address on an interface. */
export interface Address {
  readonly interfaceIndex: number;
  readonly family: IpFamily;
  readonly address: IpAddress;
  /** Of the network, or of the peer where there is one. */
  readonly prefixLength: number;
  /** RT_SCOPE_*: 0 global, 200 site, 253 link, 254 host. */
  readonly scope: number;
  /** IFA_F_*: 0x80 permanent, 0x40 tentative, 0x08 failed duplicate detection, 0x02 none wanted. */
  readonly flags: number;
  readonly broadcast?: IpAddress;
  /** The other end of a point-to-point link. */
  readonly peer?: IpAddress;
  /** IPv4 only; the interface's name or one that starts with it. At most 15 characters. */
  readonly label?: string;
  /** For how long it is valid and preferred; left out when for ever. */
  readonly lifetimes?: AddressLifetimes;
}

/** Whole seconds; Infinity for ever. */
interface AddressLifetimes {
  readonly preferredSeconds: number;
  readonly validSeconds: number;
}

const FOREVER = 0xffff_ffff;

/** struct ifaddrmsg: family, prefix length, flags, scope, index. */
const FIXED_LENGTH = 8;

/** struct ifa_cacheinfo; the time stamps are the kernel's own. */
const cacheInfo: AttributeCodec<AddressLifetimes> = {
  encode: (writer, { preferredSeconds, validSeconds }) => {
    writer.u32(Math.min(preferredSeconds, FOREVER)).u32(Math.min(validSeconds, FOREVER)).zeros(8);
  },
  decode: ({ view, start, length }) => {
    if (length < 8) return undefined;
    return {
      preferredSeconds: lifetime(view.getUint32(start, LITTLE_ENDIAN)),
      validSeconds: lifetime(view.getUint32(start + 4, LITTLE_ENDIAN)),
    };
  },
};

/** @see linux/if_addr.h IFA_* */
const ADDRESS = new AttributeTable({
  IFA_LOCAL: [2, ip],
  IFA_ADDRESS: [1, ip],
  IFA_BROADCAST: [4, ip],
  IFA_LABEL: [3, text],
  IFA_CACHEINFO: [6, cacheInfo],
  IFA_FLAGS: [8, u32],
});

/** Writes the request for all addresses of both families. */
export function encodeAddressQuery(writer: MessageWriter): void {
  writer.zeros(FIXED_LENGTH);
}

/**
 * Writes what follows the header of RTM_NEWADDR.
 * @see linux/if_addr.h struct ifaddrmsg
 */
export function encodeAddress(writer: MessageWriter, address: Address): void {
  encodeFixed(writer, address);
  ADDRESS.encode(writer, {
    IFA_LOCAL: address.address,
    IFA_ADDRESS: address.peer ?? address.address,
    IFA_BROADCAST: address.broadcast,
    IFA_LABEL: address.label,
    IFA_CACHEINFO: address.lifetimes,
    IFA_FLAGS: address.flags === 0 ? undefined : address.flags,
  });
}

/** Writes what follows the header of RTM_DELADDR: only what makes the address the one meant. */
export function encodeAddressKey(writer: MessageWriter, address: Address): void {
  encodeFixed(writer, address);
  ADDRESS.encode(writer, {
    IFA_LOCAL: address.address,
    IFA_ADDRESS: address.peer ?? address.address,
  });
}

/**
 * Reads RTM_NEWADDR and RTM_DELADDR.
 * @param payload - what follows the message's header
 */
export function decodeAddress(payload: Uint8Array): Decoded<Address> {
  const decoded = decodeFamilyEntry(ADDRESS, payload, FIXED_LENGTH);
  if (!decoded.ok) return decoded;
  const { family, view, known } = decoded.value;
  const { IFA_LOCAL: local, IFA_ADDRESS: remote, IFA_CACHEINFO: lifetimes } = known;
  const address = local ?? remote;
  if (address === undefined) return { ok: false, reason: 'missing-attribute' };
  const value: Address = {
    interfaceIndex: view.getUint32(4, LITTLE_ENDIAN),
    family,
    address,
    prefixLength: view.getUint8(1),
    scope: view.getUint8(3),
    flags: known.IFA_FLAGS ?? view.getUint8(2),
    ...(known.IFA_BROADCAST !== undefined && { broadcast: known.IFA_BROADCAST }),
    ...(remote !== undefined && remote !== address && { peer: remote }),
    ...(known.IFA_LABEL !== undefined && { label: known.IFA_LABEL }),
    ...(lifetimes !== undefined && lifetimes.validSeconds !== Infinity && { lifetimes }),
  };
  return { ok: true, value };
}

function encodeFixed(writer: MessageWriter, address: Address): void {
  writer
    .u8(familyNumber(address.family))
    .u8(address.prefixLength)
    .u8(address.flags & 0xff)
    .u8(address.scope)
    .u32(address.interfaceIndex);
}

function lifetime(seconds: number): number {
  return seconds === FOREVER ? Infinity : seconds;
}
