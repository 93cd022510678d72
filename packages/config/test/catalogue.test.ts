import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CATALOGUE,
  clusterDiagnostics,
  findTraps,
  parseConfiguration,
  type Box,
  type Diagnostic,
  type DiagnosticCode,
  type SourceReader,
} from '@tandem/config';
import { parseIp, type IpAddress } from '@tandem/inet';
import { expect, test } from 'vitest';
import { CLUSTER_CODES } from '../src/catalogue/cluster.ts';
import type { CatalogueEntry } from '../src/catalogue/entry.ts';
import { memberOf, readerOf } from './sections.ts';

/** What completes an example that stands in a block. */
const CONTEXTS: Readonly<Record<NonNullable<CatalogueEntry['within']>, string>> = {
  global_defs: 'global_defs {\nEXAMPLE\n}',
  vrrp_instance:
    'vrrp_instance A {\ninterface eth0\nvirtual_router_id 10\nvirtual_ipaddress {\n10.0.0.1/24\n}\nEXAMPLE\n}',
  virtual_server:
    'virtual_server 10.0.0.1 80 {\nlvs_sched rr\nlvs_method DR\nprotocol TCP\nEXAMPLE\nreal_server 10.0.1.1 80 {\n}\n}',
  real_server:
    'virtual_server 10.0.0.1 80 {\nlvs_sched rr\nlvs_method DR\nprotocol TCP\nreal_server 10.0.1.1 80 {\nEXAMPLE\n}\n}',
};

/** What only a box that lacks it shows. */
const BOXES: Partial<Record<DiagnosticCode, Box>> = {
  UNKNOWN_INTERFACE: { hasInterface: (name) => name !== 'eth9' },
  NO_SCRIPT_USER: { hasAccount: () => false },
  NO_SETPRIV: { obstacleOf: (program) => (program === 'setpriv' ? 'it is missing' : undefined) },
  UNKNOWN_PROCESSOR: { hasProcessor: () => false },
  UNKNOWN_ACCOUNT: { hasAccount: () => false },
  ADDRESS_OUTSIDE_PREFIX: {
    prefixesOf: () => [{ address: parseIp('192.0.2.2') as IpAddress, length: 24 }],
  },
  ADDRESS_OF_THE_BOX: {
    prefixesOf: () => [{ address: parseIp('192.0.2.2') as IpAddress, length: 24 }],
  },
  SOURCE_NOT_CONFIGURED: { hasAddress: () => false },
  INTERFACE_WITHOUT_ADDRESS: { prefixesOf: () => [] },
  KEY_FILE: { keyFile: () => ({ problem: 'there is no such file' }) },
  KEY_FILE_OPEN: { keyFile: () => ({ text: `hex:${'00'.repeat(32)}\n`, isOpen: true }) },
  SCRIPT_NOT_RUNNABLE: { obstacleOf: () => '/usr/local/sbin does not exist' },
  SCRIPT_INSECURE: { weaknessOf: () => '/tmp can be written by everybody' },
};

/** Files that no text can show. */
const READERS: Partial<Record<DiagnosticCode, SourceReader>> = {
  FILE_MISSING: { read: () => [] },
  FILE_UNREADABLE: { read: (path) => [{ path, problem: 'unreadable' }] },
  FILE_SKIPPED: {
    read: (path) =>
      path === 'a.conf'
        ? [{ path, text: CATALOGUE.FILE_SKIPPED.example }]
        : [{ path, problem: 'executable' }],
  },
};

for (const [code, entry] of Object.entries(CATALOGUE) as [DiagnosticCode, CatalogueEntry][]) {
  test(`the example of ${code} gives it, as ${entry.severity}, and no other error`, () => {
    const found = diagnose(code, entry);
    const own = found.filter((each) => each.code === code);
    expect(own[0]?.severity).toBe(entry.severity);
    const others = found.filter((each) => each.severity === 'error' && each.code !== code);
    expect(others).toEqual([]);
  });
}

function diagnose(code: DiagnosticCode, entry: CatalogueEntry): readonly Diagnostic[] {
  if (Object.hasOwn(CLUSTER_CODES, code)) return diagnoseCluster(entry);
  const reader = READERS[code] ?? readerOf(wrap(entry.example, entry), 'a.conf');
  const box = BOXES[code] ?? {};
  return parseConfiguration({ path: 'a.conf', hostName: 'box1', reader, box, inspect: findTraps })
    .diagnostics;
}

function wrap(example: string, { within }: CatalogueEntry): string {
  return within === undefined ? example : CONTEXTS[within].replace('EXAMPLE', () => example);
}

/** Each part of the example stands in its own file. */
function diagnoseCluster(entry: CatalogueEntry): readonly Diagnostic[] {
  const members = entry.example
    .split(/^#### b.conf\n/m)
    .map((part, i) => memberOf(`box${i}.conf`, wrap(part, entry)));
  expect(members).toHaveLength(2);
  return clusterDiagnostics(members);
}

test('every code of the catalogue is used in the source', () => {
  const folder = join(import.meta.dirname, '../src');
  const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((each) => each.endsWith('.ts') && !each.startsWith('catalogue'))
    .map((each) => readFileSync(join(folder, each), 'utf8'))
    .join('\n');
  const unused = Object.keys(CATALOGUE).filter((code) => !source.includes(`'${code}'`));
  expect(unused).toEqual([]);
});
