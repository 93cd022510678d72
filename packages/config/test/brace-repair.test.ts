import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfiguration, type Configuration } from '@tandem/config';
import { expect, test } from 'vitest';
import { lexLine } from '../src/lexer.ts';

const folder = join(import.meta.dirname, '../../../configs/examples');

/** Every so many braces, so that the test is quick. */
const STRIDE = 7;

interface Brace {
  readonly kind: '{' | '}';
  readonly at: number;
  /** Where the complaint belongs: its own line, and that of the `{` that a `}` closes. */
  readonly line: number;
  readonly opened: number;
}

function parse(text: string): Configuration {
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'box1', reader });
}

/** The braces of a text without expansions. */
function bracesOf(text: string): readonly Brace[] {
  const found: Brace[] = [];
  const open: number[] = [];
  let offset = 0;
  for (const [i, source] of text.split('\n').entries()) {
    const start = offset;
    const line = i + 1;
    offset += source.length + 1;
    const sink = {
      statement() {},
      comment() {},
      open(at: number) {
        open.push(line);
        found.push({ kind: '{', at: start + at, line, opened: line });
      },
      close(at: number) {
        found.push({ kind: '}', at: start + at, line, opened: open.pop() ?? line });
      },
    };
    lexLine(source, sink);
  }
  return found;
}

/** Braces of one line say nothing by their indentation, and definitions bring braces of their own. */
function isUsual(text: string): boolean {
  const [definition, oneLine] = [/^[ \t]*[$~@]/m, /\{[ \t]*[^ \t\n#}]|[^ \t\n}][ \t]*\}/];
  return !definition.test(text) && !oneLine.test(text);
}

const TEXTS = readdirSync(folder)
  .filter((each) => each.endsWith('.conf'))
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .filter((text) => isUsual(text) && !hasErrors(parse(text)));

function hasErrors({ diagnostics }: Configuration): boolean {
  return diagnostics.some((each) => each.severity === 'error');
}

function errorsOf({ diagnostics }: Configuration): string[] {
  return diagnostics
    .filter((each) => each.severity === 'error')
    .map(({ code, span }) => `${code} on line ${span?.line}`);
}

/** Changes every so many braces of all examples, one at a time. */
function* changes(change: (text: string, brace: Brace) => string): Generator<{
  readonly before: Configuration;
  readonly after: Configuration;
  readonly brace: Brace;
}> {
  let n = 0;
  for (const text of TEXTS) {
    const before = parse(text);
    for (const brace of bracesOf(text)) {
      n += 1;
      if (n % STRIDE === 0) yield { before, after: parse(change(text, brace)), brace };
    }
  }
}

function without(text: string, { at }: Brace): string {
  return text.slice(0, at) + text.slice(at + 1);
}

/** A second `}` goes to a line of its own, below the first. */
function twice(text: string, { kind, at }: Brace): string {
  const start = text.lastIndexOf('\n', at) + 1;
  const more = kind === '{' ? '{' : `\n${text.slice(start, at)}}`;
  return text.slice(0, at + 1) + more + text.slice(at + 1);
}

test('there are examples enough to break', () => {
  expect(TEXTS.length).toBeGreaterThan(30);
});

test('a brace that is left out is one error, at the block that lacks it, and nothing else is lost', () => {
  for (const { before, after, brace } of changes(without)) {
    const [code, line] =
      brace.kind === '}' ? ['MISSING_CLOSE', brace.opened] : ['MISSING_OPEN', brace.line];
    expect(errorsOf(after)).toEqual([`${code}_BRACE on line ${line}`]);
    expect(after.settings).toEqual(before.settings);
  }
});

test('a brace too many is one error, at that brace, and nothing else is lost', () => {
  for (const { before, after, brace } of changes(twice)) {
    const expected =
      brace.kind === '{'
        ? `UNEXPECTED_BRACE on line ${brace.line}`
        : `EXTRA_CLOSE_BRACE on line ${brace.line + 1}`;
    expect(errorsOf(after)).toEqual([expected]);
    expect(after.settings).toEqual(before.settings);
  }
});
