/**
 * Patterns of PCRE2 as regular expressions of JavaScript that find the same, or why there is none.
 * Translated: `.`, `^`, `$`, \A \z \Z \s \h \R \a \e \Q…\E, POSIX classes, (?P<…>), braces that are
 * no repetition, and what the options change. What JavaScript has no counterpart for is refused by
 * its own compiler: possessive and atomic groups, recursion, conditions, options inside a pattern.
 * @see pcre2pattern(3), pcre2api(3)
 */

/** A pattern, ready for `new RegExp`. */
export type Translation =
  | { readonly ok: true; readonly source: string; readonly flags: string }
  | { readonly ok: false; readonly reason: string };

/** Options that change what is found, and can be had. */
interface Options {
  caseless: boolean;
  readonly multiline: boolean;
  readonly dotall: boolean;
  readonly extended: boolean;
  readonly endOnly: boolean;
  readonly anchored: boolean;
}

/** Options that JavaScript cannot obey. */
const REFUSED: ReadonlySet<string> = new Set(['ungreedy', 'firstline', 'no_auto_capture']);

const START = '(?<![\\s\\S])';
const END = '(?![\\s\\S])';
const LAST_LINE = `(?=\\n?${END})`;
const SPACE = '\\t-\\r ';

/** Escapes that JavaScript has not, or understands differently. */
const ESCAPES: Readonly<Record<string, string>> = {
  A: START,
  z: END,
  Z: LAST_LINE,
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
  h: '[\\t ]',
  H: '[^\\t ]',
  N: '[^\\n]',
  R: '(?:\\r\\n|[\\n-\\r])',
  a: '\\x07',
  e: '\\x1b',
};
const CLASS_ESCAPES: Readonly<Record<string, string>> = {
  s: SPACE,
  h: '\\t ',
  a: '\\x07',
  e: '\\x1b',
  b: '\\x08',
};

const POSIX: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: SPACE,
  blank: '\\t ',
  punct: '!-\\/:-@\\[-`\\{-~',
  xdigit: 'A-Fa-f0-9',
  word: '\\w',
  print: ' -~',
  graph: '!-~',
  cntrl: '\\x00-\\x1f\\x7f',
};

/** Letters and digits after a backslash mean something; all else is itself. */
const MEANINGFUL = /[A-Za-z0-9]/;

/**
 * @param pattern - of PCRE2
 * @param names - of its options, lower case; unknown ones are ignored, as keepalived does
 */
export function translatePattern(pattern: string, names: readonly string[]): Translation {
  const refused = names.find((each) => REFUSED.has(each));
  if (refused !== undefined) return { ok: false, reason: `there is no option ${refused}` };
  const inline = /^\(\?([imsx]+)\)/.exec(pattern);
  const has = (name: string, letter: string): boolean =>
    names.includes(name) || inline?.[1]?.includes(letter) === true;
  const options: Options = {
    caseless: has('caseless', 'i'),
    multiline: has('multiline', 'm'),
    dotall: has('dotall', 's'),
    extended: has('extended', 'x'),
    endOnly: names.includes('dollar_endonly'),
    anchored: names.includes('anchored'),
  };
  const body = translate(pattern.slice(inline?.[0].length ?? 0), options);
  const source = options.anchored ? `${START}(?:${body})` : body;
  const flags = `u${options.caseless ? 'i' : ''}`;
  try {
    return { ok: true, source: new RegExp(source, flags).source, flags };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: text.replace(/^.*: (?=[^:]*$)/s, '') };
  }
}

/** What comes of the pattern from `at` on, and where the next part begins. */
interface Part {
  readonly text: string;
  readonly end: number;
}

function translate(pattern: string, options: Options): string {
  const parts: string[] = [];
  for (let at = 0; at < pattern.length;) {
    const part = translatePart(pattern, at, options);
    parts.push(part.text);
    at = part.end;
  }
  return parts.join('');
}

