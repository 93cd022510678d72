import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';
import { INPUT_BYTES_MAX } from '../standard-input.ts';

const PIECE_BYTES = 1024 * 1024;

/** What the system calls otherwise. */
const WORDS: Readonly<Record<string, string>> = { EISDIR: 'is a directory' };

/**
 * Reads a file, or a pipe to its end.
 * @throws Error in words, with the path
 */
export function readBytes(path: string): Buffer {
  try {
    const file = openSync(path, 'r');
    try {
      return readAll(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new Error(`${path}: ${inWords(error)}`, { cause: error });
  }
}

/**
 * @param error - of the file system, or of something else
 * @returns what is wrong, without Node's codes, paths and names of functions
 */
export function inWords(error: unknown): string {
  const { code = '', errno = 0, message } = error as NodeJS.ErrnoException;
  return WORDS[code] ?? getSystemErrorMap().get(errno)?.[1] ?? message;
}

function readAll(file: number): Buffer {
  const kind = fstatSync(file);
  if (kind.isCharacterDevice() || kind.isBlockDevice()) throw new Error('is a device');
  const pieces: Buffer[] = [];
  for (let length = 0; length <= INPUT_BYTES_MAX;) {
    const piece = Buffer.alloc(Math.min(PIECE_BYTES, Math.max(kind.size + 1 - length, 65_536)));
    const bytesRead = readSync(file, piece);
    if (bytesRead === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, bytesRead));
    length += bytesRead;
  }
  throw new Error(`is longer than ${INPUT_BYTES_MAX} bytes`);
}
