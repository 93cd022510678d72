/**
 * The Internet checksum: one's complement of the one's complement sum of 16-bit words.
 * @param parts - the bytes in order; a part of odd length is padded with a zero octet
 * @returns 0–65535; zero over data that carries its own right checksum
 * @see RFC 1071
 */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) {
      sum += ((part[i] as number) << 8) | (part[i + 1] ?? 0);
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
