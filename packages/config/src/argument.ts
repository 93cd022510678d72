import { parseIp, type IpAddress, type IpFamily } from '@tandem/inet';
import { inSeconds, milliseconds, seconds, type Duration } from '@tandem/time';
import type { DiagnosticCode } from './catalogue.ts';
import { nearest } from './nearest.ts';
import { parseDecimal, parseInteger, parsePrefixedInteger } from './number.ts';

/** A value, or why the word is none; `limit` completes the sentence "KEYWORD must be …". */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: DiagnosticCode;
      readonly limit: string;
      readonly hint?: string | undefined;
    };

/** A word's value as plain data: what a word can be in JSON. */
export type Datum = string | number | boolean;

/** A fragment of JSON Schema, draft 2020-12. */
export type Schema = Readonly<Record<string, unknown>>;

/** The form of one word: data for the reference and the schema, and the reading of the word. */
export interface Argument<T> {
  /** Stands for the word where a form is shown: `N`, `SECONDS`, `on|off`. */
  readonly placeholder: string;
  /** What is allowed, for messages and the reference. */
  readonly limit: string;
  /** Of numbers that have one. */
  readonly unit?: string;
  /** What its values are as plain data. */
  readonly schema: Schema;
  /** The value of a bare keyword; without it the word is required. */
  readonly absent?: T;
  read(text: string): Reading<T>;
  /** @returns the value as plain data; written as a word, `read` gives the value again */
  data(value: T): Datum;
}

/** Limits of a number, both included. */
export interface Limits {
  readonly min: number;
  readonly max: number;
}

/**
 * @param limits - inclusive
 * @param options - the unit, if there is one; whether 0x and 0 before the digits mean other bases
 * @returns an argument of digits
 */
export function integer(
  limits: Limits,
  options: { readonly unit?: string; readonly prefixed?: true } = {},
): Argument<number> {
  const limit = `a whole number ${range(limits)}`;
  return {
    placeholder: 'N',
    limit,
    ...(options.unit === undefined ? {} : { unit: options.unit }),
    schema: { type: 'integer', minimum: limits.min, maximum: limits.max },
    read(text) {
      const value = options.prefixed ? parsePrefixedInteger(text) : parseInteger(text);
      if (value === undefined) return { ok: false, code: 'INVALID_NUMBER', limit };
      return within(value, limits, value) ?? outside(limits);
    },
    data: (value) => value,
  };
}

const SECONDS = {
  placeholder: 'SECONDS',
  unit: 'seconds',
  // Exact to the microsecond that files are.
  data: (value: Duration) => Math.round(inSeconds(value) * 1e6) / 1e6,
};

/**
 * @param limits - seconds, inclusive
 * @returns an argument of whole seconds
 */
export function wholeSeconds(limits: Limits): Argument<Duration> {
  const number = integer(limits);
  const limit = `whole seconds ${range(limits)}`;
  return {
    ...SECONDS,
    limit,
    schema: number.schema,
    read: (text) => map(number.read(text), seconds),
  };
}

/**
 * @param limits - seconds, inclusive
 * @returns an argument of seconds with at most six decimals
 */
export function decimalSeconds(limits: Limits): Argument<Duration> {
  return { ...SECONDS, ...decimal(limits, 'seconds', 6) };
}

/**
 * @param limits - milliseconds, inclusive
 * @returns an argument of milliseconds with at most three decimals
 */
export function decimalMilliseconds(limits: Limits): Argument<Duration> {
  return {
    placeholder: 'N',
    unit: 'milliseconds',
    data: (value) => Math.round(value * 1000) / 1000,
    ...decimal(limits, 'milliseconds', 3),
  };
}

/** What ends at the microsecond. */
function decimal(
  limits: Limits,
  unit: string,
  decimals: number,
): Pick<Argument<Duration>, 'limit' | 'schema' | 'read'> {
  const limit = `${unit} ${range(limits)}`;
  return {
    limit,
    schema: { type: 'number', minimum: limits.min, maximum: limits.max },
    read(text) {
      const microseconds = parseDecimal(text, decimals);
      if (microseconds === undefined) return { ok: false, code: 'INVALID_NUMBER', limit };
      const value = milliseconds(microseconds / 1000);
      return within(microseconds / 10 ** decimals, limits, value) ?? outside(limits, `${unit} `);
    },
  };
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['true', true],
  ['yes', true],
  ['off', false],
  ['false', false],
  ['no', false],
]);

/**
 * A boolean word in lower case.
 * @param need - whether the bare keyword means true
 */
export function boolean(need: 'optional' | 'required'): Argument<boolean> {
  return {
    ...oneOf(BOOLEANS),
    placeholder: 'on|off',
    schema: { type: 'boolean' },
    data: (value) => value,
    ...(need === 'optional' ? { absent: true } : {}),
  };
}

/**
 * @param names - words that stand for themselves
 * @returns them as `oneOf` takes them
 */
