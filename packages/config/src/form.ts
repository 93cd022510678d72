import { anyWord, word, type Argument } from './argument.ts';

/** A word in its place. */
type Parameter<T = unknown> = Argument<T> & {
  /** It may be left out. */
  readonly optional?: true;
  /** It stands once or more, and is the last. */
  readonly several?: true;
};

/** A word that is known by its name, and the one that may follow it. */
export interface Option<T = unknown> {
  /** Absent: the name says it all, or more than a word follows. */
  readonly argument?: Argument<T>;
  /** Words that may stand between the name and its value. */
  readonly qualifiers?: readonly string[];
  /** What follows the name, as far as it goes. */
  readonly inner?: Form;
  /** There may be several of it. */
  readonly several?: true;
  /** It stands before the words. */
  readonly leads?: true;
  /** Other spellings. */
  readonly aliases?: readonly string[];
  /** As for keywords. */
  readonly withoutEffect?: true | string;
  readonly since?: string;
  /** One line for the reference; absent where the name says it. */
  readonly doc?: string;
}

/** By the name that each has as data, in their order. */
export type Words = Readonly<Record<string, Parameter>>;
/** By name. */
export type Options = Readonly<Record<string, Option>>;

/** What the words after a keyword, or of an entry, are: some in their places, then options. */
export interface Form<W extends Words = Words, O extends Options = Options> {
  readonly words: W;
  /** In any order. */
  readonly options: O;
  /** Exactly one of these words and options must be there. */
  readonly either?: readonly string[];
  /** How many words there must be. */
  readonly least: number;
  /** With anything wrong in it, nothing of it counts. */
  readonly strict?: true;
  /** A line with rules of its own for quotes: a command with its account, or text as it stands. */
  readonly line?: 'command' | 'text';
}

const NONE = {} as const;

/**
 * @param words - in their places, by the name that they have as data; `value` for an only one
 * @param options - that may follow
 * @param rest - what else there is to say
 * @returns the form
 */
export function form<W extends Words, const O extends Options = typeof NONE>(
  words: W,
  options: O = NONE as Options as O,
  rest: Partial<Pick<Form, 'either' | 'least' | 'strict'>> = {},
): Form<W, O> {
  const least = Object.values(words).filter((each) => each.optional !== true).length;
  return { words, options, least, ...rest };
}

/** @returns the same word, but it may be left out */
export function optional<T>(argument: Argument<T>): Argument<T> & { readonly optional: true } {
  return { ...argument, optional: true };
}

/** @returns the same word, once or more */
export function several<T>(argument: Argument<T>): Argument<T> & { readonly several: true } {
  return { ...argument, several: true };
}

/** A keyword, or an entry, that stands alone. */
export const NOTHING: Form = form({});

/** What most blocks begin with. */
export const NAME: Form = form({ name: anyWord('NAME') });

/** The account that something runs as. */
export const ACCOUNT: Form = form({ user: word(), group: optional(word()) });

const ANY_TEXT: Argument<string> = { ...word(), schema: { type: 'string' } };

/** `COMMAND [USER [GROUP]]`: program and arguments are one word each as data. */
export const COMMAND: Form = {
  words: { command: several(ANY_TEXT), user: optional(ANY_TEXT), group: optional(ANY_TEXT) },
  options: {},
  line: 'command',
  // Whoever reads the line complains.
  least: 1,
};

/** The rest of the line, less the quotes around it. */
export const TEXT: Form = { words: { value: ANY_TEXT }, options: {}, least: 1, line: 'text' };
