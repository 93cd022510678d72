import { boolean, type Argument } from './argument.ts';
import { isSingle } from './document/form-data.ts';
import type { Form, Option } from './form.ts';
import {
  formatSince,
  formOf,
  hasKeywords,
  type BlockGrammar,
  type Data,
  type Keyword,
} from './grammar.ts';
import { ROOT } from './keywords/root.ts';

/** A keyword, or an option of an entry, as people read of it. */
export interface ReferenceRow {
  readonly name: string;
  /** As good as the name. */
  readonly aliases: readonly string[];
  /** Old spellings, accepted with a warning. */
  readonly deprecated: readonly string[];
  /** The words after the name: `HOST [PORT]`; empty without any. */
  readonly synopsis: string;
  /** What the words may be: `1–255`, `PORT: 1–65535`. */
  readonly limits: readonly string[];
  /** What holds without it; absent where it says so itself. */
  readonly default?: string;
  /** The first keepalived that has it, where that is later than 2.2.7. */
  readonly since?: string;
  /** Accepted and judged, but not acted upon; a text says what therefore does not happen. */
  readonly withoutEffect?: true | string;
  /** Its block is nothing without it. */
  readonly required: boolean;
  /** There may be several. */
  readonly several: boolean;
  readonly doc: string;
  /** The path of the section that describes its block or its entries. */
  readonly section?: string;
}

/** A block: its keywords, or the options of its entries. */
export interface ReferenceSection {
  /** Keywords that lead to it, outermost first, with blanks between; empty for the root. */
  readonly path: string;
  /** What opens it; absent for the root. */
  readonly opener?: ReferenceRow;
  /** Of each entry. */
  readonly synopsis: string;
  /** What the words of an entry may be. */
  readonly limits: readonly string[];
  readonly kind: 'keywords' | 'entries';
  readonly rows: readonly ReferenceRow[];
}

/**
 * Everything that a configuration may say, from the keyword tables.
 * @returns one section per block, the root first, each followed by what stands inside it
 */
export function keywordReference(): readonly ReferenceSection[] {
  const sections: ReferenceSection[] = [];
  addKeywords(ROOT.rows, { path: '' }, { sections, known: new Map() });
  return sections;
}

/** Sections so far, and the path of each form and table that has one. */
interface Collected {
  readonly sections: ReferenceSection[];
  readonly known: Map<object, string>;
}

/** Where a section is, and what opens it. */
type At = Pick<ReferenceSection, 'path' | 'opener'>;

/** @returns whether there is more to say of a block than fits in a line */
function needsSection({ content, entry }: BlockGrammar): boolean {
  return content === 'keywords' || Object.keys(entry?.options ?? {}).length > 0;
}

function addSection(grammar: BlockGrammar, at: At, collected: Collected): void {
  const described = hasKeywords(grammar) ? grammar : grammar.entry;
  if (described === undefined || collected.known.has(described)) return;
  collected.known.set(described, at.path);
  if (hasKeywords(grammar)) addKeywords(grammar.rows, at, collected);
  else if (grammar.entry !== undefined) collected.sections.push(entrySection(grammar.entry, at));
}

function addKeywords<D>(rows: readonly Keyword<D>[], at: At, collected: Collected): void {
  const all: ReferenceRow[] = [];
  collected.sections.push({ ...at, synopsis: '', kind: 'keywords', limits: [], rows: all });
  for (const row of rows) {
    const path = at.path === '' ? row.keyword : `${at.path} ${row.keyword}`;
    const plain = keywordRow(row);
    if (row.kind !== 'block' || !needsSection(row.grammar)) {
      all.push(plain);
      continue;
    }
    addSection(row.grammar, { path, opener: plain }, collected);
    const described = hasKeywords(row.grammar) ? row.grammar : (row.grammar.entry ?? row.grammar);
    all.push({ ...plain, section: collected.known.get(described) ?? path });
  }
}

function keywordRow<D>(row: Keyword<D>): ReferenceRow {
  const form = formOf(row);
  const fallback =
    row.default === undefined ? (row.otherwise ?? offOf(row)) : dataText(row.default);
  return {
    name: row.keyword,
    aliases: row.aliases ?? [],
    deprecated: row.deprecated ?? [],
    ...wordsOf(row, form),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(row.since === undefined ? {} : { since: formatSince(row.since) }),
    ...(row.withoutEffect === undefined ? {} : { withoutEffect: row.withoutEffect }),
    required: row.required ?? false,
    several: row.kind === 'block' && row.several === true,
    doc: row.doc,
  };
}

const BOOLEAN = boolean('optional');

/** What can only be turned on is off without it. */
function offOf<D>(row: Keyword<D>): string | undefined {
  if (row.kind === 'block' || row.undoes !== undefined) return undefined;
  const form = formOf(row);
  const argument = form.words['value'];
  const isSwitch = isSingle(form) && (argument ?? BOOLEAN).schema['type'] === 'boolean';
  return isSwitch ? 'off' : undefined;
}