function translatePart(pattern: string, at: number, options: Options): Part {
  const c = pattern.charAt(at);
  if (c === '\\') return translateEscape(pattern, at + 1, ESCAPES);
  if (c === '[') return translateClass(pattern, at);
  if (c === '{') return translateBrace(pattern, at);
  if (c === '(') return translateGroup(pattern, at);
  if (options.extended && c === '#') return { text: '', end: endOfLine(pattern, at) };
  return { text: translateSign(c, options), end: at + 1 };
}

function translateSign(c: string, { multiline, dotall, endOnly, extended }: Options): string {
  if (c === '.') return dotall ? '[\\s\\S]' : '[^\\n]';
  if (c === '^') return multiline ? '(?<![^\\n])' : START;
  if (c === '$' && multiline) return '(?![^\\n])';
  if (c === '$') return endOnly ? END : LAST_LINE;
  if (c === '}' || c === ']' || c === '/') return `\\${c}`;
  return extended && /\s/.test(c) ? '' : c;
}

/** A repetition, or the sign itself. */
function translateBrace(pattern: string, at: number): Part {
  const count = /^\{\d+(?:,\d*)?\}/.exec(pattern.slice(at))?.[0];
  return count === undefined
    ? { text: '\\{', end: at + 1 }
    : { text: count, end: at + count.length };
}

function translateGroup(pattern: string, at: number): Part {
  const rest = pattern.slice(at);
  const comment = /^\(\?#[^)]*\)/.exec(rest)?.[0];
  if (comment !== undefined) return { text: '', end: at + comment.length };
  const back = /^\(\?P=(\w+)\)/.exec(rest);
  if (back !== null) return { text: `\\k<${back[1]}>`, end: at + back[0].length };
  if (rest.startsWith('(?P<')) return { text: '(?<', end: at + 4 };
  return { text: '(', end: at + 1 };
}

/** @param at - after the backslash */
function translateEscape(
  pattern: string,
  at: number,
  table: Readonly<Record<string, string>>,
): Part {
  const c = pattern.charAt(at);
  if (c === 'Q') {
    const found = pattern.indexOf('\\E', at);
    const end = found < 0 ? pattern.length : found;
    const text = pattern.slice(at + 1, end).replaceAll(/[\\^$.*+?()[\]{}|/-]/g, escaped);
    return { text, end: found < 0 ? end : end + 2 };
  }
  if (c === 'E') return { text: '', end: at + 1 };
  const code = /^x\{([0-9a-fA-F]{1,6})\}/.exec(pattern.slice(at));
  if (code !== null) return { text: `\\u{${code[1]}}`, end: at + code[0].length };
  const known = table[c];
  if (known !== undefined) return { text: known, end: at + 1 };
  return { text: MEANINGFUL.test(c) ? `\\${c}` : escaped(c), end: at + 1 };
}

/** A sign as itself, which JavaScript lets be written with a backslash only where it has a meaning. */
function escaped(c: string): string {
  if (/[\\^$.*+?()[\]{}|/]/.test(c)) return `\\${c}`;
  return c === '-' ? '\\x2d' : c;
}

function translateClass(pattern: string, start: number): Part {
  let at = start + 1;
  const parts = ['['];
  if (pattern.charAt(at) === '^') {
    parts.push('^');
    at += 1;
  }
  for (let first = true; at < pattern.length; first = false) {
    const c = pattern.charAt(at);
    if (c === ']' && !first) return { text: `${parts.join('')}]`, end: at + 1 };
    const posix = /^\[:(\w+):\]/.exec(pattern.slice(at));
    const range = POSIX[posix?.[1] ?? ''];
    if (posix !== null && range !== undefined) {
      parts.push(range);
      at += posix[0].length;
    } else if (c === '\\') {
      const part = translateEscape(pattern, at + 1, CLASS_ESCAPES);
      parts.push(part.text);
      at = part.end;
    } else {
      parts.push(c === '[' || c === ']' ? `\\${c}` : c);
      at += 1;
    }
  }
  return { text: parts.join(''), end: at };
}

function endOfLine(pattern: string, at: number): number {
  const found = pattern.indexOf('\n', at);
  return found < 0 ? pattern.length : found;
}
