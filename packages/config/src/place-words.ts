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

/** @returns the option that goes by this name, and its first name */
function optionOf(form: Form, text: string): readonly [string, Option] | undefined {
  const own = Object.hasOwn(form.options, text) ? form.options[text] : undefined;
  if (own !== undefined) return [text, own];
  return Object.entries(form.options).find(([, option]) => option.aliases?.includes(text));
}

/** @returns every spelling of every option */
export function optionNames(form: Form): readonly string[] {
  return Object.entries(form.options).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
}

class Placer {
  readonly #form: Form;
  readonly #words: readonly Word[];
  readonly #parameters: readonly (readonly [string, Words[string]])[];
  readonly #hasOptions: boolean;
  readonly #placed: Placed[] = [];
  readonly #unknown: Word[] = [];
  /** Of the parameters. */
  #next = 0;
  /** Of the words. */
  #at: number;

  constructor(form: Form, words: readonly Word[], at: number) {
    this.#form = form;
    this.#words = words;
    this.#at = at;
    this.#parameters = Object.entries(form.words);
    this.#hasOptions = Object.keys(form.options).length > 0;
  }

  /** @param isInner - ends at the first word that is not its own */
  run(isInner: boolean): Placement {
    for (let word = this.#words[this.#at]; word !== undefined; word = this.#words[this.#at]) {
      const option = this.#optionAt(word);
      if (option !== undefined) {
        if (!this.#placeOption(option, word)) return { ...this.#placement(), incomplete: word };
      } else if (!this.#placeParameter(word, isInner)) {
        if (isInner) break;
        if (!this.#hasOptions)
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
  #optionAt(word: Word): ReturnType<typeof optionOf> {
    if (!this.#hasOptions) return undefined;
    const parameter = this.#parameters[this.#next]?.[1];
    const isNeeded = parameter !== undefined && parameter.optional !== true;
    const option = optionOf(this.#form, word.text);
    return isNeeded && !option?.[1].leads ? undefined : option;
  }

  /** @returns false when the value is missing */
  #placeOption([name, option]: readonly [string, Option], word: Word): boolean {
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
function placeFor(
  parameters: readonly (readonly [string, Words[string]])[],
  next: number,
  word: Word,
): number {
  let place = next;
  while (parameters[place]?.[1].optional && !parameters[place]?.[1].read(word.text).ok) place += 1;
  return place < parameters.length ? place : next;
}
