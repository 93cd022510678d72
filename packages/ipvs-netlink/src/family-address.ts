import { ipBytes, ipFromBytes, type IpAddress, type IpFamily } from '@tandem/inet';
import type { AttributeCodec } from '@tandem/netlink';

const AF_INET = 2;
const AF_INET6 = 10;
const FIELD_LENGTH = 16;

/** AF_INET or AF_INET6. */
export function familyNumber(family: IpFamily): number {
  return family === 4 ? AF_INET : AF_INET6;
}

/** @returns undefined for anything but AF_INET and AF_INET6 */
export function familyOf(number: number | undefined): IpFamily | undefined {
  if (number === AF_INET) return 4;
  return number === AF_INET6 ? 6 : undefined;
}

/**
 * union nf_inet_addr: 16 bytes, of which an IPv4 address takes the first four. Read as bytes,
 * because another attribute has the family.
 */
export const addressField: AttributeCodec<Uint8Array> = {
  encode: (writer, value) => void writer.bytes(value).zeros(FIELD_LENGTH - value.length),
  decode: ({ view, start, length }) => {
    if (length < 4) return undefined;
    const { buffer, byteOffset } = view;
    return new Uint8Array(
      buffer as ArrayBuffer,
      byteOffset + start,
      Math.min(length, FIELD_LENGTH),
    );
  },
};

/** What `addressField` writes. */
export function addressBytes(address: IpAddress): Uint8Array {
  return ipBytes(address);
}

/**
 * @param bytes - what `addressField` read
 * @returns the address, or undefined when the field is too short for the family
 */
export function addressOf(bytes: Uint8Array, family: IpFamily): IpAddress | undefined {
  const size = family === 4 ? 4 : FIELD_LENGTH;
  return bytes.length < size ? undefined : ipFromBytes(bytes.subarray(0, size));
}
