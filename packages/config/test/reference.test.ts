import {
  documentSchema,
  formatDocument,
  keywordReference,
  parseConfiguration,
  type ConfigurationDocument,
  type Settings,
} from '@tandem/config';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { hasKeywords, type Data, type KeywordGrammar } from '../src/grammar.ts';
import { ROOT } from '../src/keywords/root.ts';

type Members = Record<string, Data>;

/** A document with every block that keywords can stand in. */
function baseline(): Members {
  const checker = { url: [{ path: '/' }] };
  return {
    global_defs: {},
    vrrp_instance: [
      { name: 'A', virtual_router_id: 1, virtual_ipaddress: [{ address: '10.0.0.1' }] },
    ],
    virtual_server: [
      {
        address: '10.0.0.1',
        port: 80,
        real_server: [
          {
            address: '10.0.0.2',
            port: 80,
            HTTP_GET: [checker],
            SSL_GET: [checker],
            ...Object.fromEntries(
              ['TCP_CHECK', 'DNS_CHECK', 'UDP_CHECK', 'PING_CHECK'].map((each) => [each, [{}]]),
            ),
            SMTP_CHECK: [{ host: [{}] }],
            MISC_CHECK: [{ misc_path: { command: ['/bin/true'] } }],
          },
        ],
      },
    ],
    vrrp_script: [{ name: 'S', script: { command: ['/bin/true'] } }],
    track_file: [{ name: 'F', file: '/tmp/f' }],
    vrrp_track_process: [{ name: 'P', process: { name: 'p' } }],
    bfd_instance: [{ name: 'B', neighbor_ip: '10.0.0.9' }],
  };
}

function settingsOf(document: ConfigurationDocument): Settings {
  const text = formatDocument(document);
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'box1', reader }).settings;
}

/** Every default of the tables, with the blocks that lead to it. */
function defaultsIn<D>(
  grammar: KeywordGrammar<D>,
  path: readonly string[],
): (readonly [readonly string[], Data])[] {
  return grammar.rows.flatMap((row) => {
    const own = [...path, row.keyword];
    const inside =
      row.kind === 'block' && hasKeywords(row.grammar) ? defaultsIn(row.grammar, own) : [];
    return row.default === undefined ? inside : [[own, row.default] as const, ...inside];
  });
}

const validate = new Ajv2020({ strict: false }).compile(documentSchema());

for (const [path, data] of defaultsIn(ROOT, [])) {
  test(`${path.join(' ')} ${JSON.stringify(data)} is what holds without it`, () => {
    const document = baseline();
    let block = document;
    for (const name of path.slice(0, -1)) {
      const inside: Data = block[name] ?? {};
      block[name] = inside;
      block = (Array.isArray(inside) ? inside[0] : inside) as Members;
    }
    block[path.at(-1) ?? ''] = data;
    validate(document);
    expect(validate.errors).toBeNull();
    expect(settingsOf(document)).toEqual(settingsOf(baseline()));
  });
}

test('the reference has each block once, and each keyword with what it takes', () => {
  const sections = keywordReference();
  const paths = sections.map(({ path }) => path);
  expect(new Set(paths).size).toBe(paths.length);
  const rows = sections.flatMap(({ path, rows }) =>
    rows.map(({ name, synopsis, limits }) => [path, name, synopsis, ...limits].join(' | ')),
  );
  expect(rows).toContain('vrrp_instance | priority | N | 1–255');
  expect(rows).toContain('global_defs | smtp_server | HOST [PORT] | PORT: 1–65535');
  expect(rows).toContain(
    ' | virtual_server | ADDRESS [PORT] | fwmark N | group NAME { … } | PORT: 0–65535 | FWMARK: 1 or more',
  );
  expect(rows).toContain('bfd_instance | min_rx | N | 1–4294967 milliseconds');
  expect(rows).toContain('vrrp_script | weight | N [reverse] | -253–253');
});

test('blocks with the same entries share a section', () => {
  const rows = keywordReference().flatMap((section) => section.rows);
  const section = (name: string): string | undefined =>
    rows.find((row) => row.name === name)?.section;
  expect(section('static_ipaddress')).toBe(section('virtual_ipaddress'));
  expect(section('virtual_ipaddress')).toBeDefined();
});
