import type { Datum } from '../argument.ts';
import type { Members } from './form-data.ts';

const PLAIN = /^[\w.:/%+,=@^*-]+$/;

/**
 * @param datum - a word's value
 * @returns the word, in quotes where something in it has a meaning
 */
export function wordText(datum: Datum): string {
  if (typeof datum === 'number') return numberText(datum);
  const text = String(datum);
  return PLAIN.test(text) || /^[^\s"{}#!]+$/.test(text) ? text : `"${text}"`;
}

/** Digits with at most six decimals; JavaScript would write small numbers with an exponent. */
function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(6).replace(/0+$/, '');
}

/** @returns the first word of an entry, in quotes where the line would be something else */
export function entryText(word: string): string {
  return /^(?:[@~$]|include|random_)/.test(word) ? `"${word}"` : word;
}

/** @returns text that stands as it is, in quotes where something in it has a meaning */
export function quotedText(text: string): string {
  return /^[^\s"{}#!]+$/.test(text) ? text : `"${text}"`;
}

/** @returns `COMMAND [USER [GROUP]]` of a script line, which is split twice */
export function commandText({ command, user, group }: Members): readonly string[] {
  const words = (command as readonly string[]).map(argumentText);
  const line = words.length === 1 && PLAIN.test(words[0] ?? '') ? words[0] : `"${words.join(' ')}"`;
  const account = [user, group].filter((each) => each !== undefined);
  return [line ?? '', ...account.map((each) => fieldText(each as string))];
}

/** An argument for the second splitting, inside the double quotes of the first. */
function argumentText(text: string): string {
  return PLAIN.test(text) ? text : `'${escaped(text, '\\\\')}'`;
}

function fieldText(text: string): string {
  return PLAIN.test(text) ? text : `"${escaped(text, '\\')}"`;
}

/** Quotes, signs with a meaning of their own and control characters as numbers. */
function escaped(text: string, backslash: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex
    /["'\\$\u0000-\u001f]/g,
    (c) => `${backslash}x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
