import { word, type Argument } from './argument.ts';
import type { Call } from './call.ts';
import { readWord } from './composer.ts';
import type { Form, Option, Options, Words } from './form.ts';
import { nearest } from './nearest.ts';
import type { Word } from './words.ts';

/** What comes of reading a form; a word that is wrong is absent. */
export type Values<W extends Words, O extends Options> = {
  readonly [K in keyof W]?: W[K] extends { readonly several: true }
    ? readonly ValueOf<W[K]>[]
    : ValueOf<W[K]>;
} & {
  readonly [K in keyof O]?: O[K] extends { readonly argument: Argument<infer T> } ? T : true;
};
type ValueOf<P> = P extends Argument<infer T> ? T : never;

/** A word that has found its place. */
interface Placed {
  /** Of the parameter or option. */
  readonly name: string;
  /** Absent for an option that stands alone. */
  readonly argument?: Argument<unknown>;
  /** There may be several. */
  readonly several?: boolean;
  readonly option?: Option;
  /** The value; the option itself where it stands alone. */
  readonly word: Word;
}

/** Which word is what, and those that are nothing. */
interface Placement {
  readonly placed: readonly Placed[];
  /** From the first on that no place is left for. */
  readonly surplus: readonly Word[];
  /** Words that are the name of no option. */
  readonly unknown: readonly Word[];
  /** An option that lacks its value; the last word. */
  readonly incomplete?: Word;
}

/**
 * Finds out which word is what.
 * @param form - of the words
 * @param words - after the keyword, or of an entry
 */
function placeWords(form: Form, words: readonly Word[]): Placement {
  const parameters = Object.entries(form.words);
  const hasOptions = Object.keys(form.options).length > 0;
  const placed: Placed[] = [];
  const unknown: Word[] = [];
  let next = 0;
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as Word;
    const isNeeded = next < parameters.length && parameters[next]?.[1].optional !== true;
    const option = isNeeded && !form.optionsFirst ? undefined : optionOf(form, word.text);
    if (option !== undefined) {
      const { argument } = option[1];
      const value = argument === undefined ? word : words[(i += 1)];
      if (value === undefined) return { placed, surplus: [], unknown, incomplete: word };
      placed.push({
        name: option[0],
        option: option[1],
        word: value,
        ...(argument && { argument }),
      });
      continue;
    }
    next = placeFor(parameters, next, word);
    const [name, parameter] = parameters[next] ?? [];
    if (name !== undefined && parameter !== undefined) {
      placed.push({ name, argument: parameter, several: parameter.several === true, word });
      if (!parameter.several) next += 1;
    } else if (hasOptions) unknown.push(word);
    else return { placed, surplus: words.slice(i), unknown };
  }
  return { placed, surplus: [], unknown };
}

/** A word that cannot be what may be left out is taken for what comes after that. */
function placeFor(
  parameters: readonly (readonly [string, Words[string]])[],
  next: number,
  word: Word,
): number {
  let place = next;
  while (parameters[place]?.[1].optional && !parameters[place]?.[1].read(word.text).ok) place += 1;
  return place < parameters.length ? place : next;
}

/** @returns the option that goes by this name, and its first name */
export function optionOf(form: Form, text: string): readonly [string, Option] | undefined {
  const own = Object.hasOwn(form.options, text) ? form.options[text] : undefined;
  if (own !== undefined) return [text, own];
  return Object.entries(form.options).find(([, option]) => option.aliases?.includes(text));
}

/**
 * Reads words by their form, complaining about those that are wrong.
 * @param form - of the words
 * @param words - after the keyword, or of an entry
 * @param call - the statement
 * @returns what is right; undefined when something is wrong that must be there
 */
export function readForm<W extends Words, O extends Options>(
  form: Form<W, O>,
  words: readonly Word[],
  call: Call,
): Values<W, O> | undefined {
  const { placed, surplus, unknown, incomplete } = placeWords(form, words);
  const values: Record<string, unknown> = {};
  // Entries stand on lines of their own, so that their keyword says nothing more.
  const prefix = words[0] === call.argument(1) ? `${call.keyword} ` : '';
  for (const each of placed) readPlaced(each, values, { call, prefix });
  for (const each of unknown) complainUnknownOption(form, each, call);
  if (incomplete !== undefined) {
    call.complain('MISSING_VALUE', `'${incomplete.text}' has no value; ignoring it`, {
      at: incomplete,
    });
  }
  const [extra] = surplus;
  const last = surplus.at(-1);
  if (extra !== undefined && last !== undefined) {
    call.complain('EXTRA_WORDS', `${call.keyword} ignores '${extra.text}' and what follows it`, {
      at: { line: extra.line, start: extra.start, end: last.end },
      severity: 'note',
    });
  }
  for (const [name, parameter] of Object.entries(form.words)) {
    if (parameter.optional === true || name in values) continue;
    if (!placed.some((each) => each.name === name)) {
      call.complain('MISSING_VALUE', `${call.keyword} lacks its ${name}; ignoring it`, {
        at: words[0],
      });
    }
    return undefined;
  }
  return values as Values<W, O>;
}

function readPlaced(
  placed: Placed,
  values: Record<string, unknown>,
  context: { readonly call: Call; readonly prefix: string },
): void {
  const { call, prefix } = context;
  const { name, argument, option, word } = placed;
  if (option?.withoutEffect !== undefined) call.sayWithoutEffect(name, option.withoutEffect, word);
  const value =
    argument === undefined
      ? true
      : readWord(argument, word, {
          call,
          ...(name === 'value' ? {} : { name: `${prefix}${name}` }),
        });
  if (value === undefined) return;
  if (placed.several) values[name] = [...((values[name] as unknown[] | undefined) ?? []), value];
  else values[name] = value;
}

/** @returns every spelling of every option */
export function optionNames(form: Form): readonly string[] {
  return Object.entries(form.options).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
}

const ANY_WORD = word().schema['pattern'];

function complainUnknownOption(form: Form, word: Word, call: Call): void {
  const names = optionNames(form);
  const [first] = Object.values(form.words);
  // What any word may be says nothing.
  const isAnother = first?.schema['pattern'] !== ANY_WORD && first?.read(word.text).ok === true;
  const near = nearest(word.text, names);
  call.complain('UNKNOWN_OPTION', `'${word.text}' is no option of ${call.keyword}; ignoring it`, {
    at: word,
    hint: isAnother ? 'write one entry per line' : near && `did you mean '${near}'?`,
  });
}
