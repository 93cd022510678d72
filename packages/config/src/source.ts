import { isBlank } from './words.ts';

/** A file as the reader found it; exactly one of text and problem. */
export type SourceFile =
  | { readonly path: string; readonly text: string }
  | {
      readonly path: string;
      /** Why it was left alone; keepalived skips directories and executable files. */
      readonly problem: 'directory' | 'not a regular file' | 'executable' | 'unreadable';
      /** Of one that cannot be read: why, in a few words such as `permission denied`. */
      readonly reason?: string;
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

/** One reading of a file; a file that is included twice has two. */
export interface FileReading {
  readonly path: string;
  /** The include line; absent for a main file. */
  readonly includedBy?: Line;
}

/** A definition whose value went into a line. */
export interface UsedDefinition {
  readonly name: string;
  /** Where the value was given. */
  readonly line: Line;
}

/** How a line came to differ from what stands in its file. */
export interface Expansion {
  /** The line as it stands in the file; columns of the expanded one count in its own text. */
  readonly origin: string;
  /** In order of use, each once. */
  readonly definitions: readonly UsedDefinition[];
  /** Outermost first; `values` is such as `N=3`. */
  readonly repetitions: readonly { readonly kind: string; readonly values: string }[];
}

/** A part of a text; offsets are 0-based and end before `to`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What makes a line, with the part of `source` that it is. */
interface LineParts extends Stretch {
  readonly file: FileReading;
  readonly number: number;
  readonly source: string;
  readonly expansion?: Expansion | undefined;
}

/**
 * One line as the parser sees it. Expansion (includes, definitions) happens before, so that
 * everything after this stage knows only lines and where each came from. It stays part of its
 * file's text, because most lines are looked at and never needed by themselves.
 */
export class Line implements Stretch {
  readonly file: FileReading;
  /** 1-based. */
  readonly number: number;
  /** The text that the line is part of. */
  readonly source: string;
  readonly from: number;
  /** Without its line break. */
  readonly to: number;
  /** Blanks before the first word, in characters. */
  readonly indent: number;
  /** Absent where the text is that of the file. */
  readonly expansion: Expansion | undefined;

  /** @param parts - taken as they are */
  constructor({ file, number, source, from, to, expansion }: LineParts) {
    this.file = file;
    this.number = number;
    this.source = source;
    this.from = from;
    this.to = to;
    this.expansion = expansion;
    let start = from;
    while (start < to && isBlank(source.charCodeAt(start))) start += 1;
    this.indent = start - from;
  }

  /**
   * @param text - what the line reads
   * @param expansion - how that came about
   */
  as(text: string, expansion?: Expansion): Line {
    const { file, number } = this;
    return new Line({ file, number, source: text, from: 0, to: text.length, expansion });
  }

  /** Without its line break. */
  get text(): string {
    return this.source.slice(this.from, this.to);
  }
}

/** A part of a line; offsets are 0-based and end before `end`. */
export interface Place {
  readonly line: Line;
  readonly start: number;
  readonly end: number;
}
