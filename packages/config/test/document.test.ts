import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  documentOf,
  documentsInOrder,
  documentSchema,
  formatDocument,
  parseConfiguration,
  type Configuration,
  type Inspector,
  type LocatedDocument,
  type SourceReader,
} from '@tandem/config';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasKeywords, type KeywordGrammar } from '../src/grammar.ts';
import { ROOT } from '../src/keywords/root.ts';
import { arbitraryDocument } from './arbitrary-document.ts';

/** A configuration, what it says as one document, and as documents in order. */
type Parsed = Configuration & LocatedDocument & { readonly inOrder: readonly LocatedDocument[] };

function parse(text: string): Parsed {
  return read({ read: (path: string) => [{ path, text }] });
}

function read(reader: SourceReader): Parsed {
  let located: LocatedDocument = { document: {}, origins: {} };
  let inOrder: readonly LocatedDocument[] = [];
  const inspect: Inspector = (outline) => {
    located = documentOf(outline);
    inOrder = documentsInOrder(outline);
  };
  const source = { path: 'a.conf', hostName: 'box1', reader, inspect };
  return { ...parseConfiguration(source), ...located, inOrder };
}

const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
});
const validate = ajv.compile(documentSchema());

test('the schema is one of draft 2020-12', () => {
  expect(ajv.validateSchema(documentSchema())).toBe(true);
});

test('a generated document is valid, and what is written from it reads as the same', () => {
  fc.assert(
    fc.property(arbitraryDocument(), (document) => {
      validate(document);
      expect(validate.errors).toBeNull();
      const text = formatDocument(document);
      const again = parse(text);
      expect(again.document).toEqual(document);
      expect(formatDocument(again.document)).toBe(text);
      expect(JSON.parse(JSON.stringify(document))).toEqual(document);
    }),
    { seed: 1, numRuns: 300 },
  );
});

/** What documents say, written one after the other. */
function written(documents: readonly LocatedDocument[]): string {
  return documents.map(({ document }) => formatDocument(document)).join('');
}

test('the settings of a file with any order of blocks are those of what is written from it', () => {
  const parts = fc.array(arbitraryDocument(), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(parts, (documents) => {
      const text = documents.map((each) => formatDocument(each)).join('');
      const { settings, inOrder } = parse(text);
      expect(parse(written(inOrder)).settings).toEqual(settings);
    }),
    { seed: 1, numRuns: 100 },
  );
});

const golden = join(import.meta.dirname, 'golden');

for (const name of readdirSync(golden).filter((each) => each.endsWith('.conf-test'))) {
  const [text = ''] = readFileSync(join(golden, name), 'utf8').split('----------\n');
  const { settings, inOrder, diagnostics } = parse(text);
  if (diagnostics.some((each) => each.severity === 'error')) continue;
  test(`what is written from ${name} gives the same settings`, () => {
    expect(parse(written(inOrder)).settings).toEqual(settings);
  });
}

test('every keyword of the tables is in a generated document', () => {
  const seen = new Set<string>();
  for (const document of fc.sample(arbitraryDocument(), { seed: 2, numRuns: 3000 })) {
    collect(document, '', seen);
  }
  const missing = keywordPaths(ROOT, '').filter((each) => !seen.has(each));
  expect(missing).toEqual([]);
});

function keywordPaths<D>(grammar: KeywordGrammar<D>, path: string): string[] {
  return grammar.rows.flatMap((row) => {
    const own = `${path}/${row.keyword}`;
    const isNested = row.kind === 'block' && hasKeywords(row.grammar);
    return isNested ? [own, ...keywordPaths(row.grammar, own)] : [own];
  });
}

function collect(data: unknown, path: string, seen: Set<string>): void {
  if (Array.isArray(data)) {
    for (const each of data) collect(each, path, seen);
  } else if (typeof data === 'object' && data !== null) {
    for (const [name, value] of Object.entries(data)) {
      seen.add(`${path}/${name}`);
      collect(value, `${path}/${name}`, seen);
    }
  }
}

const instance = { name: 'A', virtual_router_id: 1 };

