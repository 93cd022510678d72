import { endianness } from 'node:os';

/** Netlink speaks the byte order of the machine; DataView wants to be told. */
export const LITTLE_ENDIAN: boolean = endianness() === 'LE';
