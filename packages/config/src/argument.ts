import { parseIp, type IpAddress, type IpFamily } from '@tandem/inet';
import { milliseconds, seconds, type Duration } from '@tandem/time';
import type { DiagnosticCode } from './catalogue.ts';
import { nearest } from './nearest.ts';
import { parseDecimal, parseInteger } from './number.ts';

/** A value, or why the word is none; `limit` completes the sentence "KEYWORD must be …". */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: DiagnosticCode;
      readonly limit: string;
      readonly hint?: string | undefined;
    };

/** The form of a keyword's argument: data for the reference, and the reading of the word. */
export interface Argument<T> {
  readonly kind: string;
  /** What is allowed, for messages and the reference. */
  readonly limit: string;
  /** The value of a bare keyword; without it the word is required. */
  readonly absent?: T;
  read(text: string): Reading<T>;
}

/** Limits of a number, both included. */
export interface Limits {
  readonly min: number;
  readonly max: number;
}

/**
 * @param limits - inclusive
 * @returns an argument of decimal digits
 */
export function integer(limits: Limits): Argument<number> {
  const limit = `a whole number ${range(limits)}`;
  return {
    kind: 'integer',
    limit,
    read(text) {
      const value = parseInteger(text);
      if (value === undefined) return { ok: false, code: 'INVALID_NUMBER', limit };
      return within(value, limits, value) ?? outside(limits);
    },
  };
}

/**
 * @param limits - seconds, inclusive
 * @returns an argument of whole seconds
 */
export function wholeSeconds(limits: Limits): Argument<Duration> {
  const number = integer(limits);
  const limit = `whole seconds ${range(limits)}`;
  return { kind: 'seconds', limit, read: (text) => map(number.read(text), seconds) };
}

/**
 * @param limits - seconds, inclusive
 * @returns an argument of seconds with at most six decimals
 */
export function decimalSeconds(limits: Limits): Argument<Duration> {
  const limit = `seconds ${range(limits)}`;
  return {
    kind: 'decimal seconds',
    limit,
    read(text) {
      const microseconds = parseDecimal(text, 6);
      if (microseconds === undefined) return { ok: false, code: 'INVALID_NUMBER', limit };
      const value = milliseconds(microseconds / 1000);
      return within(microseconds / 1e6, limits, value) ?? outside(limits, 'seconds ');
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
  return { ...oneOf(BOOLEANS), kind: 'boolean', ...(need === 'optional' ? { absent: true } : {}) };
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
  return {
    kind: 'word',
    limit,
    read(text) {
      const value = options.anyCase ? byCase.get(text.toLowerCase()) : values.get(text);
      if (value !== undefined) return { ok: true, value };
      const near = nearest(text, spellings);
      const hint = near === undefined ? undefined : `did you mean '${near}'?`;
      return { ok: false, code: options.code ?? 'INVALID_WORD', limit, hint };
    },
  };
}

/** @returns an argument that is any word, at most `longest` characters */
export function word(longest: number = Number.POSITIVE_INFINITY): Argument<string> {
  const limit = Number.isFinite(longest) ? `1–${longest} characters` : 'a word';
  return {
    kind: 'string',
    limit,
    read: (text) =>
      text.length > 0 && text.length <= longest
        ? { ok: true, value: text }
        : { ok: false, code: 'INVALID_LENGTH', limit },
  };
}

/**
 * @param family - the only family allowed, or either
 * @returns an argument that is an IP address
 */
export function address(family?: IpFamily): Argument<IpAddress> {
  const limit = family === undefined ? 'an IP address' : `an IPv${family} address`;
  return {
    kind: 'address',
    limit,
    read(text) {
      const value = parseIp(text);
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
