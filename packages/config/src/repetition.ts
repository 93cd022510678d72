import { parsePrefixedInteger } from './number.ts';

/** A line that stands for several, in its parts. */
interface Repetition {
  /** Names bound for each copy of the text. */
  readonly names: readonly string[];
  /** One element per copy: the values, one for each name. */
  readonly rows: Iterable<readonly string[]>;
  /** Offset of the text that is repeated. */
  readonly end: number;
}

/** Where a repetition's parentheses are; the text between them may still hold references. */
interface RepetitionHead {
  readonly kind: 'SEQ' | 'SEQx' | 'LST';
  /** Offset of the `~`. */
  readonly start: number;
  /** Offset after the `(`. */
  readonly open: number;
  /** Offset of the `)`; -1 without one. */
  readonly close: number;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Finds `~SEQ(…)`, `~SEQx(…)` or `~LST(…)` at the start of a line.
 * @param text - a line without its condition
 * @returns where it is, or undefined for any other line
 */
export function findRepetition(text: string): RepetitionHead | undefined {
  const match = /^[ \t]*~(SEQx?|LST)\(/.exec(text);
  if (match === null) return undefined;
  const open = match[0].length;
  const kind = match[1] as RepetitionHead['kind'];
  return { kind, start: text.indexOf('~'), open, close: text.indexOf(')', open) };
}

/**
 * Reads what stands between the parentheses.
 * @param head - from `findRepetition`; its `close` is not -1
 * @param inside - the text between, references replaced
 * @returns the repetition, or what is wrong with it
 * @see inventory §1.8
 */
export function readRepetition(
  head: RepetitionHead,
  inside: string,
): Repetition | { readonly problem: string; readonly hint: string } {
  const read = head.kind === 'LST' ? readList(inside) : readSequence(inside, head.kind === 'SEQx');
  if (!('problem' in read)) return { ...read, end: head.close + 1 };
  const form =
    head.kind === 'LST' ? '~LST({NAME, …}, {VALUE, …}, …)' : '~SEQ(NAME, [START, [STEP,]] END)';
  return { problem: read.problem, hint: `write ${form} and the text to repeat` };
}

type Rows = Pick<Repetition, 'names' | 'rows'> | { readonly problem: string };

/** `NAME, [START, [STEP,]] END`: the middle numbers default to 1, or -1 where that leads to END. */
function readSequence(inside: string, hexadecimal: boolean): Rows {
  const [name = '', ...texts] = inside.split(',').map((each) => each.trim());
  const numbers = texts.map(parsePrefixedInteger);
  const last = numbers.at(-1);
  if (!NAME.test(name)) return { problem: `'${name}' is no name` };
  if (last === undefined || numbers.length > 3 || numbers.includes(undefined)) {
    return { problem: 'it takes a name and one to three numbers' };
  }
  return count({ name, numbers: numbers as number[], last, hexadecimal });
}

function count(sequenceOf: {
  readonly name: string;
  /** One to three. */
  readonly numbers: readonly number[];
  readonly last: number;
  readonly hexadecimal: boolean;
}): Rows {
  const { name, numbers, last, hexadecimal } = sequenceOf;
  const [first = 1, middle] = numbers.length > 1 ? numbers : [Math.sign(last || 1)];
  const step = (numbers.length > 2 ? middle : undefined) ?? (first <= last ? 1 : -1);
  if (step === 0 || (last - first) * step < 0) {
    return { problem: 'its step leads away from its end' };
  }
  if (hexadecimal && Math.min(first, last) < 0) {
    return { problem: '~SEQx takes no negative number' };
  }
  const rows = sequence({ start: first, step, last, base: hexadecimal ? 16 : 10 });
  return { names: [name], rows };
}

function* sequence(run: {
  readonly start: number;
  readonly step: number;
  readonly last: number;
  readonly base: number;
}): Generator<readonly string[]> {
  const { start, step, last, base } = run;
  for (let n = start; step > 0 ? n <= last : n >= last; n += step) yield [n.toString(base)];
}

/** `NAME, VALUE…` or `{NAME…}, {VALUE…}…`; a short tuple is filled up with nothing. */
function readList(inside: string): Rows {
  const parts = splitList(inside);
  const [first, ...values] = parts ?? [];
  if (first === undefined || values.length === 0) return { problem: 'it takes names and values' };
  const wrong = first.find((each) => !NAME.test(each));
  if (wrong !== undefined) return { problem: `'${wrong}' is no name` };
  if (values.some((each) => each.length > first.length)) {
    return { problem: 'it has more values than names' };
  }
  const rows = values.map((each) => first.map((_, i) => each[i] ?? ''));
  return { names: first, rows };
}

/** @returns the elements, each a tuple of one or more; undefined when braces do not pair up */
function splitList(inside: string): readonly (readonly string[])[] | undefined {
  const tuples: (readonly string[])[] = [];
  const pattern = /[ \t]*(?:\{([^{}]*)\}|([^,{}]*?))[ \t]*(?:,|$)/y;
  while (pattern.lastIndex < inside.length) {
    const match = pattern.exec(inside);
    if (match === null) return undefined;
    const [, tuple, single = ''] = match;
    tuples.push(tuple === undefined ? [single] : tuple.split(',').map((each) => each.trim()));
  }
  return tuples;
}
