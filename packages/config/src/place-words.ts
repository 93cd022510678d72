import type { Argument } from './argument.ts';
import type { Form, Option, Words } from './form.ts';
import type { Word } from './words.ts';

/** A word that has found its place. */
export interface Placed {
  /** Of the parameter or option. */
  readonly name: string;
  /** Absent for an option that stands alone. */
  readonly argument?: Argument<unknown>;
  /** There may be several. */
  readonly several?: boolean;
  readonly option?: Option;
  /** A word between the option and its value. */
  readonly qualifier?: Word;
  /** What follows an option that has a form of its own. */
  readonly inner?: Placement;
  /** The value; the option itself where it has none. */
  readonly word: Word;
}

/** Which word is what, and those that are nothing. */
export interface Placement {
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
 * @returns each word's place; nothing is said of whether it is right there
 */
export function placeWords(form: Form, words: readonly Word[]): Placement {
  return new Placer(form, words, 0).run(false);
}

/** What of a form is looked up for each line. */
interface FormIndex {
  readonly parameters: readonly NamedParameter[];
  /** By every spelling, with the first one. */
  readonly options: ReadonlyMap<string, NamedOption>;
}

type NamedParameter = readonly [string, Words[string]];
type NamedOption = readonly [string, Option];

const INDICES = new WeakMap<Form, FormIndex>();

function indexOf(form: Form): FormIndex {
  const known = INDICES.get(form);
  if (known !== undefined) return known;
  const index = { parameters: Object.entries(form.words), options: bySpelling(form) };
  INDICES.set(form, index);
  return index;
}

/** A name of its own comes before another's alias. */
function bySpelling({ options }: Form): ReadonlyMap<string, NamedOption> {
  const named = Object.entries(options);
  const aliases = named.flatMap((each) =>
    (each[1].aliases ?? []).map((alias) => [alias, each] as const),
  );
  return new Map([...aliases.toReversed(), ...named.map((each) => [each[0], each] as const)]);
}

/** @returns the words of a form in their places, by name */
export function parametersOf(form: Form): readonly NamedParameter[] {
  return indexOf(form).parameters;
}

/** @returns every spelling of every option */
export function optionNames(form: Form): readonly string[] {
  return Object.entries(form.options).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
}

class Placer {
  readonly #words: readonly Word[];
  readonly #parameters: FormIndex['parameters'];
  readonly #options: FormIndex['options'];
  readonly #placed: Placed[] = [];
  readonly #unknown: Word[] = [];
  /** Of the parameters. */
  #next = 0;
  /** Of the words. */
  #at: number;

  constructor(form: Form, words: readonly Word[], at: number) {
    const { parameters, options } = indexOf(form);
    this.#words = words;
    this.#at = at;
    this.#parameters = parameters;
    this.#options = options;
  }

  /** @param isInner - ends at the first word that is not its own */
  run(isInner: boolean): Placement {
    for (let word = this.#words[this.#at]; word !== undefined; word = this.#words[this.#at]) {
      const option = this.#optionAt(word);
      if (option !== undefined) {
        if (!this.#placeOption(option, word)) return { ...this.#placement(), incomplete: word };
      } else if (!this.#placeParameter(word, isInner)) {
        if (isInner) break;
        if (this.#options.size === 0)
          return { ...this.#placement(), surplus: this.#words.slice(this.#at) };
        this.#unknown.push(word);
        this.#at += 1;
      }
    }
    return this.#placement();
  }

  #placement(): Placement {
    return { placed: this.#placed, surplus: [], unknown: this.#unknown };
  }

  /** What must be there may have the name of an option. */
  #optionAt(word: Word): NamedOption | undefined {
    const option = this.#options.get(word.text);
    if (option === undefined) return undefined;
    const parameter = this.#parameters[this.#next]?.[1];
    const isNeeded = parameter !== undefined && parameter.optional !== true;
    return isNeeded && !option[1].leads ? undefined : option;
  }

  /** @returns false when the value is missing */
  #placeOption([name, option]: NamedOption, word: Word): boolean {
    const { argument, qualifiers = [], inner, several = false } = option;
    this.#at += 1;
    if (inner !== undefined) {
      const placer = new Placer(inner, this.#words, this.#at);
      this.#placed.push({ name, option, word, several, inner: placer.run(true) });
      this.#at = placer.#at;
      return true;
    }
    if (argument === undefined) {
      this.#placed.push({ name, option, word });
      return true;
    }
    const first = this.#words[this.#at];
    const isQualified = first !== undefined && qualifiers.includes(first.text);
    const value = isQualified ? this.#words[this.#at + 1] : first;
    if (value === undefined) return false;
    this.#placed.push({
      name,
      option,
      argument,
      several,
      word: value,
      ...(isQualified && { qualifier: first }),
    });
    this.#at += isQualified ? 2 : 1;
    return true;
  }

  /** @returns false when there is no place left, or the word may be one of what goes on around it */
  #placeParameter(word: Word, isInner: boolean): boolean {
    this.#next = placeFor(this.#parameters, this.#next, word);
    const [name, argument] = this.#parameters[this.#next] ?? [];
    if (name === undefined || argument === undefined) return false;
    if (isInner && argument.optional && !argument.read(word.text).ok) return false;
    this.#placed.push({ name, argument, several: argument.several === true, word });
    if (!argument.several) this.#next += 1;
    this.#at += 1;
    return true;
  }
}

/** A word that cannot be what may be left out is taken for what comes after that. */
function placeFor(parameters: readonly NamedParameter[], next: number, word: Word): number {
  let place = next;
  while (parameters[place]?.[1].optional && !parameters[place]?.[1].read(word.text).ok) place += 1;
  return place < parameters.length ? place : next;
}
