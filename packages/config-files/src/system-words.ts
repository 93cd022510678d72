import { getSystemErrorMap } from 'node:util';

/** What the system calls otherwise. */
const WORDS: Readonly<Record<string, string>> = { EISDIR: 'is a directory' };

/**
 * @param error - of the file system, or of something else
 * @returns what is wrong, without Node's codes, paths and names of functions
 */
export function inWords(error: unknown): string {
  const { code = '', errno = 0, message } = error as NodeJS.ErrnoException;
  return WORDS[code] ?? getSystemErrorMap().get(errno)?.[1] ?? message;
}
