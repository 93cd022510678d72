/** What people and editors do to a file: one fault at a time, to its text. */
import type { Random } from './random.ts';

/** A change of a text, or nothing where it does not fit. */
type Fault = (
  place: { readonly lines: string[]; readonly at: number },
  random: Random,
) => string[] | undefined;

/** By name; `at` is the line under test. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'keyword misspelt': ({ lines, at }, random) =>
    withLine(lines, at, (text) => misspell(text, random)),
  'no argument': ({ lines, at }) =>
    withLine(lines, at, (text) => text.replace(/^(\s*\S+)[^{]*/, '$1 ').trimEnd()),
  'surplus argument': ({ lines, at }) =>
    withLine(lines, at, (text) => text.replace(/( \{)?$/, ' surplus$1')),
  'unclosed quote': ({ lines, at }, random) =>
    withLine(lines, at, (text) => text.replace(/^(\s*\S+ )?/, random.percent(70) ? '$1"' : '"$1')),
  'unknown keyword before': ({ lines, at }) => lines.toSpliced(at, 0, 'no_such_keyword 5'),
  'unknown block before': ({ lines, at }) => lines.toSpliced(at, 0, 'no_such_block {', 'a 5', '}'),
  'missing brace': ({ lines }, random) => {
    const braces = lines.flatMap((text, i) => (/[{}]/.test(text) ? [i] : []));
    return withLine(lines, random.pick(braces), (text) => text.replace(/[{}]/, ''));
  },
  'extra brace': ({ lines }, random) =>
    lines.toSpliced(random.below(lines.length), 0, random.pick(['{', '}', '}', '} }'])),
  'given twice': ({ lines, at }) =>
    lines[at]?.endsWith('{') === true ? undefined : lines.toSpliced(at, 0, lines[at] ?? ''),
  'in another block': ({ lines, at }, random) => {
    const text = lines[at] ?? '';
    if (text.endsWith('{')) return undefined;
    const others = lines.flatMap((each, i) => (each.endsWith('{') ? [i] : []));
    return lines.toSpliced(random.pick(others) + 1, 0, text);
  },
  'line lost': ({ lines }, random) => {
    const plain = lines.flatMap((text, i) => (/[{}]/.test(text) ? [] : [i]));
    return plain.length === 0 ? undefined : lines.toSpliced(random.pick(plain), 1);
  },
  'value replaced': ({ lines }, random) => {
    const plain = lines.flatMap((text, i) => (/^\s*\S+ [^{}]+$/.test(text) ? [i] : []));
    if (plain.length === 0) return undefined;
    const value = random.pick(['x', '0', '-1', '99999999999', '1.5', '""', '10.0.0.1']);
    return withLine(lines, random.pick(plain), (text) => text.replace(/\S+$/, value));
  },
  'upper case': ({ lines, at }) =>
    withLine(lines, at, (text) => text.replace(/\S+/, (word) => word.toUpperCase())),
  'cut off': ({ lines }, random) => lines.slice(0, 1 + random.below(lines.length - 1)),
  'commented out': ({ lines }, random) =>
    withLine(lines, random.below(lines.length), (text) => `#${text}`),
};

const NAMES = Object.keys(FAULTS);

/**
 * Breaks a file in one way.
 * @param text - of the file
 * @param tested - a line of it, the keyword under test
 * @returns the broken text and what was done
 */
export function breakText(
  text: string,
  tested: string,
  random: Random,
): { readonly text: string; readonly fault: string } {
  const lines = text.trimEnd().split('\n');
  const at = Math.max(
    0,
    lines.findIndex((each) => each.trim().startsWith(tested)),
  );
  for (;;) {
    const fault = random.pick(NAMES);
    const broken = FAULTS[fault]?.({ lines, at }, random);
    if (broken !== undefined) return { text: `${broken.join('\n')}\n`, fault };
  }
}

/** Breaks a file so many times, and now and then puts bytes into it that belong in none. */
export function breakOften(text: string, times: number, random: Random): string {
  let broken = text;
  for (let i = 0; i < times; i += 1) {
    const lines = broken.trimEnd().split('\n');
    const tested = random.pick(lines).trim();
    broken = random.percent(20)
      ? spoil(broken, random)
      : breakText(broken, tested === '' ? 'x' : tested, random).text;
    if (broken.trim() === '') return '}\n';
  }
  return broken;
}

const GARBAGE = [
  '\u0001',
  '\u00ff\u00fe',
  '\t\t',
  '$',
  '~',
  '@',
  '\\',
  "'",
  '"',
  '{',
  '}',
  '$x=',
  '~SEQ(',
  '\u007f',
  'ÿ',
];

function spoil(text: string, random: Random): string {
  const at = random.below(text.length);
  const garbage = random.pick(GARBAGE);
  return random.percent(50)
    ? text.slice(0, at) + garbage + text.slice(at)
    : text.slice(0, at) + text.slice(at + 1 + random.below(9));
}

function withLine(
  lines: string[],
  at: number,
  change: (text: string) => string,
): string[] | undefined {
  const text = lines[at] ?? '';
  const changed = change(text);
  return changed === text ? undefined : lines.with(at, changed);
}

/** Two letters swapped, one lost or one too many. */
function misspell(text: string, random: Random): string {
  const start = text.length - text.trimStart().length;
  const word = text.trimStart().split(' ', 1)[0] ?? '';
  const i = random.below(Math.max(1, word.length - 1));
  const wrong = random.pick([
    word.slice(0, i) + (word[i + 1] ?? '') + (word[i] ?? '') + word.slice(i + 2),
    word.slice(0, i) + word.slice(i + 1),
    word.slice(0, i) + (word[i] ?? '') + word.slice(i),
  ]);
  return text.slice(0, start) + wrong + text.slice(start + word.length);
}