// What is wrong, and the place that is named.
// prettier-ignore
const WRONG: readonly (readonly [string, unknown, string])[] = [
  ['a number out of range', { vrrp_instance: [{ ...instance, priority: 256 }] }, '/vrrp_instance/0/priority'],
  ['a decimal where it is whole', { vrrp_instance: [{ ...instance, garp_master_delay: 1.5 }] }, '/vrrp_instance/0/garp_master_delay'],
  ['a text for a number', { vrrp_instance: [{ ...instance, priority: '100' }] }, '/vrrp_instance/0/priority'],
  ['false for a flag', { vrrp_instance: [{ ...instance, nopreempt: false }] }, '/vrrp_instance/0/nopreempt'],
  ['an unknown keyword', { vrrp_instance: [{ ...instance, prioritty: 1 }] }, '/vrrp_instance/0'],
  ['an alias', { virtual_server: [{ address: '10.0.0.1', lb_algo: 'rr' }] }, '/virtual_server/0'],
  ['a block that lacks its name', { vrrp_instance: [{ virtual_router_id: 1 }] }, '/vrrp_instance/0'],
  ['one block where there may be several', { vrrp_instance: instance }, '/vrrp_instance'],
  ['a virtual server of two kinds', { virtual_server: [{ address: '10.0.0.1', fwmark: 1 }] }, '/virtual_server/0'],
  ['an address that is none', { vrrp_instance: [{ ...instance, mcast_src_ip: '10.0.0.256' }] }, '/vrrp_instance/0/mcast_src_ip'],
  ['an unknown option of an address', { static_ipaddress: [{ address: '10.0.0.1', lable: 'x' }] }, '/static_ipaddress/0'],
  ['a scheduler that there is not', { virtual_server: [{ fwmark: 1, lvs_sched: 'best' }] }, '/virtual_server/0/lvs_sched'],
  ['a word that cannot be written', { global_defs: { router_id: 'a"b' } }, '/global_defs/router_id'],
];

test.each(WRONG)('the schema refuses %s', (_, document, place) => {
  expect(validate(document)).toBe(false);
  expect(validate.errors?.map((each) => each.instancePath)).toContain(place);
});

function masterWith(line: string): Parsed {
  return parse(
    `vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nstate MASTER\n${line}\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n`,
  );
}

function priorityIn({ settings }: Configuration): number | undefined {
  return settings.vrrpInstances[0]?.priority;
}

test('a refused value is what it is taken for, where that is not what holds without it', () => {
  for (const [line, priority, data] of [
    ['priority 300', 100, 100],
    ['priority x', 100, 100],
    ['priority', 255, undefined],
    ['', 255, undefined],
  ] as const) {
    const parsed = masterWith(line);
    expect(priorityIn(parsed), line).toBe(priority);
    const [instances] = Object.values(parsed.document);
    expect((instances as { priority?: number }[])[0]?.priority, line).toBe(data);
    expect(priorityIn(parse(formatDocument(parsed.document))), line).toBe(priority);
  }
});

test('origins name the line of each value, through includes', () => {
  const files: Readonly<Record<string, string>> = {
    'a.conf': 'include b.conf\ntrack_file F {\n  file /tmp/f\n}\n',
    'b.conf': 'global_defs {\n\n  router_id x\n  lvs_flush\n}\nstatic_ipaddress {\n  10.0.0.1\n}\n',
  };
  const reader = { read: (path: string) => [{ path, text: files[path] ?? '' }] };
  const { origins } = read(reader);
  expect(origins['/global_defs/router_id']).toBe('b.conf:3');
  expect(origins['/static_ipaddress/0']).toBe('b.conf:7');
  expect(origins['/track_file/0/file']).toBe('a.conf:3');
});

test('what refers to something is written after it, whatever the order of the document', () => {
  const text = formatDocument({
    vrrp_instance: [{ ...instance, track_script: [{ name: 'S' }] }],
    vrrp_script: [{ name: 'S', script: { command: ['/bin/true'] } }],
    global_defs: { enable_script_security: true },
  });
  const keywords = text.split('\n').filter((each) => /^[a-z]/.test(each));
  expect(keywords).toEqual(['global_defs {', 'vrrp_script S {', 'vrrp_instance A {']);
});

test('global_defs after what it would reach begins a document of its own', () => {
  const globals = 'global_defs {\n  vrrp_version 3\n}\n';
  const block =
    'vrrp_instance A {\n  virtual_router_id 1\n  virtual_ipaddress {\n    10.0.0.1\n  }\n}\n';
  const [late, early] = [parse(block + globals), parse(globals + block)];
  expect(written(late.inOrder)).toBe(block + globals);
  expect(early.inOrder).toHaveLength(1);
});

test.each([
  ['weight 5\nweight 6', { weight: 5 }],
  ['weight 1\nweight 6', { weight: 6 }],
  ['weight 1 reverse\nweight 6', { weight: 6 }],
])('of two weights the first counts unless it is the default: %j', (lines, expected) => {
  const { document, inOrder } = parse(`track_file F {\nfile /tmp/f\n${lines}\n}\n`);
  expect(document['track_file']).toEqual([{ name: 'F', file: '/tmp/f', ...expected }]);
  expect(inOrder).toHaveLength(1);
});

test('an unknown keyword is no document', () => {
  expect(() => formatDocument({ vrrp_instanc: [] })).toThrow(RangeError);
});
