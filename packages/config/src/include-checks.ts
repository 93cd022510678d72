import { expandBraces, hasWildcard } from './glob.ts';
import type { SourceFile } from './source.ts';

/** What an include line may insist on. */
export type IncludeCheck = 'read' | 'match' | 'wildcard_match' | 'brace_match';

const ALL: readonly IncludeCheck[] = ['read', 'match', 'wildcard_match', 'brace_match'];

/** The include keywords; a plain `include` insists on what include_check says. */
const CHECKS: ReadonlyMap<string, readonly IncludeCheck[] | undefined> = new Map([
  ['include', undefined],
  ['includer', ['read'] as const],
  ['includem', ['match'] as const],
  ['includew', ['match', 'wildcard_match'] as const],
  ['includeb', ['brace_match'] as const],
  ['includea', ALL],
]);

/** An include line in its parts. */
export interface IncludeLine {
  readonly keyword: string;
  readonly pattern: string;
}

/**
 * @param text - a line without its condition
 * @param withoutComment - cuts off what is a comment
 * @returns keyword and pattern; undefined when the line is something else
 */
export function parseInclude(
  text: string,
  withoutComment: (text: string) => string,
): IncludeLine | undefined {
  const match = /^[ \t]*(include[rmwba]?)[ \t]+([^ \t].*)$/.exec(text);
  if (match === null) return undefined;
  const pattern = withoutComment(match[2] ?? '').trim();
  return { keyword: match[1] ?? '', pattern: pattern.replaceAll(/^"|"$/g, '') };
}

/**
 * @param line - the include line; `where` is ` in FOLDER`, or nothing of an absolute pattern
 * @param checks - what a plain `include` insists on
 * @param found - what each alternative of the pattern matched, in order
 * @returns what is wrong, or undefined
 * @see inventory §1.9
 */
export function includeProblem(
  line: IncludeLine & { readonly where: string },
  checks: ReadonlySet<IncludeCheck>,
  found: readonly (readonly SourceFile[])[],
): string | undefined {
  const wanted = new Set(CHECKS.get(line.keyword) ?? checks);
  const alternatives = expandBraces(line.pattern);
  const empty = alternatives.filter((_, i) => found[i]?.length === 0);
  const missing = empty.find(
    (each) =>
      (wanted.has('brace_match') && alternatives.length > 1) ||
      (wanted.has('wildcard_match') && hasWildcard(each)),
  );
  if (missing !== undefined) return `${line.keyword} finds no file '${missing}'${line.where}`;
  if (wanted.has('match') && empty.length === alternatives.length) {
    return `${line.keyword} finds no file '${line.pattern}'${line.where}`;
  }
  const unreadable = found.flat().find((each) => 'problem' in each);
  return wanted.has('read') && unreadable !== undefined
    ? `${line.keyword} cannot read ${unreadable.path}${reasonOf(unreadable)}`
    : undefined;
}

/** @returns `: permission denied`, where it is known */
export function reasonOf(file: SourceFile): string {
  return 'reason' in file && file.reason !== undefined ? `: ${file.reason}` : '';
}

/** What `include_check` is after a line, and the first word on it that is no check. */
interface IncludeCheckChange {
  readonly checks: ReadonlySet<IncludeCheck>;
  readonly unknown?: string;
}

/**
 * Applies `include_check [±]CHECK…`: without a sign the words replace what was, without words all
 * checks are made.
 * @param checks - as they stand
 * @param words - after the keyword
 * @returns the new checks; words that are none are left out
 */
export function changeIncludeChecks(
  checks: ReadonlySet<IncludeCheck>,
  words: readonly string[],
): IncludeCheckChange {
  if (words.length === 0) return { checks: new Set(ALL) };
  const changed = new Set(words.some((each) => /^[+-]/.test(each)) ? checks : []);
  let unknown: string | undefined;
  for (const word of words) {
    const name = word.replace(/^[+-]/, '').replace(/^readable$/, 'read');
    const check = ALL.find((each) => each === name);
    if (check === undefined) unknown ??= word;
    else if (word.startsWith('-')) changed.delete(check);
    else changed.add(check);
  }
  return { checks: changed, ...(unknown === undefined ? {} : { unknown }) };
}
