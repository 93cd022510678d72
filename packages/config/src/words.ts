import type { Line, Place } from './source.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** One word of a statement; the place includes its quotes. */
export interface Word extends Place {
  /** Without quotes, and without the backslash before a comment sign. */
  readonly text: string;
  /** Present on a quoted word whose closing quote the line does not have. */
  readonly unterminated?: true;
}

/**
 * Splits a statement the plain way: at blanks; a word that begins with `"` runs to the next `"`
 * without escapes; a `"` also ends a word that began without one.
 * @param place - a statement's text, free of braces and comments outside quotes
 * @returns its words; never empty for a statement that the lexer made
 */
export function splitWords({ line, start, end }: Place): readonly Word[] {
  const { source, from } = line;
  const to = from + end;
  let first: Word | undefined;
  let words: Word[] | undefined;
  let i = from + start;
  while (i < to) {
    const c = source.charCodeAt(i);
    if (isBlank(c)) {
      i += 1;
      continue;
    }
    const word = c === QUOTE ? quotedWord(line, i, to) : bareWord(line, i, to);
    i = from + word.end;
    // Most statements have one word or two, and an array that grows makes room for many more.
    if (first === undefined) first = word;
    else if (words === undefined) words = [first, word];
    else words.push(word);
  }
  return words ?? (first === undefined ? [] : [first]);
}

/**
 * @param text - part of a line outside quotes
 * @returns the text without backslashes before comment signs
 */
function unescapeCommentSigns(text: string): string {
  return text.replaceAll(/\\([#!])/g, '$1');
}

/** @returns whether the character separates words */
export function isBlank(c: number): boolean {
  return c === 0x20 || c === 0x09;
}

/** `at` and `to` are offsets in the source. */
function quotedWord(line: Line, at: number, to: number): Word {
  const { source, from } = line;
  const found = source.indexOf('"', at + 1);
  const start = at - from;
  if (found >= 0 && found < to) {
    return { line, start, end: found + 1 - from, text: source.slice(at + 1, found) };
  }
  return { line, start, end: to - from, text: source.slice(at + 1, to), unterminated: true };
}

/** `at` and `to` are offsets in the source. */
function bareWord(line: Line, at: number, to: number): Word {
  const { source, from } = line;
  let escaped = false;
  let i = at;
  for (; i < to; i += 1) {
    const c = source.charCodeAt(i);
    if (isBlank(c) || c === QUOTE) break;
    if (c === BACKSLASH) escaped = true;
  }
  const text = source.slice(at, i);
  return {
    line,
    start: at - from,
    end: i - from,
    text: escaped ? unescapeCommentSigns(text) : text,
  };
}
