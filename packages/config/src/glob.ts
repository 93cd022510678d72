/** The kernel takes no longer path. @see linux/limits.h PATH_MAX */
const PATH_LENGTH_MAX = 4095;

/**
 * Writes out the alternatives of a pattern, as the shell does, nested ones included.
 * @param pattern - such as `conf.d/{a,b}*.conf`
 * @returns the patterns without braces, in the order written; the pattern itself when it has none,
 *   when the alternatives would be more than 1,000, or when it is longer than paths can be
 */
export function expandBraces(pattern: string): readonly string[] {
  if (pattern.length > PATH_LENGTH_MAX) return [pattern];
  const expanded = expand(pattern);
  return expanded.length > ALTERNATIVES_MAX ? [pattern] : expanded;
}

const ALTERNATIVES_MAX = 1000;

function expand(pattern: string): readonly string[] {
  const open = pattern.indexOf('{');
  const parts = open < 0 ? undefined : splitGroup(pattern, open);
  if (parts === undefined) return [pattern];
  const before = pattern.slice(0, open);
  const expanded: string[] = [];
  const rest = expand(parts.after);
  for (const middle of parts.alternatives.flatMap(expand)) {
    for (const after of rest) {
      expanded.push(before + middle + after);
      if (expanded.length > ALTERNATIVES_MAX) return expanded;
    }
  }
  return expanded;
}

/** @returns the alternatives of the group that opens there, or undefined when it never closes */
function splitGroup(
  pattern: string,
  open: number,
): { readonly alternatives: readonly string[]; readonly after: string } | undefined {
  const alternatives: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let i = open; i < pattern.length; i += 1) {
    const c = pattern.charAt(i);
    if (c === '{') depth += 1;
    if (c === '}') depth -= 1;
    if (depth === 0 || (depth === 1 && c === ',')) {
      alternatives.push(pattern.slice(from, i));
      from = i + 1;
    }
    if (depth === 0) return { alternatives, after: pattern.slice(from) };
  }
  return undefined;
}

/**
 * @param pattern - a path
 * @returns whether it can match several paths
 */
export function hasWildcard(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/**
 * Compiles one part of a path pattern (between slashes): `*`, `?`, `[abc]`, `[a-z]`, `[!a]` and
 * `\` before a character that is meant itself. A leading dot must be matched by a dot.
 * @param part - without a slash
 * @returns what a name must match
 * @see glob(7)
 */
export function nameMatcher(part: string): RegExp {
  let source = part.startsWith('.') || part.startsWith('\\.') ? '^' : '^(?!\\.)';
  let i = 0;
  while (i < part.length) {
    const c = part.charAt(i);
    const bracket = c === '[' ? /^\[([!^]?)(\]?[^\]]*)\]/.exec(part.slice(i)) : null;
    if (bracket !== null) {
      const [whole, not, set = ''] = bracket;
      source += `[${not === '' ? '' : '^'}${set.replaceAll(/[\\\]^[]/g, '\\$&')}]`;
      i += whole.length;
      continue;
    }
    if (c === '\\') i += 1;
    source += c === '*' ? '.*' : c === '?' ? '.' : literal(part.charAt(i));
    i += 1;
  }
  try {
    return new RegExp(`${source.replaceAll(/(?:\.\*)+/g, '.*')}$`, 's');
  } catch {
    // A range such as [z-a] matches nothing.
    return /(?!)/;
  }
}

function literal(c: string): string {
  return c.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
