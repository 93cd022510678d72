/** A file as the reader found it; exactly one of text and problem. */
export type SourceFile =
  | { readonly path: string; readonly text: string }
  | {
      readonly path: string;
      /** Why it was left alone; keepalived skips directories and executable files. */
      readonly problem: 'directory' | 'not a regular file' | 'executable' | 'unreadable';
    };

/** How configuration files come in; the programs implement it over the file system. */
export interface SourceReader {
  /**
   * @param pattern - path or glob (`*`, `?`, `[…]`) as the user wrote it; of `{a,b}` one alternative
   * @param directory - what a relative pattern starts from; absent for the command line's own file
   * @returns what the pattern matches, sorted by path; empty when there is nothing
   */
  read(pattern: string, directory?: string): readonly SourceFile[];
}

/**
 * One line as the parser sees it. Expansion (includes, definitions) happens before, so that
 * everything after this stage knows only lines and where each came from.
 */
export interface Line {
  readonly file: string;
  /** 1-based. */
  readonly number: number;
  /** Without its line break. */
  readonly text: string;
  /** The line in the file, where expansion has changed it; columns then count in `text`. */
  readonly origin?: string;
}

/** A part of a line; offsets are 0-based and end before `end`. */
export interface Place {
  readonly line: Line;
  readonly start: number;
  readonly end: number;
}
