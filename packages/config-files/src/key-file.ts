import { readFileSync, statSync } from 'node:fs';
import type { KeyFile } from '@tandem/config';
import { inWords } from './system-words.ts';

/** Of a key there are at most 132. */
const BYTES_MAX = 4096;
const OTHERS_READ = 0o044;

/**
 * @param path - of a file that holds a key
 * @returns its text, or why it cannot be read
 */
export function keyFile(path: string): KeyFile {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { problem: 'there is no such file' };
    if (!stat.isFile()) return { problem: 'it is not a regular file' };
    if (stat.size > BYTES_MAX) return { problem: 'it is too large' };
    return { text: readFileSync(path, 'latin1'), isOpen: (stat.mode & OTHERS_READ) !== 0 };
  } catch (error) {
    return { problem: inWords(error) };
  }
}
