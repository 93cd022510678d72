import { word, type Argument, type Datum } from './argument.ts';
import type { Call } from './call.ts';
import { form, NOTHING, optional, type Form } from './form.ts';

/** What a keyword says, as plain data. */
export type Data = Datum | readonly Data[] | { readonly [name: string]: Data };

/** Instead of a version: no keepalived has it. */
export const ONLY_HERE = 'tandem';

/**
 * @param since - of a row
 * @returns the same as a sentence
 */
export function formatSince(since: string): string {
  if (since === ONLY_HERE) return 'Only in tandem.';
  const newer = since.replace('after ', '');
  return `${newer === since ? 'Since' : 'Newer than'} keepalived ${newer}.`;
}

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
  /** The first keepalived that has it, where that is later than 2.2.7, or `ONLY_HERE`. */
  readonly since?: string;
  /** What holds without it; to write it then changes nothing. */
  readonly default?: Data;
  /** The same in words, where it is no single value: `that of the virtual server`. */
  readonly otherwise?: string;
  /**
   * The first of several counts, or the first that says something else than the default; else the
   * last does, and of lists and blocks all.
   */
  readonly firstCounts?: true | 'but the default';
  /** Several add up, word by word or option by option. */
  readonly adds?: true;
  /** The keyword that it takes back. */
  readonly undoes?: string;
  /** It stands before its neighbours, which refer to it. */
  readonly early?: true;
  /** Its block is nothing without it. */
  readonly required?: true;
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
    /** What a rejected value is taken for, where that is not what holds without the keyword. */
    readonly instead?: Exclude<D[K], undefined>;
    /** Without a valid value keepalived does not start. */
    readonly fatal?: true;
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
  /** The words after the keyword. */
  readonly form: Form;
  apply(draft: D, call: Call): void;
}

/** A keyword that opens a block. */
export interface BlockKeyword<D> extends KeywordFacts {
  readonly kind: 'block';
  /** The words before the brace. */
  readonly form: Form;
  readonly grammar: BlockGrammar;
  /** There may be several, and each is a thing of its own; else they are one. */
  readonly several?: true;
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
  /** Of an entry, or of each word. */
  readonly entry?: Form;
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

/** @returns whether a block holds keywords, not a list */
export function hasKeywords(grammar: BlockGrammar): grammar is KeywordGrammar<unknown> {
  return grammar.content === 'keywords';
}

/** The names of the fields that any kind of row has. */
type FieldOf<Row> = Row extends unknown ? keyof Row : never;

/** Every row gets every field, in this order: objects of one shape are read much faster. */
const EVERY_FIELD: Readonly<Record<FieldOf<Keyword<{ any: unknown }>>, undefined>> = {
  kind: undefined,
  keyword: undefined,
  set: undefined,
  to: undefined,
  argument: undefined,
  form: undefined,
  grammar: undefined,
  apply: undefined,
  bare: undefined,
  deprecated: undefined,
  withoutEffect: undefined,
  firstCounts: undefined,
  fallback: undefined,
  instead: undefined,
  fatal: undefined,
  doc: undefined,
  aliases: undefined,
  since: undefined,
  default: undefined,
  otherwise: undefined,
  adds: undefined,
  undoes: undefined,
  early: undefined,
  required: undefined,
  several: undefined,
};

/**
 * @param name - the keyword that opens the block
 * @param rows - its keyword table
 * @returns the grammar, indexed by every spelling
 */
export function keywordGrammar<D>(name: string, rows: readonly Keyword<D>[]): KeywordGrammar<D> {
  const keywords = new Map<string, Keyword<D>>();
  for (const row of rows) {
    const alike = { ...EVERY_FIELD, ...row } as Keyword<D>;
    for (const spelling of [row.keyword, ...(row.aliases ?? []), ...(row.deprecated ?? [])]) {
      keywords.set(spelling, alike);
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
 * @param entry - what each line is; absent: words with no regard to lines
 * @returns a grammar without keywords
 */
export function listGrammar(name: string, entry?: Form): BlockGrammar {
  return {
    name,
    content: entry === undefined ? 'words' : 'entries',
    entry: entry ?? ANY_WORD,
    blockOf: () => undefined,
  };
}

const ANY_WORD = form({ value: word() });

/**
 * @param keyword - a row of a table
 * @returns what its words are; of a block, those before the brace
 */
export function formOf<D>(keyword: Keyword<D>): Form {
  if (keyword.kind === 'flag') return NOTHING;
  return keyword.kind === 'value' ? formOfArgument(keyword.argument) : keyword.form;
}

/** @returns the form of a keyword with one word */
export function formOfArgument(argument: Argument<unknown>): Form {
  return form({ value: argument.absent === undefined ? argument : optional(argument) });
}

/**
 * @param keyword - a row of a table
 * @returns how many words must follow it, lest the statement be nothing
 */
export function neededAfter<D>(keyword: Keyword<D>): number {
  if (keyword.kind === 'flag') return 0;
  if (keyword.kind === 'value') return keyword.argument.absent === undefined ? 1 : 0;
  // A block that lacks its name complains itself where keepalived goes on.
  return keyword.kind === 'block' && keyword.bare !== undefined ? 0 : keyword.form.least;
}
