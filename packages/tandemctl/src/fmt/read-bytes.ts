import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inWords } from '@tandem/config-files';
import { INPUT_BYTES_MAX } from '../standard-input.ts';

const PIECE_BYTES = 1024 * 1024;

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
