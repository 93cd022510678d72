import type { Hash } from 'node:crypto';
import { cryptography } from './cryptography.ts';

const ALGORITHM = 'md5';

/**
 * The digest of a body that comes in pieces. Most come in one, which is hashed at once: a hash that
 * takes pieces is an object outside the engine's memory, and a few hundred of them each second are
 * what its collection of garbage takes longest for.
 */
export class BodyDigest {
  #first: Uint8Array | undefined;
  #hash: Hash | undefined;
  #hex: string | undefined;

  /** @param bytes - the next ones; not kept */
  add(bytes: Uint8Array): void {
    if (this.#first === undefined) {
      this.#first = bytes.slice();
      return;
    }
    this.#hash ??= cryptography().createHash(ALGORITHM).update(this.#first);
    this.#hash.update(bytes);
  }

  /** @returns MD5 of all pieces, 32 lower-case hex digits; none may come after it */
  hex(): string {
    this.#hex ??=
      this.#hash?.digest('hex') ?? cryptography().hash(ALGORITHM, this.#first ?? '', 'hex');
    return this.#hex;
  }
}
