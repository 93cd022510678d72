import { parseInteger } from './number.ts';
import { createRandom, type Random } from './random.ts';
import type { Line, UsedDefinition } from './source.ts';

/** A value, and the line that gave it; names that are always there, or bound by a repetition, have none. */
interface Definition {
  readonly text: string;
  readonly line?: Line;
}

/** What a file's `$NAME=VALUE` lines have said so far, and what is always defined. */
export interface Definitions {
  readonly values: Map<string, Definition>;
  /** Where `_RANDOM` comes from; a `random_seed` line replaces it. */
  random: Random;
  readonly environment: Environment;
  /** How many more characters may come out of substitution, over all lines. */
  budget: number;
}

/** The environment of the program, for `_ENV`. */
export type Environment = (name: string) => string | undefined;

/** Substitution stopped for one of two reasons. */
export type Substitution =
  | {
      readonly ok: true;
      readonly text: string;
      /** Definitions that the text was made from, each once. */
      readonly used: readonly UsedDefinition[];
    }
  | { readonly ok: false; readonly limit: string };

/** Values may refer to values, this many times; a value that refers to itself ends here. */
const DEPTH_MAX = 32;
const CHARACTERS_MAX = 16 * 1024 * 1024;

/**
 * @param source - value of `_INSTANCE`, the environment, and what `_RANDOM` starts from
 * @returns definitions that hold only the predefined names
 */
export function createDefinitions(source: {
  readonly configId: string;
  readonly environment?: Environment;
  readonly randomSeed?: number;
}): Definitions {
  return {
    values: new Map([['_INSTANCE', { text: source.configId }]]),
    budget: CHARACTERS_MAX,
    random: createRandom(source.randomSeed ?? 0),
    environment: source.environment ?? (() => undefined),
  };
}

/**
 * Reads `$NAME=VALUE`, alone on its line.
 * @param text - without comment
 * @returns name and value, blanks around it dropped; undefined when the line is something else
 */
export function parseDefinition(
  text: string,
): { readonly name: string; readonly value: string } | undefined {
  const match = /^[ \t]*\$([A-Za-z_][A-Za-z0-9_]*)=/.exec(text);
  if (match === null) return undefined;
  return { name: match[1] ?? '', value: text.slice(match[0].length).trim() };
}

/**
 * Replaces `${NAME}` anywhere, and `$NAME` where a blank, `,`, `)` or the line's end follows. Values
 * are expanded when used, not when defined; unknown names stay as they are.
 * @param text - a line
 * @param definitions - their budget shrinks
 * @returns the line, with line breaks where a value has several lines, or the limit that was hit
 */
export function substitute(text: string, definitions: Definitions): Substitution {
  const used = new Map<string, UsedDefinition>();
  try {
    const expanded = expand(text, { definitions, used, depth: 0 });
    return { ok: true, text: expanded, used: [...used.values()] };
  } catch (error) {
    if (error instanceof LimitReached) return { ok: false, limit: error.message };
    throw error;
  }
}

/** Carries the limit out of the recursion; never leaves this file. */
class LimitReached extends Error {}

/** `${NAME}`, `${NAME WORDS}` or `$NAME`. */
export const REFERENCE: RegExp =
  /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)((?:[ \t][^{}]*)?)\}|([A-Za-z_][A-Za-z0-9_]*)(?=[ \t,)\n]|$))/g;
const SIGNS: ReadonlyMap<string, string> = new Map([
  ['_HASH', '#'],
  ['_BANG', '!'],
]);

/** How far one substitution has come. */
interface Progress {
  readonly definitions: Definitions;
  readonly used: Map<string, UsedDefinition>;
  readonly depth: number;
}

function expand(text: string, progress: Progress): string {
  if (!text.includes('$')) return text;
  const { definitions, used, depth } = progress;
  if (depth > DEPTH_MAX)
    throw new LimitReached(`values refer to values more than ${DEPTH_MAX} deep`);
  return text.replaceAll(REFERENCE, (whole: string, ...groups: readonly unknown[]) => {
    const [braced, words, bare, offset] = groups as [
      string | undefined,
      string | undefined,
      string | undefined,
      number,
    ];
    const name = braced ?? bare ?? '';
    if (words !== undefined && words.trim() !== '') {
      return computed(name, words.trim(), definitions) ?? whole;
    }
    if (SIGNS.has(name)) definitions.budget -= offset;
    const given = definitions.values.get(name);
    if (given?.line !== undefined) used.set(name, { name, line: given.line });
    const value = given?.text ?? computed(name, '', definitions) ?? sign(name, text, offset);
    if (value === undefined) return whole;
    definitions.budget -= value.length + 1;
    if (definitions.budget < 0) {
      throw new LimitReached(`values come to more than ${CHARACTERS_MAX} characters in all`);
    }
    return expand(value, { definitions, used, depth: depth + 1 });
  });
}

/** A comment sign that starts no comment: escaped, unless quotes do that already. */
function sign(name: string, text: string, offset: number): string | undefined {
  const character = SIGNS.get(name);
  if (character === undefined) return undefined;
  const quotes = text.slice(0, offset).split('"').length - 1;
  return quotes % 2 === 1 ? character : `\\${character}`;
}

const RANDOM_MAX = 32_767;

/** `_RANDOM [MIN [MAX]]` and `_ENV NAME`: names whose value is made when they are used. */
function computed(name: string, words: string, definitions: Definitions): string | undefined {
  if (name === '_ENV') return words === '' ? undefined : (definitions.environment(words) ?? '');
  if (name !== '_RANDOM' || definitions.values.has(name)) return undefined;
  const limits = words === '' ? [] : words.split(/[ \t]+/).map(parseInteger);
  if (limits.length > 2 || limits.includes(undefined)) return undefined;
  const [min = 0, max = RANDOM_MAX] = limits;
  return max < min ? undefined : String(min + (definitions.random() % (max - min + 1)));
}
