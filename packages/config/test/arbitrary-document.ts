import { parseIp } from '@tandem/inet';
import fc from 'fast-check';
import type { Argument } from '../src/argument.ts';
import type { ConfigurationDocument } from '../src/document/build.ts';
import { ENTRIES } from '../src/document/build.ts';
import { hasOptionalParts, isSingle } from '../src/document/form-data.ts';
import type { Form, Option } from '../src/form.ts';
import { formOf, hasKeywords, type BlockGrammar, type Data, type Keyword } from '../src/grammar.ts';
import { ROOT } from '../src/keywords/root.ts';

/** Documents that the schema allows, every keyword of the tables in some of them. */
export function arbitraryDocument(): fc.Arbitrary<ConfigurationDocument> {
  return block(ROOT) as fc.Arbitrary<ConfigurationDocument>;
}

function block(grammar: BlockGrammar, form?: Form): fc.Arbitrary<Data> {
  if (!hasKeywords(grammar)) return list(grammar, form);
  const rows = grammar.rows.map(
    (row) => [row.keyword, rarely(statement(row), row.kind === 'block' ? 3 : 5)] as const,
  );
  const required = grammar.rows
    .filter((row) => row.required)
    .map((row) => [row.keyword, statement(row)] as const);
  const inside = fc.record({ ...Object.fromEntries(rows), ...Object.fromEntries(required) });
  return fc
    .tuple(form === undefined ? fc.constant({}) : members(form), inside)
    .map(([header, body]) => withoutAbsent({ ...header, ...body }, grammar));
}

/** Most keywords are absent from most blocks. */
function rarely(data: fc.Arbitrary<Data>, weight: number): fc.Arbitrary<Data | undefined> {
  return fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: data });
}

/** What takes back something else does not stand beside it. */
function withoutAbsent(record: object, grammar: BlockGrammar): Data {
  const given = Object.entries(record).filter(([, value]) => value !== undefined);
  const names = new Set(given.map(([name]) => name));
  const rows = hasKeywords(grammar) ? grammar.rows : [];
  for (const { keyword, undoes } of rows) {
    if (undoes !== undefined && names.has(keyword)) names.delete(undoes);
  }
  return Object.fromEntries(given.filter(([name]) => names.has(name))) as Data;
}

function statement<D>(row: Keyword<D>): fc.Arbitrary<Data> {
  if (row.kind !== 'block') return form(formOf(row));
  const one = block(row.grammar, row.form);
  return row.several ? fc.array(one, { minLength: 1, maxLength: 2 }) : one;
}

function list({ entry }: BlockGrammar, header: Form | undefined): fc.Arbitrary<Data> {
  const entries = fc.array(entry === undefined ? fc.constant(true) : form(entry), { maxLength: 3 });
  if (header === undefined || Object.keys(header.words).length === 0) return entries;
  return fc.tuple(members(header), entries).map(([named, items]) => ({
    ...(named as object),
    [ENTRIES]: items,
  }));
}

function form(given: Form): fc.Arbitrary<Data> {
  if (given.line === 'text') return fc.constantFrom('a b', '^x{2}\\"#$', '[0-9]+!', 'äöü');
  if (given.line === 'command') return command();
  if (!isSingle(given)) return members(given).map((data) => simplest(given, data));
  const argument = given.words['value'];
  if (argument === undefined) return fc.constant(true);
  const one = parameter(argument, []);
  return argument.optional && argument.absent === undefined
    ? fc.oneof(fc.constant(true), one)
    : one;
}

/** A word that may have options stands alone without them. */
function simplest(given: Form, data: Data): Data {
  if (!hasOptionalParts(given)) return data;
  const names = Object.keys(data);
  if (names.length === 0) return true;
  return names.join() === 'value' ? (data as { readonly value: Data }).value : data;
}

function command(): fc.Arbitrary<Data> {
  const account = fc.option(fc.constantFrom('root', 'a b', 'x"y'), { nil: undefined });
  return fc
    .tuple(fc.string({ minLength: 1 }), fc.array(fc.string(), { maxLength: 3 }), account, account)
    .map(([program, words, user, group]) => ({
      command: [program, ...words],
      ...(user === undefined ? {} : { user }),
      ...(user === undefined || group === undefined ? {} : { group }),
    }));
}

function members(given: Form): fc.Arbitrary<Data> {
  const taken = Object.entries(given.options).flatMap(([name, { aliases = [] }]) => [
    name,
    ...aliases,
  ]);
  const words = Object.entries(given.words).map(([name, each]) => {
    const one = parameter(each, taken);
    return [name, each.optional ? fc.option(one, { nil: undefined }) : one] as const;
  });
  const options = Object.entries(given.options)
    .filter(([name]) => !(name in given.words))
    .map(([name, each]) => [name, fc.option(option(each), { nil: undefined })] as const);
  return fc
    .record({ ...Object.fromEntries(words), ...Object.fromEntries(options) })
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, v]) => v !== undefined)))
    .filter((record) => isComplete(given, record as Readonly<Record<string, Data>>))
    .map((record) => record as Data);
}

