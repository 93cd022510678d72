import { isBlank } from './words.ts';

/** Who hears what a line consists of; offsets are 0-based, `end` excluded. */
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
 * @param text - without its line break, of any length; the time taken is linear in it
 * @param sink - told the parts in order
 * @see keepalived.conf(5), inventory §1.2–1.3
 */
export function lexLine(text: string, sink: TokenSink): void {
  const { length } = text;
  let start = -1;
  let end = 0;
  let escapes = true;
  let i = 0;
  const flush = (): void => {
    if (start >= 0) sink.statement(start, end);
    start = -1;
  };
  while (i < length) {
    const c = text.charCodeAt(i);
    if (isBlank(c)) {
      i += 1;
      continue;
    }
    if (isCommentSign(c)) {
      flush();
      sink.comment(i);
      return;
    }
    if (c === OPEN || c === CLOSE) {
      flush();
      sink[c === OPEN ? 'open' : 'close'](i);
      i += 1;
      continue;
    }
    if (start < 0) start = i;
    if (c === QUOTE) {
      let closing = escapes ? closingQuote(text, i) : -1;
      if (closing < 0) {
        escapes = false;
        closing = text.indexOf('"', i + 1);
      }
      // Whoever splits the statement into words complains about a quote that is never closed.
      i = closing < 0 ? length : closing + 1;
    } else {
      i += c === BACKSLASH && isCommentSign(text.charCodeAt(i + 1)) ? 2 : 1;
    }
    end = i;
  }
  flush();
}

/**
 * @param text - a line
 * @param open - offset of the opening quote
 * @returns offset of the closing quote that no backslash hides, or -1
 */
function closingQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === BACKSLASH) i += 1;
    else if (c === QUOTE) return i;
  }
  return -1;
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

function ignore(): void {
  // The tokens before a comment do not matter here.
}
