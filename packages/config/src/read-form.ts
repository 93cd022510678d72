import { word, type Argument } from './argument.ts';
import type { Call } from './call.ts';
import { readWord } from './composer.ts';
import type { Form, Options, Words } from './form.ts';
import { nearest } from './nearest.ts';
import { optionNames, parametersOf, placeWords, type Placed } from './place-words.ts';
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
  for (const [name, parameter] of parametersOf(form)) {
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