function isComplete(given: Form, record: Readonly<Record<string, Data>>): boolean {
  const { either, least, words } = given;
  if (Object.keys(record).length < least) return false;
  if (either !== undefined && either.filter((each) => each in record).length !== 1) return false;
  // Words have their places only by those before them, unless they say themselves what they are.
  const names = Object.keys(words);
  const firstAbsent = names.findIndex((name) => !(name in record));
  return firstAbsent < 0 || names.slice(firstAbsent).every((name) => !(name in record));
}

function option({ argument, inner, qualifiers, several }: Option): fc.Arbitrary<Data> {
  const value = inner ? members(inner) : argument ? parameter(argument, []) : fc.constant(true);
  const one =
    qualifiers === undefined
      ? value
      : fc.oneof(
          value,
          fc.tuple(fc.constantFrom(...qualifiers), value).map(([q, v]) => `${q} ${v as string}`),
        );
  return several ? fc.array(one, { minLength: 1, maxLength: 2 }) : one;
}

function parameter(
  argument: Argument<unknown> & { readonly several?: true },
  taken: readonly string[],
): fc.Arbitrary<Data> {
  const one = datum(argument).filter((each) => !taken.includes(each as string));
  return argument.several ? fc.array(one, { minLength: 1, maxLength: 3 }) : one;
}

const ADDRESSES = fc
  .oneof(fc.ipV4(), fc.ipV6())
  .map((text) => parseIp(text))
  .filter((address) => address !== undefined);

/** What cannot be made from the schema alone, by placeholder. */
const BY_PLACEHOLDER: Readonly<Record<string, fc.Arbitrary<Data>>> = {
  'ADDRESS[/LENGTH]': ADDRESSES.map((address) => `${address}/24`),
  'PREFIX/LENGTH': fc
    .integer({ min: 0, max: 0xffff })
    .map((n) => `2001:db8:${(n || 1).toString(16)}::/64`),
  'default|ADDRESS[/LENGTH]': fc.oneof(fc.constant('default'), ADDRESSES),
  'ADDRESS[-LAST|/LENGTH]': ADDRESSES.map((address) => `${address}-9`),
  'ADDRESS|+|-': fc.constantFrom('+', '-', '10.255.255.255'),
  BYTES: fc.constantFrom('00', 'ab12'),
  DIGEST: fc.constant('0123456789abcdef0123456789abcdef'),
  MAC: fc.constantFrom('02:00:5e:00:01', '02:00:5e:00:01:02'),
  MODE: fc.constantFrom('0177', '022'),
  SCOPE: fc.constantFrom('global', 'link', 7),
  INTERFACE: fc.constantFrom('vrrp.5', 'eth0'),
  'N|N-N': fc.constantFrom('200', '301-399'),
  'SECONDS|forever': fc.constantFrom('0', 'forever'),
};

function datum(argument: Argument<unknown>): fc.Arbitrary<Data> {
  const { placeholder, schema, unit } = argument;
  const known = BY_PLACEHOLDER[placeholder];
  if (known !== undefined) return known;
  if (placeholder === 'ADDRESS') return address(argument);
  const {
    type,
    minimum: min,
    maximum: max,
    enum: values,
    pattern,
    maxLength,
  } = schema as SchemaFacts;
  if (values !== undefined) return fc.constantFrom(...values);
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer') return fc.integer({ min: min ?? 0, max: max ?? 0 });
  if (type === 'number') {
    // Down to the microsecond.
    const parts = unit === 'milliseconds' ? 1e3 : 1e6;
    const micro = { min: Math.ceil((min ?? 0) * parts), max: Math.floor((max ?? 0) * parts) };
    return fc.integer(micro).map((n) => n / parts);
  }
  const matcher = new RegExp(pattern ?? '', 'u');
  return fc
    .oneof(
      fc.constantFrom(
        'a',
        'eth0',
        'a b',
        'a\\',
        'a b\\',
        '\\',
        '{x',
        '@if',
        'include',
        '~SEQ(',
        '$A=b',
      ),
      fc.string(),
    )
    .filter((text) => matcher.test(text) && text.length <= (maxLength ?? Infinity));
}

interface SchemaFacts {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly Data[];
  readonly pattern?: string;
  readonly maxLength?: number;
}

/** Of the family and kind that is wanted. */
function address(argument: Argument<unknown>): fc.Arbitrary<Data> {
  const multicast = fc.constantFrom('224.0.0.18', 'ff02::12');
  const source: fc.Arbitrary<string> = argument.limit.includes('multicast') ? multicast : ADDRESSES;
  return source.filter((text) => argument.read(text).ok);
}
