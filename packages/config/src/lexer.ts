import type { Stretch } from './source.ts';
import { isBlank } from './words.ts';

/** Who hears what a line consists of; offsets in the text are 0-based, `end` excluded. */
export interface TokenSink {
  /** A run of words between braces, blanks trimmed, never empty. */
  statement(start: number, end: number): void;
  open(at: number): void;
  close(at: number): void;
  /** From `#` or `!` to the end of the line. */
  comment(start: number): void;
}

const BANG = 0x21;
const QUOTE = 0x22;
const HASH = 0x23;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Cuts one line into statements, braces and a comment. Braces and comment signs count anywhere
 * outside double quotes; a backslash before a comment sign takes its meaning away. Inside quotes
 * a backslash hides the next quote if another one closes the string (script lines need that).
 * @param text - without line breaks in the part looked at, of any length; the time taken is linear
 * @param sink - told the parts in order
 * @param line - which part of the text it is; default: all
 * @see keepalived.conf(5), inventory §1.2–1.3
 */
export function lexLine(
  text: string,
  sink: TokenSink,
  { from, to }: Stretch = { from: 0, to: text.length },
): void {
  /** Of the statement so far; -1 before one. */
  let start = -1;
  let end = from;
  let escapes = true;
  let i = from;
  while (i < to) {
    const c = text.charCodeAt(i);
    if (isBlank(c)) {
      i += 1;
      continue;
    }
    if (!isStop(c)) {
      if (start < 0) start = i;
      if (c === QUOTE) {
        let closing: number = escapes ? closingQuote(text, i, to) : -1;
        escapes = closing >= 0;
        if (!escapes) closing = nextQuote(text, i, to);
        i = closing + 1;
      } else i += c === BACKSLASH ? escapeLength(text, i, to) : 1;
      end = i;
      continue;
    }
    if (start >= 0) sink.statement(start, end);
    start = -1;
    if (c === OPEN) sink.open(i);
    else if (c === CLOSE) sink.close(i);
    else {
      sink.comment(i);
      return;
    }
    i += 1;
  }
  if (start >= 0) sink.statement(start, end);
}

/**
 * @param text - holds the line
 * @param open - offset of the opening quote
 * @param to - end of the line
 * @returns offset of the closing quote that no backslash hides, or -1
 */
function closingQuote(text: string, open: number, to: number): number {
  for (let i = open + 1; i < to; i += 1) {
    const c = text.charCodeAt(i);
    if (c === BACKSLASH) i += 1;
    else if (c === QUOTE) return i;
  }
  return -1;
}

/** Whoever splits the statement into words complains about a quote that is never closed. */
function nextQuote(text: string, open: number, to: number): number {
  const next = text.indexOf('"', open + 1);
  return next < 0 || next >= to ? to - 1 : next;
}

function escapeLength(text: string, at: number, to: number): number {
  return at + 1 < to && isCommentSign(text.charCodeAt(at + 1)) ? 2 : 1;
}

/** Whether it ends a statement. */
function isStop(c: number): boolean {
  return c > HASH ? c === OPEN || c === CLOSE : isCommentSign(c);
}

function isCommentSign(c: number): boolean {
  return c === HASH || c === BANG;
}

/**
 * @param text - a line
 * @returns where its comment starts, or its length without one
 */
export function commentStart(text: string): number {
  let start = text.length;
  lexLine(text, {
    statement: ignore,
    open: ignore,
    close: ignore,
    comment(at) {
      start = at;
    },
  });
  return start;
}

/**
 * @param text - a line
 * @param at - where its comment starts
 * @returns whether the comment looks like a part of the word before it, as in `p!ss`
 */
export function isGlued(text: string, at: number): boolean {
  const [before = ' ', after = ' '] = [text[at - 1], text[at + 1]];
  return at > 0 && !/[ \t"{};]/.test(before) && !/[ \t#!-]/.test(after);
}

function ignore(): void {
  // The tokens before a comment do not matter here.
}
