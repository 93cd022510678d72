/** A script line in its parts, or why it has none. */
export type ScriptSplit =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly quote: '"' | "'" };

const SINGLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  E: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Splits the way keepalived splits script lines, which it does twice: the line into command,
 * user and group; then the command into program and arguments. Both kinds of quotes join with
 * what touches them; a backslash escape is replaced everywhere, so one meant for the second
 * splitting needs two backslashes.
 * @param text - a line after its keyword, or a command
 * @param limit - how many words at most; text after them is ignored
 * @returns the words, or the quote that is never closed
 * @see inventory §1.3
 */
export function splitScript(text: string, limit: number = Number.POSITIVE_INFINITY): ScriptSplit {
  const words: string[] = [];
  let i = skipBlanks(text, 0);
  while (i < text.length && words.length < limit) {
    const word = readScriptWord(text, i);
    if (!word.ok) return word;
    words.push(word.text);
    i = skipBlanks(text, word.end);
  }
  return { ok: true, words };
}

/** Reads from the first character of a word to the blank after it. */
function readScriptWord(
  text: string,
  start: number,
):
  | { readonly ok: true; readonly text: string; readonly end: number }
  | { readonly ok: false; readonly quote: '"' | "'" } {
  const parts: string[] = [];
  let quote: '"' | "'" | undefined;
  let i = start;
  while (i < text.length) {
    const c = text.charAt(i);
    if (c === '\\' && i + 1 < text.length) {
      const escape = readEscape(text, i + 1);
      parts.push(escape.text);
      i = escape.end;
      continue;
    }
    if (quote === undefined && isScriptBlank(c)) break;
    if (quote === undefined && (c === '"' || c === "'")) quote = c;
    else if (c === quote) quote = undefined;
    else parts.push(c);
    i += 1;
  }
  return quote === undefined ? { ok: true, text: parts.join(''), end: i } : { ok: false, quote };
}

function skipBlanks(text: string, from: number): number {
  let i = from;
  while (i < text.length && isScriptBlank(text.charAt(i))) i += 1;
  return i;
}

/** A line break can come from an escape of the first splitting. */
function isScriptBlank(c: string): boolean {
  return c === ' ' || c === '\t' || c === '\n';
}

/** @returns what an escape stands for, and where it ends; `at` is the character after the backslash */
function readEscape(text: string, at: number): { readonly text: string; readonly end: number } {
  const c = text.charAt(at);
  const single = SINGLE_ESCAPES[c];
  if (single !== undefined) return { text: single, end: at + 1 };
  if (c === 'c' && at + 1 < text.length) {
    return { text: String.fromCharCode(text.charCodeAt(at + 1) & 0x1f), end: at + 2 };
  }
  if (c === 'x') return readNumber(text, { from: at + 1, most: 2, base: 16 });
  if (digitValue(c, 8) >= 0) return readNumber(text, { from: at, most: 3, base: 8 });
  return { text: c, end: at + 1 };
}

function readNumber(
  text: string,
  form: { readonly from: number; readonly most: number; readonly base: number },
): { readonly text: string; readonly end: number } {
  let value = 0;
  let i = form.from;
  while (i < form.from + form.most && i < text.length) {
    const digit = digitValue(text.charAt(i), form.base);
    if (digit < 0) break;
    value = value * form.base + digit;
    i += 1;
  }
  if (i === form.from) return { text: text.charAt(form.from - 1), end: form.from };
  return { text: String.fromCharCode(value & 0xff), end: i };
}

function digitValue(c: string, base: number): number {
  const value = '0123456789abcdef'.indexOf(c.toLowerCase());
  return c !== '' && value < base ? value : -1;
}
