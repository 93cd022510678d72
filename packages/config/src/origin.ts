import type { RelatedPlace, Span } from './diagnostic.ts';
import { findRepetition } from './repetition.ts';
import type { Line, Place } from './source.ts';

/** Where a place is in its file, and how the line came to be: the parts of a diagnostic. */
interface Origin {
  readonly span: Span;
  readonly excerpt: string;
  readonly expansion?: string;
  readonly related: readonly RelatedPlace[];
}

/** A longer chain is cut; includes alone may be nested thousands deep. */
const CHAIN_LENGTH_MAX = 12;

/**
 * Finds the text in the file that a part of an expanded line stands for.
 * @param place - as the parser saw it
 * @returns the place in the file with its chain, from the nearest cause to the first
 */
export function originOf(place: Place): Origin {
  const { line } = place;
  const { expansion } = line;
  const related = chainOf(line);
  if (expansion === undefined) return { span: spanOf(place), excerpt: line.text, related };
  const { origin, definitions, repetitions } = expansion;
  const replaced = definitions.length + repetitions.length > 0;
  return {
    span: originSpan(place, origin),
    excerpt: origin,
    ...(replaced ? { expansion: line.text.trim() } : {}),
    related,
  };
}

/**
 * @param line - as the parser saw it
 * @returns what stands for the copy of a repeated line that it is, or is included by
 */
export function copyOf(line: Line): object | undefined {
  for (let at: Line | undefined = line; at !== undefined; at = at.file.includedBy) {
    if (at.expansion !== undefined && at.expansion.repetitions.length > 0) {
      return at.expansion.repetitions;
    }
  }
  return undefined;
}

/**
 * @param place - of text that no expansion has changed
 * @returns the place as people count
 */
function spanOf({ line, start, end }: Place): Span {
  return {
    file: line.file.path,
    line: line.number,
    column: start + 1,
    length: Math.max(1, end - start),
  };
}

/**
 * What stands before or after all that was put in is where it was, or has moved as a whole; for
 * anything between, all that was put in is marked.
 */
function originSpan({ line, start, end }: Place, origin: string): Span {
  const { text } = line;
  const body = bodyStart(origin);
  const prefix = commonPrefix(text, origin.slice(body));
  const suffix = commonSuffix(text, origin, Math.min(text.length, origin.length - body) - prefix);
  const moved = origin.length - text.length;
  const changedEnd = text.length - suffix;
  const from = start >= changedEnd ? start + moved : body + Math.min(start, prefix);
  const to = end <= prefix ? body + end : Math.max(end, changedEnd) + moved;
  const marked = origin.slice(from, to);
  const blanks = marked.length - marked.trimStart().length;
  return spanOf({ line, start: from + blanks, end: from + marked.trimEnd().length });
}

/** @returns where the text that is repeated begins */
function bodyStart(origin: string): number {
  let start = 0;
  for (;;) {
    const head = findRepetition(origin.slice(start));
    if (head === undefined || head.close < 0) return start;
    start += head.close + 1;
  }
}

function commonPrefix(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n += 1;
  return n;
}

function commonSuffix(a: string, b: string, most: number): number {
  let n = 0;
  while (n < most && a[a.length - 1 - n] === b[b.length - 1 - n]) n += 1;
  return n;
}

function chainOf(line: Line): readonly RelatedPlace[] {
  const chain: RelatedPlace[] = [];
  let at: Line | undefined = line;
  while (at !== undefined && chain.length < CHAIN_LENGTH_MAX) {
    chain.push(...expansionChain(at));
    at = at.file.includedBy;
    if (at !== undefined) chain.push({ message: 'included from', span: lineSpan(at) });
  }
  return chain.slice(0, CHAIN_LENGTH_MAX);
}

function expansionChain(line: Line): readonly RelatedPlace[] {
  const { definitions = [], repetitions = [] } = line.expansion ?? {};
  return [
    ...definitions.map(({ name, line: given }) => ({
      message: `from $${name}, defined at`,
      span: lineSpan(given),
    })),
    ...repetitions.toReversed().map(({ kind, values }) => ({
      message: `repeated by ~${kind} with ${values} at`,
      span: lineSpan(line),
    })),
  ];
}

/** A line as it stands in its file, without the blanks around it. */
function lineSpan(line: Line): Span {
  const text = line.expansion?.origin ?? line.text;
  const trimmed = text.trim();
  const start = text.indexOf(trimmed);
  return spanOf({ line, start, end: start + trimmed.length });
}
