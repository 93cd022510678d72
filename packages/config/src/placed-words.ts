/** The words of a route or rule that are in their places, as values. */
import type { IpFamily } from '@tandem/inet';
import type { Box, NameTable } from './box.ts';
import type { Call } from './call.ts';
import { parsePrefixedInteger } from './number.ts';
import type { Placed } from './place-words.ts';
import { MOST, numberOf, realmsOf } from './routing-names.ts';
import type { Word } from './words.ts';

/** Why a line cannot be used. */
export interface Fault {
  readonly message: string;
  readonly at: Word | undefined;
  readonly hint: string | undefined;
}

/** RTPROT_KEEPALIVED, by which routes and rules are known as ours. */
export const OWN_PROTOCOL = 18;

const BOOLEANS: Readonly<Record<string, boolean>> = {
  enabled: true,
  disabled: false,
  on: true,
  off: false,
  '1': true,
  '0': false,
};

/** Gives the values of words by name, and remembers what is wrong with them. */
export class PlacedWords {
  readonly #placed: readonly Placed[];
  readonly #call: Call;
  /** The first is worth telling. */
  readonly faults: Fault[];

  constructor(placed: readonly Placed[], call: Call, faults: Fault[] = []) {
    this.#placed = placed;
    this.#call = call;
    this.faults = faults;
  }

  /** @returns whether the word, or option, is there */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /** @returns the value as written */
  text(name: string): string | undefined {
    return this.#find(name)?.word.text;
  }

  /** @returns where the value stands */
  wordsOf(name: string): Word[] {
    return this.#placed.filter((each) => each.name === name).map(({ word }) => word);
  }

  /** @returns whether `lock` stands before the value */
  isLocked(name: string): boolean {
    return this.#find(name)?.qualifier?.text === 'lock';
  }

  /** @returns the value, as a number in any base */
  number(name: string): number | undefined {
    return this.#read(name, 'a number', (text) => parsePrefixedInteger(text));
  }

  /** @returns the value, as a number or a name of the table */
  named(name: string, table: NameTable): number | undefined {
    return this.#read(name, `a number up to ${MOST[table]}, or a name in ${table}`, (text, box) =>
      numberOf(text, table, box),
    );
  }

  /**
   * Fails for options of the other family.
   * @param families - by name of the option, the one that has it
   */
  failOfOtherFamily(families: Readonly<Record<string, IpFamily>>, family: IpFamily): void {
    for (const [name, only] of Object.entries(families)) {
      if (only !== family && this.has(name)) this.fail(`${name} is for IPv${only} only`, name);
    }
  }

  /** @returns the value, as the kernel has realms */
  realms(name: string): number | undefined {
    return this.#read(name, 'a realm, or two with a slash', realmsOf);
  }

  /** @returns the number of one of these names, or the number as it is */
  oneOf(name: string, values: Readonly<Record<string, number>>): number | undefined {
    const limit = `one of ${Object.keys(values).join(', ')}`;
    return this.#read(name, limit, (text) => values[text] ?? parsePrefixedInteger(text));
  }

  /** @returns the value, as yes or no */
  boolean(name: string): boolean | undefined {
    return this.#read(name, 'enabled or disabled', (text) => BOOLEANS[text]);
  }

  /** @returns what follows each option of that name; its faults are of the line, too */
  inner(name: string): PlacedWords[] {
    return this.#placed
      .filter((each) => each.name === name)
      .map(({ inner }) => new PlacedWords(inner?.placed ?? [], this.#call, this.faults));
  }

  /** @returns those of the values that are there */
  given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
    const entries = Object.entries(values).filter(([, value]) => value !== undefined);
    return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
  }

  /** The line cannot be used. */
  fail(message: string, name?: string, hint?: string): void {
    const word = name === undefined ? this.#placed[0]?.word : this.#find(name)?.word;
    this.faults.push({ message, at: word, hint });
  }

  #find(name: string): Placed | undefined {
    return this.#placed.findLast((each) => each.name === name);
  }

  #read<T>(
    name: string,
    limit: string,
    parse: (text: string, box: Required<Box>) => T | undefined,
  ): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = parse(text, this.#call.session.box);
    if (value === undefined) this.fail(`${name} must be ${limit}, got '${text}'`, name);
    return value;
  }
}
