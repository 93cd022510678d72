import type { Argument } from './argument.ts';
import type { Form } from './form.ts';
import type { Placed } from './place-words.ts';
import type { Word } from './words.ts';

/**
 * @param form - of the words
 * @param placed - each word in its place
 * @returns the words in the order of the form, so that lines that say the same read the same
 */
export function canonicalText(form: Form, placed: readonly Placed[]): string {
  const order = Object.keys(form.options);
  const rankOf = ({ name, option }: Placed): number => {
    if (option?.leads) return order.indexOf(name) - order.length;
    return name in form.words ? 0 : 1 + order.indexOf(name);
  };
  return placed
    .toSorted((a, b) => rankOf(a) - rankOf(b))
    .flatMap((each) => textsOf(each, form))
    .join(' ');
}

function textsOf({ name, option, argument, qualifier, inner, word }: Placed, form: Form): string[] {
  const own = option === undefined || name in form.words ? [] : [name];
  const between = qualifier === undefined ? [] : [qualifier.text];
  if (inner !== undefined && option?.inner !== undefined)
    return [...own, canonicalText(option.inner, inner.placed)];
  return [...own, ...between, ...(argument === undefined ? [] : [valueOf(argument, word)])];
}

function valueOf(argument: Argument<unknown>, word: Word): string {
  const reading = argument.read(word.text);
  return reading.ok ? String(argument.data(reading.value)) : word.text;
}
