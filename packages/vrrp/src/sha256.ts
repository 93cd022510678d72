/** SHA-256 and the keyed hash made of it, for the trailer of adverts; this package sees no other. */
import { BLOCK_BYTES, keyedHash, padded } from './hash-block.ts';

const ROUNDS = 64;
const PRIMES = firstPrimes(ROUNDS);
const ROUND_CONSTANTS = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
const INITIAL = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

/**
 * @param data - any bytes
 * @returns 32 octets
 * @see FIPS 180-4 §6.2
 */
export function sha256(data: Uint8Array): Uint8Array {
  const digest = INITIAL.slice();
  const message = padded(data, false);
  const view = new DataView(message.buffer);
  for (let start = 0; start < message.length; start += BLOCK_BYTES) addBlock(digest, view, start);
  const bytes = new DataView(new ArrayBuffer(32));
  for (const [i, word] of digest.entries()) bytes.setInt32(i * 4, word);
  return new Uint8Array(bytes.buffer);
}

/**
 * @param key - the secret
 * @param data - what is to be authentic
 * @returns 32 octets
 * @see RFC 2104
 */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  return keyedHash(sha256, key, data);
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let each = 2; primes.length < count; each += 1) {
    if (primes.every((prime) => each % prime !== 0)) primes.push(each);
  }
  return primes;
}

/** @returns the first 32 bits after the binary point */
function fraction(value: number): number {
  return Math.floor((value % 1) * 2 ** 32) | 0;
}

function addBlock(digest: Int32Array, message: DataView, start: number): void {
  const words = schedule(message, start);
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = digest;
  for (let i = 0; i < ROUNDS; i += 1) {
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const sum = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + sum + choice + (ROUND_CONSTANTS[i] ?? 0) + (words[i] ?? 0)) | 0;
    const second = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + majority) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) digest[i] = (digest[i] ?? 0) + word;
}

function schedule(message: DataView, start: number): Int32Array {
  const words = new Int32Array(ROUNDS);
  for (let i = 0; i < 16; i += 1) words[i] = message.getInt32(start + i * 4);
  for (let i = 16; i < ROUNDS; i += 1) {
    const [early = 0, late = 0] = [words[i - 15], words[i - 2]];
    const small = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3);
    const large = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10);
    words[i] = (words[i - 16] ?? 0) + small + (words[i - 7] ?? 0) + large;
  }
  return words;
}

function rotated(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
