const BYTES_MIN = 1024;

/**
 * The beginning of what comes in pieces, in one piece: a server that sends its bytes one by one must
 * not cost an object for each of them, nor a copy of all before it.
 */
export class KeptBytes {
  readonly #most: number;
  #room: Buffer = Buffer.alloc(0);
  #length = 0;

  /** @param most - bytes; what comes after them is not kept */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many are kept. */
  get length(): number {
    return this.#length;
  }

  /** @param piece - the next ones; copied */
  add(piece: Uint8Array): void {
    const left = this.#most - this.#length;
    if (left === 0) return;
    const kept = piece.length > left ? piece.subarray(0, left) : piece;
    const length = this.#length + kept.length;
    if (length > this.#room.length) {
      const larger = Buffer.alloc(Math.min(this.#most, Math.max(BYTES_MIN, 2 * length)));
      larger.set(this.bytes());
      this.#room = larger;
    }
    this.#room.set(kept, this.#length);
    this.#length = length;
  }

  /** @param length - how many of them stay */
  cut(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** @returns all that is kept; valid until more comes */
  bytes(): Buffer {
    return this.#room.subarray(0, this.#length);
  }
}
