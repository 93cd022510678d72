import type { Schema } from '../argument.ts';
import type { Form, Option } from '../form.ts';
import {
  formatSince,
  formOf,
  hasKeywords,
  type BlockGrammar,
  type BlockKeyword,
  type Keyword,
} from '../grammar.ts';
import { ROOT } from '../keywords/root.ts';
import { ENTRIES } from './build.ts';
import { hasOptionalParts, isSingle } from './form-data.ts';

/**
 * The JSON Schema of a configuration document, from the keyword tables.
 * @returns a schema of draft 2020-12; descriptions say what keywords mean and in which unit
 */
export function documentSchema(): Schema {
  const definitions: Definitions = { names: new Map(), schemas: {} };
  const root = blockSchema(ROOT, undefined, definitions);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'keepalived.conf as plain data, as tandemctl dump --format json prints it',
    ...root,
    $defs: definitions.schemas,
  };
}

/** What is described once and referred to by name. */
interface Definitions {
  readonly names: Map<object, string>;
  readonly schemas: Record<string, Schema>;
}

/** @returns a reference to what has been described already, or is described now */
function reference(
  what: object,
  given: { readonly name: string; readonly definitions: Definitions },
  describe: () => Schema,
): Schema {
  const { definitions, name } = given;
  const known = definitions.names.get(what);
  if (known !== undefined) return { $ref: `#/$defs/${known}` };
  const taken = Object.keys(definitions.schemas).filter((each) => each.split('.')[0] === name);
  const unique = taken.length === 0 ? name : `${name}.${taken.length + 1}`;
  definitions.names.set(what, unique);
  // Its place among the others is that of its first use.
  definitions.schemas[unique] = {};
  definitions.schemas[unique] = describe();
  return { $ref: `#/$defs/${unique}` };
}

function rowSchema<D>(row: Keyword<D>, definitions: Definitions): Schema {
  const schema = row.kind === 'block' ? blockRowSchema(row, definitions) : formSchema(formOf(row));
  const fallback = row.default === undefined ? {} : { default: row.default };
  return { description: description(row), ...fallback, ...schema };
}

function description<D>(row: Keyword<D>): string {
  const { doc, otherwise, since, withoutEffect } = row;
  const form = formOf(row);
  const unit = isSingle(form) ? form.words['value']?.unit : undefined;
  return [
    doc,
    ...(unit === undefined ? [] : [`In ${unit}.`]),
    ...(otherwise === undefined ? [] : [`Default: ${otherwise}.`]),
    ...(since === undefined ? [] : [formatSince(since)]),
    ...(withoutEffect === undefined ? [] : ['Accepted, without effect.']),
  ].join(' ');
}

function blockRowSchema<D>(row: BlockKeyword<D>, definitions: Definitions): Schema {
  const { grammar, form, keyword } = row;
  const schema = hasKeywords(grammar)
    ? reference(grammar, { name: keyword, definitions }, () =>
        blockSchema(grammar, form, definitions),
      )
    : listSchema(grammar, form, definitions);
  return row.several ? { type: 'array', items: schema } : schema;
}

function blockSchema(
  grammar: BlockGrammar,
  form: Form | undefined,
  definitions: Definitions,
): Schema {
  const rows = hasKeywords(grammar) ? grammar.rows : [];
  const members = rows.map((row) => [row.keyword, rowSchema(row, definitions)]);
  const header = form && membersSchema(form);
  const needed = rows.filter((row) => row.required).map((row) => row.keyword);
  const required = [...((header?.['required'] as string[] | undefined) ?? []), ...needed];
  return {
    ...header,
    type: 'object',
    properties: {
      ...(header?.['properties'] as Schema | undefined),
      ...Object.fromEntries(members),
    },
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function listSchema({ entry, name }: BlockGrammar, form: Form, definitions: Definitions): Schema {
  if (entry === undefined) return {};
  const items = isSingle(entry)
    ? formSchema(entry)
    : reference(entry, { name: `${name}_entry`, definitions }, () => formSchema(entry));
  const list = { type: 'array', items };
  if (Object.keys(form.words).length === 0) return list;
  const header = membersSchema(form);
  return {
    ...header,
    properties: { ...(header['properties'] as Schema), [ENTRIES]: list },
    required: [...((header['required'] as string[] | undefined) ?? []), ENTRIES],
  };
}

/** Of the words after a keyword, or of an entry. */
function formSchema(form: Form): Schema {
  if (form.line === 'text') return { type: 'string', pattern: TEXT_PATTERN };
  if (hasOptionalParts(form)) return partsSchema(form);
  if (!isSingle(form)) return membersSchema(form);
  const argument = form.words['value'];
  if (argument === undefined) return { const: true };
  const { schema, optional, several, absent } = argument;
  const one: Schema = several ? { type: 'array', items: schema, minItems: 1 } : schema;
  return optional && absent === undefined ? { anyOf: [{ const: true }, one] } : one;
}

/** The word alone, or with some of its options. */
function partsSchema(form: Form): Schema {
  const members = membersSchema(form);
  const { schema = {}, optional } = form.words['value'] ?? {};
  const bare = optional ? [{ const: true }] : [];
  return { anyOf: [...bare, schema, { ...members, minProperties: optional ? 1 : 2 }] };
}

/** A double quote only after a backslash, and nothing that would be replaced. */
const TEXT_PATTERN = '^(?!.*\\$\\{?_)(?:[^"\\\\\\r\\n]|\\\\[^\\r\\n])+$';

function membersSchema(form: Form): Schema {
  const words = Object.entries(form.words).map(([name, { schema, several, unit }]) => {
    const one = several ? { type: 'array', items: schema, minItems: 1 } : schema;
    return [name, unit === undefined ? one : { description: `In ${unit}.`, ...one }] as const;
  });
  const options = Object.entries(form.options)
    .filter(([name]) => !(name in form.words))
    .map(([name, option]) => [name, optionSchema(option)] as const);
  const required = Object.entries(form.words).flatMap(([name, each]) =>
    each.optional ? [] : [name],
  );
  return {
    type: 'object',
    properties: Object.fromEntries([...words, ...options]),
    ...(required.length === 0 ? {} : { required }),
    ...(form.either && { oneOf: form.either.map((each) => ({ required: [each] })) }),
    ...(form.least > required.length && !form.either ? { minProperties: form.least } : {}),
    additionalProperties: false,
  };
}

function optionSchema({ argument, inner, qualifiers, several, doc }: Option): Schema {
  const plain = inner ? membersSchema(inner) : (argument?.schema ?? { const: true });
  const qualified =
    qualifiers === undefined
      ? plain
      : { anyOf: [plain, { type: 'string', pattern: `^(${qualifiers.join('|')}) [^"\\r\\n]+$` }] };
  const one = several ? { type: 'array', items: qualified, minItems: 1 } : qualified;
  return { ...(doc === undefined ? {} : { description: doc }), ...one };
}
