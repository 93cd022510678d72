import type { Place } from './source.ts';

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
export function splitWords(place: Place): Word[] {
  const { line, end } = place;
  const { text } = line;
  const words: Word[] = [];
  let i = place.start;
  while (i < end) {
    const c = text.charCodeAt(i);
    if (isBlank(c)) i += 1;
    else
      i =
        c === 0x22
          ? quotedWord({ line, start: i, end }, words)
          : bareWord({ line, start: i, end }, words);
  }
  return words;
}

/**
 * @param text - part of a line outside quotes
 * @returns the text without backslashes before comment signs
 */
function unescapeCommentSigns(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\([#!])/g, '$1') : text;
}

/** @returns whether the character separates words */
export function isBlank(c: number): boolean {
  return c === 0x20 || c === 0x09;
}

function quotedWord({ line, start, end }: Place, words: Word[]): number {
  const found = line.text.indexOf('"', start + 1);
  const closing = found < 0 || found >= end ? end : found;
  const after = Math.min(closing + 1, end);
  const text = line.text.slice(start + 1, closing);
  if (closing < end) words.push({ line, start, end: after, text });
  else words.push({ line, start, end: after, text, unterminated: true });
  return after;
}

function bareWord({ line, start, end }: Place, words: Word[]): number {
  let i = start + 1;
  while (i < end) {
    const c = line.text.charCodeAt(i);
    if (isBlank(c) || c === 0x22) break;
    i += 1;
  }
  words.push({ line, start, end: i, text: unescapeCommentSigns(line.text.slice(start, i)) });
  return i;
}
