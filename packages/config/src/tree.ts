import type { Line, Place } from './source.ts';
import type { Word } from './words.ts';

/** A comment; `trailing` when something else stands before it on the line. */
export interface Comment extends Place {
  readonly kind: 'comment';
  readonly trailing: boolean;
}

/** `start` and `end` enclose the text without blanks around it, braces or comment. */
export interface Statement extends Place {
  readonly kind: 'statement';
  /** Split the plain way, the keyword first; some keywords split the text their own way. */
  readonly words: readonly Word[];
  /** The first word, without its quotes. */
  readonly keyword: string;
  /** Filled in when a `{` follows. */
  block: Block | undefined;
}

/** What stands between braces, in order, comments included. */
export interface Block {
  /** The opening brace; the root block has none. */
  readonly open: Place | undefined;
  /** The closing brace, when the file has it. */
  close: Place | undefined;
  readonly children: (Statement | Comment)[];
  /** What the same text was understood as before; then it has no children. */
  meaning: object | undefined;
}

/**
 * @param line - the line the brace stands on
 * @param at - 0-based offset of the brace
 * @returns the brace's place
 */
export function bracePlace(line: Line, at: number): Place {
  return { line, start: at, end: at + 1 };
}