export function named<T extends string>(...names: readonly T[]): ReadonlyMap<string, T> {
  return new Map(names.map((each) => [each, each]));
}

/**
 * @param values - by spelling
 * @param options - `anyCase` when the case of the word does not matter; `code` of the diagnostic
 * @returns an argument that is one of a few words
 */
export function oneOf<T>(
  values: ReadonlyMap<string, T>,
  options: { readonly anyCase?: true; readonly code?: DiagnosticCode } = {},
): Argument<T> {
  const spellings = [...values.keys()];
  const limit = listing(spellings);
  const byCase = new Map(spellings.map((each) => [each.toLowerCase(), values.get(each) as T]));
  const data = new Map(spellings.map((each) => [values.get(each), datumOf(each)]));
  return {
    placeholder: spellings.join('|'),
    limit,
    schema: { enum: spellings.map(datumOf) },
    data: (value) => data.get(value) ?? '',
    read(text) {
      const value = options.anyCase ? byCase.get(text.toLowerCase()) : values.get(text);
      if (value !== undefined) return { ok: true, value };
      const near = nearest(text, spellings);
      const hint = near === undefined ? undefined : `did you mean '${near}'?`;
      return { ok: false, code: options.code ?? 'INVALID_WORD', limit, hint };
    },
  };
}

/** @returns a word of digits as a number */
function datumOf(spelling: string): Datum {
  return /^(?:0|[1-9][0-9]*)$/.test(spelling) ? Number(spelling) : spelling;
}

/**
 * Words that can be written: no double quote, no line break, nothing that would be replaced by a
 * predefined definition, and no backslash before the closing quote where there must be one.
 */
const WRITABLE = '(?!.*\\$\\{?_)([^"\\r\\n]*[^"\\r\\n\\\\]|[^\\s"{}#!]+)';

/**
 * @param longest - in characters
 * @param placeholder - what the word is, for people
 * @returns an argument that is any word
 */
export function word(
  longest: number = Number.POSITIVE_INFINITY,
  placeholder: string = 'WORD',
): Argument<string> {
  const isLimited = Number.isFinite(longest);
  const limit = isLimited ? `1–${longest} characters` : 'a word';
  return {
    placeholder,
    limit,
    schema: {
      type: 'string',
      pattern: `^${WRITABLE}$`,
      ...(isLimited ? { maxLength: longest } : {}),
    },
    data: (value) => value,
    read: (text) =>
      text.length > 0 && text.length <= longest
        ? { ok: true, value: text }
        : { ok: false, code: 'INVALID_LENGTH', limit },
  };
}

/**
 * @param placeholder - what the word is, for people
 * @returns an argument that is any word, also `""`
 */
export function anyWord(placeholder: string): Argument<string> {
  return {
    ...word(undefined, placeholder),
    schema: { type: 'string', pattern: `^(${WRITABLE}|)$` },
    read: (value) => ({ ok: true, value }),
  };
}

const ADDRESS = { placeholder: 'ADDRESS', data: (value: IpAddress) => value };
const OCTET = '(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])';
const IPV4 = `(${OCTET}\\.){3}${OCTET}`;
const IPV6 = '[0-9a-fA-F]{0,4}:[0-9a-fA-F:]*(:[0-9.]+)?';

/** @returns a regular expression; of IPv6 it sees only the characters */
export function addressPattern(family?: IpFamily, suffix: string = ''): string {
  const families = [...(family === 6 ? [] : [IPV4]), ...(family === 4 ? [] : [IPV6])];
  return `^(${families.join('|')})${suffix}$`;
}

/**
 * @param family - the only family allowed, or either
 * @returns an argument that is an IP address
 */
export function address(family?: IpFamily): Argument<IpAddress> {
  const limit = family === undefined ? 'an IP address' : `an IPv${family} address`;
  return {
    ...ADDRESS,
    limit,
    schema: { type: 'string', pattern: addressPattern(family) },
    read(text) {
      // keepalived reads past a prefix length.
      const value = parseIp(text.split('/', 1)[0] ?? '');
      const right =
        value !== undefined && (family === undefined || value.includes(':') === (family === 6));
      return right ? { ok: true, value } : { ok: false, code: 'INVALID_ADDRESS', limit };
    },
  };
}

/**
 * @param limits - inclusive
 * @returns the limits as people write them
 */
function range(limits: Limits): string {
  return `${limits.min}–${limits.max}`;
}

function listing(words: readonly string[]): string {
  const [last = '', ...others] = words.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(', ')} or ${last}`;
}

function within<T>(n: number, limits: Limits, value: T): Reading<T> | undefined {
  return n >= limits.min && n <= limits.max ? { ok: true, value } : undefined;
}

function outside(limits: Limits, unit: string = ''): Reading<never> {
  return { ok: false, code: 'NUMBER_OUT_OF_RANGE', limit: `${unit}${range(limits)}` };
}

function map<A, B>(reading: Reading<A>, convert: (value: A) => B): Reading<B> {
  return reading.ok ? { ok: true, value: convert(reading.value) } : reading;
}
