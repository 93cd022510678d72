import { closeSync, openSync, readSync } from 'node:fs';

const PIECE_BYTES = 65_536;
/** A match is not longer. */
const MATCH_LENGTH_MAX = 100;

/** Counts what comes in a file that others write, and reads each part of it once. */
export class GrowingFile {
  readonly #path: string;
  readonly #wanted: RegExp;
  readonly #piece = Buffer.alloc(PIECE_BYTES);
  #at = 0;
  #rest = '';
  #count = 0;

  /**
   * @param path - of a file that is there
   * @param wanted - global
   */
  constructor(path: string, wanted: RegExp) {
    this.#path = path;
    this.#wanted = wanted;
  }

  /** @returns how many there are now */
  count(): number {
    const file = openSync(this.#path, 'r');
    for (;;) {
      const length = readSync(file, this.#piece, 0, PIECE_BYTES, this.#at);
      if (length === 0) break;
      this.#at += length;
      const text = this.#rest + this.#piece.toString('latin1', 0, length);
      let end = 0;
      for (const { 0: match, index } of text.matchAll(this.#wanted)) {
        this.#count += 1;
        end = index + match.length;
      }
      this.#rest = text.slice(Math.max(end, text.length - MATCH_LENGTH_MAX));
    }
    closeSync(file);
    return this.#count;
  }
}
