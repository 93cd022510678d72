import type { Argument } from './argument.ts';
import type { Call } from './call.ts';

/** What every row of a keyword table says, for the parser, the messages and the reference. */
export interface KeywordFacts {
  readonly keyword: string;
  /** Other spellings, as good as the first. */
  readonly aliases?: readonly string[];
  /** Old spellings, accepted with a warning that names the new one. */
  readonly deprecated?: readonly string[];
  /**
   * What keepalived does when the parameter is missing: complain and go on, or say nothing.
   * Absent: it stops at once.
   */
  readonly bare?: 'error' | 'note';
  /**
   * The daemon does not act on it yet, which is said once per file; a text says what therefore does
   * not happen and makes that a warning.
   */
  readonly withoutEffect?: true | string;
  /** The first keepalived that has it, where that is later than 2.2.7. */
  readonly since?: string;
  /** One line for the reference. */
  readonly doc: string;
}

/** A keyword with one value that lands in one field of the draft. */
export type ValueKeyword<D> = {
  readonly [K in keyof D & string]-?: KeywordFacts & {
    readonly kind: 'value';
    readonly set: K;
    readonly argument: Argument<Exclude<D[K], undefined>>;
    /** Says more about a rejected value than the argument's own limits. */
    readonly fallback?: string;
    /** Without a valid value keepalived does not start. */
    readonly required?: true;
  };
}[keyof D & string];

/** A keyword without argument: its presence is the value. */
type FlagKeyword<D> = {
  readonly [K in keyof D & string]-?: KeywordFacts & {
    readonly kind: 'flag';
    readonly set: K;
    readonly to: Exclude<D[K], undefined>;
  };
}[keyof D & string];

/** A keyword whose words need code of their own. */
interface CustomKeyword<D> extends KeywordFacts {
  readonly kind: 'custom';
  /** Form of the words after the keyword, for the reference. */
  readonly form: string;
  /** How many words must follow. */
  readonly words: number;
  /** Set where the line is a command, which has rules of its own for quotes. */
  readonly script?: true;
  apply(draft: D, call: Call): void;
}

/** A keyword that opens a block. */
interface BlockKeyword<D> extends KeywordFacts {
  readonly kind: 'block';
  readonly form: string;
  readonly words: number;
  readonly grammar: BlockGrammar;
  /** Composes the block, normally by `composeBlock` with a draft of its own. */
  apply(draft: D, call: Call): void;
}

/** One row of a keyword table. */
export type Keyword<D> = ValueKeyword<D> | FlagKeyword<D> | CustomKeyword<D> | BlockKeyword<D>;

/** What may stand in a block, as far as the tree parser needs to know. */
export interface BlockGrammar {
  /** The keyword that opens it. */
  readonly name: string;
  /** Keywords, or one entry per line, or words. */
  readonly content: 'keywords' | 'entries' | 'words';
  /**
   * @param keyword - any word
   * @returns undefined when it is unknown here; else the grammar of its block, or null without one
   */
  blockOf(keyword: string): BlockGrammar | null | undefined;
}

/** A block of keywords that fill a draft. */
export interface KeywordGrammar<D> extends BlockGrammar {
  readonly content: 'keywords';
  /** By spelling. */
  readonly keywords: ReadonlyMap<string, Keyword<D>>;
  /** The rows, for the reference. */
  readonly rows: readonly Keyword<D>[];
}

/**
 * @param name - the keyword that opens the block
 * @param rows - its keyword table
 * @returns the grammar, indexed by every spelling
 */
export function keywordGrammar<D>(name: string, rows: readonly Keyword<D>[]): KeywordGrammar<D> {
  const keywords = new Map<string, Keyword<D>>();
  for (const row of rows) {
    for (const spelling of [row.keyword, ...(row.aliases ?? []), ...(row.deprecated ?? [])]) {
      keywords.set(spelling, row);
    }
  }
  return {
    name,
    content: 'keywords',
    keywords,
    rows,
    blockOf(keyword) {
      const row = keywords.get(keyword);
      if (row === undefined) return undefined;
      return row.kind === 'block' ? row.grammar : null;
    },
  };
}

/**
 * @param name - the keyword that opens the block
 * @param content - one entry per line, or words with no regard to lines
 * @returns a grammar without keywords
 */
export function listGrammar(name: string, content: 'entries' | 'words'): BlockGrammar {
  return { name, content, blockOf: () => undefined };
}