/** Of a block, the brace too, and what is inside where that is not worth a section. */
function wordsOf<D>(row: Keyword<D>, form: Form): Pick<ReferenceRow, 'synopsis' | 'limits'> {
  const synopsis = synopsisOf(form);
  const limits = limitsOf(form);
  if (row.kind !== 'block') return { synopsis, limits };
  const { entry, content } = row.grammar;
  const inside =
    entry === undefined ? '…' : `${synopsisOf(entry)}${content === 'words' ? ' …' : ''}`;
  const isLong = Object.keys(entry?.options ?? {}).length > 0;
  return {
    synopsis: [synopsis, `{ ${isLong ? '…' : inside} }`].filter((each) => each !== '').join(' '),
    limits: [...limits, ...(entry === undefined || isLong ? [] : limitsOf(entry))],
  };
}

function entrySection(entry: Form, at: At): ReferenceSection {
  const rows = Object.entries(entry.options).map(([name, option]) => optionRow(name, option));
  const plain = `${synopsisOf({ ...entry, options: {} })} [OPTION …]`.trim();
  const synopsis = entry.either === undefined ? plain : synopsisOf(entry);
  return { ...at, synopsis, kind: 'entries', limits: limitsOf({ ...entry, options: {} }), rows };
}

function optionRow(name: string, option: Option): ReferenceRow {
  const { aliases = [], argument, inner, qualifiers, since, withoutEffect, doc, several } = option;
  const value =
    argument === undefined ? inner && synopsisOf(inner) : placeholderOf('value', argument);
  const qualified = qualifiers === undefined ? [] : [`[${qualifiers.join('|')}]`];
  return {
    name,
    aliases,
    deprecated: [],
    synopsis: value === undefined ? '' : [...qualified, value].join(' '),
    limits: argument === undefined ? [] : limitOf('value', argument),
    ...(since === undefined ? {} : { since: formatSince(since) }),
    ...(withoutEffect === undefined ? {} : { withoutEffect }),
    required: false,
    several: several ?? false,
    doc: doc ?? '',
  };
}

function synopsisOf(form: Form): string {
  if (form.line === 'command') return 'COMMAND [USER [GROUP]]';
  if (form.line === 'text') return 'TEXT';
  const words = Object.entries(form.words).map(([name, argument]) => {
    const { optional, several } = argument;
    const word = `${placeholderOf(name, argument)}${several ? ' …' : ''}`;
    return optional ? `[${word}]` : word;
  });
  const options = Object.entries(form.options).filter(([name]) => !(name in form.words));
  const text = (leads: boolean): readonly string[] =>
    options.flatMap(([name, option]) =>
      (option.leads ?? false) === leads ? [optionSynopsis(name, option)] : [],
    );
  const all = [...text(true), ...words, ...text(false)];
  return form.either === undefined ? all.join(' ') : eitherSynopsis(all, form.either);
}

/** `ADDRESS [PORT] | fwmark N`: each alternative with the words after it. */
function eitherSynopsis(parts: readonly string[], either: readonly string[]): string {
  const isFirst = (part: string): boolean =>
    either.some((each) => new RegExp(`^\\[${each}\\b`, 'i').test(part));
  return parts
    .map((part, i) => {
      if (!isFirst(part)) return ` ${part}`;
      return `${i === 0 ? '' : ' | '}${part.slice(1, -1)}`;
    })
    .join('');
}

function optionSynopsis(name: string, { argument }: Option): string {
  return argument === undefined ? `[${name}]` : `[${name} ${placeholderOf('value', argument)}]`;
}

/** These say less than the name does. */
const VAGUE: ReadonlySet<string> = new Set(['WORD', 'N', 'SECONDS']);

function placeholderOf(name: string, { placeholder }: Argument<unknown>): string {
  return name === 'value' || !VAGUE.has(placeholder) ? placeholder : name.toUpperCase();
}

function limitsOf(form: Form): readonly string[] {
  if (form.line !== undefined) return [];
  const isOnly = isSingle(form);
  const words = Object.entries(form.words).flatMap(([name, argument]) =>
    limitOf(isOnly ? 'value' : name, argument),
  );
  const options = Object.entries(form.options).flatMap(([name, { argument }]) =>
    name in form.words || argument === undefined ? [] : limitOf(name, argument),
  );
  return [...words, ...options];
}

/** What is allowed, where the placeholder does not say it. */
function limitOf(name: string, argument: Argument<unknown>): readonly string[] {
  const { placeholder, schema, limit } = argument;
  const unit = placeholder === 'SECONDS' ? undefined : argument.unit;
  const { minimum, maximum, maxLength } = schema;
  if (minimum === undefined && maxLength === undefined) return [];
  const text =
    minimum === undefined ? limit : rangeText(Number(minimum), Number(maximum), unit ?? '');
  return [name === 'value' ? text : `${placeholderOf(name, argument)}: ${text}`];
}

const UNLIMITED = 100_000_000;

/** What is as high as a counter goes has no upper limit for people. */
function rangeText(min: number, max: number, unit: string): string {
  if (max < UNLIMITED) return `${min}–${max} ${unit}`.trim();
  if (min <= -UNLIMITED) return 'any number';
  return unit === '' ? `${min} or more` : `${min} or more, in ${unit}`;
}

function dataText(data: Data): string {
  if (typeof data === 'boolean') return data ? 'on' : 'off';
  return typeof data === 'object' ? Object.values(data).map(dataText).join(' ') : String(data);
}
