import { readdirSync, statSync } from 'node:fs';
import { hasWildcard, nameMatcher } from '@tandem/config';
import { inWords } from './system-words.ts';

/** No longer path names anything. @see linux/limits.h PATH_MAX */
const PATH_LENGTH_MAX = 4095;

/** What a pattern matches. */
export interface FoundPaths {
  /** Sorted. */
  readonly paths: readonly string[];
  /** Folders that may have more of it and cannot be looked into, with the reason. */
  readonly closed: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Finds what a pattern matches, as glob(3) does.
 * @param pattern - a path with `*`, `?` and `[…]` in any of its parts; no `{a,b}`
 * @returns a pattern without wildcards names itself
 */
export function findPaths(pattern: string): FoundPaths {
  if (!hasWildcard(pattern) || pattern.length > PATH_LENGTH_MAX)
    return { paths: [pattern], closed: [] };
  let prefixes = [''];
  const closed: { path: string; reason: string }[] = [];
  const parts = pattern.split('/');
  for (const [i, part] of parts.entries()) {
    const end = i === parts.length - 1 ? '' : '/';
    prefixes = prefixes.flatMap((prefix) => {
      const found = namesLike(part, prefix === '' ? '.' : prefix);
      if (typeof found !== 'string') return found.map((name) => prefix + name + end);
      closed.push({ path: prefix, reason: found });
      return [];
    });
  }
  return { paths: prefixes.filter(isThere).sort(), closed };
}

/** What cannot be looked at, such as links in a circle, is there: its reader says what is wrong. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** In these there is nothing. */
const NO_FOLDER: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR']);

/**
 * @returns the names in a folder that a part of a pattern matches, itself without wildcards; or why
 *   it cannot be looked into
 */
function namesLike(part: string, folder: string): readonly string[] | string {
  if (!hasWildcard(part)) return [part];
  const matcher = nameMatcher(part);
  try {
    return readdirSync(folder).filter((name) => matcher.test(name));
  } catch (error) {
    return NO_FOLDER.has((error as NodeJS.ErrnoException).code) ? [] : inWords(error);
  }
}
