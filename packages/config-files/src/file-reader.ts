import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SourceFile, SourceReader } from '@tandem/config';
import { findPaths } from './glob.ts';
import { inWords } from './system-words.ts';

const BYTES_MAX = 256 * 1024 * 1024;
const TOO_LONG = `longer than ${BYTES_MAX} bytes`;
const EXECUTE_BITS = 0o111;

/**
 * Reads configuration files as keepalived does: directories, special files and files with any
 * execute bit are named and left alone. Of a pattern, a folder that may not be looked into is named,
 * too.
 * @see keepalived(8) --use-file
 */
export const fileReader: SourceReader = {
  read(pattern, directory) {
    const path = directory === undefined ? pattern : resolve(directory, pattern);
    const { paths, closed } = findPaths(path);
    const unreadable = closed.map((each) => ({ ...each, problem: 'unreadable' as const }));
    return [...paths.flatMap((each) => readOne(each) ?? []), ...unreadable];
  },
};

/**
 * @param path - what the main file is called
 * @param text - what stands in it
 * @returns a reader of that text; what it includes is read from files, relative paths starting at
 *   the folder of `path`
 */
export function textReader(path: string, text: string): SourceReader {
  return {
    read: (pattern, directory) =>
      directory === undefined ? [{ path, text }] : fileReader.read(pattern, directory),
  };
}

function readOne(path: string): SourceFile | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    if (stat.isDirectory()) return { path, problem: 'directory' };
    if (!stat.isFile()) return { path, problem: 'not a regular file' };
    if ((stat.mode & EXECUTE_BITS) !== 0) return { path, problem: 'executable' };
    if (stat.size > BYTES_MAX) return { path, problem: 'unreadable', reason: TOO_LONG };
    // Decoding by itself takes half the time of reading as text, which goes piece by piece.
    return { path, text: readFileSync(path).toString() };
  } catch (error) {
    return { path, problem: 'unreadable', reason: inWords(error) };
  }
}
