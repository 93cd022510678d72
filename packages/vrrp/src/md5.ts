/** MD5 and the keyed hash made of it, which AH of version 2 insists on; for nothing else. */
import { BLOCK_BYTES, keyedHash, padded } from './hash-block.ts';

const ROUNDS = 64;
const SHIFTS: readonly (readonly number[])[] = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const SINES = Uint32Array.from({ length: ROUNDS }, (_, i) =>
  Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32),
);

/**
 * @param data - any bytes
 * @returns 16 octets
 * @see RFC 1321
 */
export function md5(data: Uint8Array): Uint8Array {
  const digest = Uint32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const message = padded(data, true);
  const view = new DataView(message.buffer);
  for (let start = 0; start < message.length; start += BLOCK_BYTES) addBlock(digest, view, start);
  const bytes = new DataView(new ArrayBuffer(16));
  for (const [i, word] of digest.entries()) bytes.setUint32(i * 4, word, true);
  return new Uint8Array(bytes.buffer);
}

/**
 * @param key - the secret
 * @param data - what is to be authentic
 * @returns 16 octets
 * @see RFC 2104
 */
export function hmacMd5(key: Uint8Array, data: Uint8Array): Uint8Array {
  return keyedHash(md5, key, data);
}

function addBlock(digest: Uint32Array, message: DataView, start: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = digest;
  for (let i = 0; i < ROUNDS; i += 1) {
    const round = i >> 4;
    const [mixed, index] = mix(round, i, { b, c, d });
    const sum = a + mixed + (SINES[i] ?? 0) + message.getUint32(start + (index % 16) * 4, true);
    [a, d, c, b] = [d, c, b, (b + rotated(sum | 0, SHIFTS[round]?.[i % 4] ?? 0)) | 0];
  }
  for (const [i, word] of [a, b, c, d].entries()) digest[i] = (digest[i] ?? 0) + word;
}

/** @returns the round's function of three words, and which word of the block goes with it */
function mix(
  round: number,
  i: number,
  { b, c, d }: { readonly b: number; readonly c: number; readonly d: number },
): readonly [number, number] {
  if (round === 0) return [(b & c) | (~b & d), i];
  if (round === 1) return [(d & b) | (~d & c), 5 * i + 1];
  if (round === 2) return [b ^ c ^ d, 3 * i + 5];
  return [c ^ (b | ~d), 7 * i];
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
