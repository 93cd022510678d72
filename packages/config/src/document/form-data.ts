import type { Argument, Datum } from '../argument.ts';
import type { Form } from '../form.ts';
import type { Data } from '../grammar.ts';
import { placeWords, type Placed, type Placement } from '../place-words.ts';
import { splitScript } from '../script-words.ts';
import type { Place } from '../source.ts';
import type { Word } from '../words.ts';

/** Data with names. */
export type Members = { readonly [name: string]: Data };

/**
 * Whether a form has one word only, which then is the data; a bare keyword is `true`.
 * @param form - of a keyword or an entry
 */
export function isSingle(form: Form): boolean {
  const names = Object.keys(form.words);
  const isOne = names.length === 0 || (names.length === 1 && names[0] === 'value');
  return isOne && Object.keys(form.options).length === 0;
}

/**
 * Whether a form has one word and options: then the word alone is the data where it has none, and
 * a bare keyword `true`.
 * @param form - of a keyword or an entry
 */
export function hasOptionalParts(form: Form): boolean {
  const names = Object.keys(form.words);
  return names.length === 1 && names[0] === 'value' && !isSingle(form);
}

/**
 * Reads words as plain data, as far as they are right.
 * @param form - of the words
 * @param words - after the keyword, or of an entry
 * @returns the data; undefined when something is wrong that must be there
 */
export function dataOf(form: Form, words: readonly Word[]): Data | undefined {
  const members = membersOf(form, words);
  if (members === undefined) return undefined;
  if (hasOptionalParts(form)) return simplest(members);
  if (!isSingle(form)) return members;
  const argument = form.words['value'];
  if (members['value'] !== undefined || argument === undefined) return members['value'] ?? true;
  if (words.length > 0) return undefined;
  return argument.absent === undefined ? true : argument.data(argument.absent);
}

/** @returns members without names where they need none */
function simplest(members: Members): Data {
  const names = Object.keys(members);
  if (names.length === 0) return true;
  return names.join() === 'value' ? (members['value'] as Data) : members;
}

/**
 * The same by name, also of a single word.
 * @param form - of the words
 * @param words - after the keyword, or of an entry
 */
export function membersOf(form: Form, words: readonly Word[]): Members | undefined {
  if (words.length < form.least) return undefined;
  return membersIn(form, placeWords(form, words));
}

function membersIn(form: Form, placement: Placement): Members | undefined {
  const members: Record<string, Data> = {};
  const { surplus, unknown, incomplete } = placement;
  let isRight = surplus.length + unknown.length === 0 && incomplete === undefined;
  for (const placed of placement.placed) {
    const data = placedData(placed);
    if (data === undefined) isRight = false;
    else if (placed.several !== true) members[placed.name] = data;
    else members[placed.name] = [...((members[placed.name] as Data[] | undefined) ?? []), data];
  }
  if (form.strict && !isRight) return undefined;
  return isComplete(form, members) ? members : undefined;
}

function isComplete(form: Form, members: Members): boolean {
  if (form.least > 0 && Object.keys(members).length === 0) return false;
  const needed = Object.entries(form.words).filter(([, argument]) => argument.optional !== true);
  if (needed.some(([name]) => !(name in members))) return false;
  return form.either === undefined || form.either.filter((each) => each in members).length === 1;
}

function placedData({ argument, option, qualifier, inner, word }: Placed): Data | undefined {
  if (inner !== undefined && option?.inner !== undefined) return membersIn(option.inner, inner);
  if (argument === undefined) return true;
  const data = datumOf(argument, word.text);
  return data === undefined || qualifier === undefined ? data : `${qualifier.text} ${data}`;
}

function datumOf(argument: Argument<unknown>, text: string): Datum | undefined {
  const reading = argument.read(text);
  return reading.ok ? argument.data(reading.value) : undefined;
}

/**
 * Reads a line that has rules of its own for quotes.
 * @param line - which rules
 * @param text - what stands after the keyword
 * @returns the data; undefined when nothing can be run
 */
export function lineData(
  line: 'command' | 'text',
  { line: { text }, start, end }: Place,
): Data | undefined {
  const given = text.slice(start, end).trim();
  if (line === 'text') {
    const isQuoted = given.length > 1 && given.startsWith('"') && given.endsWith('"');
    const inner = isQuoted ? given.slice(1, -1) : given;
    return inner === '' ? undefined : inner;
  }
  const fields = splitScript(given, 3);
  const command = fields.ok ? splitScript(fields.words[0] ?? '') : fields;
  if (!fields.ok || !command.ok || command.words.length === 0) return undefined;
  const [, user, group] = fields.words;
  return {
    command: command.words,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
  };
}
