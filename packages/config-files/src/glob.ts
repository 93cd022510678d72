import { readdirSync, statSync } from 'node:fs';
import { hasWildcard, nameMatcher } from '@tandem/config';

/** No longer path names anything. @see linux/limits.h PATH_MAX */
const PATH_LENGTH_MAX = 4095;

/**
 * Finds what a pattern matches, as glob(3) does; folders that cannot be read match nothing.
 * @param pattern - a path with `*`, `?` and `[…]` in any of its parts; no `{a,b}`
 * @returns the paths, sorted; a pattern without wildcards names itself
 */
export function findPaths(pattern: string): readonly string[] {
  if (!hasWildcard(pattern) || pattern.length > PATH_LENGTH_MAX) return [pattern];
  let prefixes = [''];
  const parts = pattern.split('/');
  for (const [i, part] of parts.entries()) {
    const end = i === parts.length - 1 ? '' : '/';
    prefixes = prefixes.flatMap((prefix) => namesLike(part, prefix).map((n) => prefix + n + end));
  }
  return prefixes.filter(isThere).sort();
}

/** What cannot be looked at, such as links in a circle, is there: its reader says what is wrong. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** @returns the names in a folder that a part of a pattern matches; itself without wildcards */
function namesLike(part: string, folder: string): readonly string[] {
  if (!hasWildcard(part)) return [part];
  const matcher = nameMatcher(part);
  try {
    return readdirSync(folder === '' ? '.' : folder).filter((name) => matcher.test(name));
  } catch {
    return [];
  }
}
