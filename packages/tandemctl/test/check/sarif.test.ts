import { parseConfiguration } from '@tandem/config';
import { expect, test } from 'vitest';
import { sarifLog } from '../../src/check/sarif.ts';

/** The parts of SARIF 2.1.0 that we write. */
interface Log {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly Rule[] } };
    readonly results: readonly Result[];
  }[];
}
interface Rule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly occurrenceCount?: number;
  readonly locations?: readonly Location[];
  readonly relatedLocations?: readonly (Location & { readonly message: { text: string } })[];
}
interface Location {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region: {
      readonly startLine: number;
      readonly startColumn: number;
      readonly endColumn: number;
    };
  };
}

const FILES: Readonly<Record<string, string>> = {
  '/etc/lb 1.conf': '$P=300\ninclude nothing.conf\ninclude web.conf\n',
  'web.conf':
    'vrrp_instance A {\n  interface eth0\n  virtual_router_id 10\n  priority ${P}\n  virtual_ipaddress {\n    10.0.0.1\n  }\n}\n',
};

function log(): Log {
  const { diagnostics } = parseConfiguration({
    path: '/etc/lb 1.conf',
    hostName: 'box1',
    reader: {
      read(path) {
        const text = FILES[path];
        if (text === undefined) return [];
        const beside = { path: `${path}~`, problem: 'executable' } as const;
        return path.startsWith('/') ? [beside, { path, text }] : [{ path, text }];
      },
    },
  });
  return JSON.parse(JSON.stringify(sarifLog(diagnostics, '1.0'))) as Log;
}

test('SARIF 2.1.0: a log has one run, with a rule for each code that occurs', () => {
  const { version, runs } = log();
  expect(version).toBe('2.1.0');
  expect(runs).toHaveLength(1);
  const rules = runs[0]?.tool.driver.rules ?? [];
  expect(rules.map((each) => each.id)).toEqual([
    'FILE_SKIPPED',
    'INCLUDE_MISSING',
    'NUMBER_OUT_OF_RANGE',
  ]);
  expect(rules.every((each) => each.shortDescription.text !== '')).toBe(true);
});

test('SARIF 2.1.0 §3.27: each result names its rule, a level of three, a message and a region', () => {
  const [run] = log().runs;
  for (const { ruleId, ruleIndex, level, message, locations = [] } of run?.results ?? []) {
    expect(run?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(['error', 'warning', 'note']).toContain(level);
    expect(message.text).not.toBe('');
    for (const { physicalLocation } of locations) {
      const { region } = physicalLocation;
      expect(region.startLine).toBeGreaterThan(0);
      expect(region.endColumn).toBeGreaterThan(region.startColumn);
    }
  }
  const places = run?.results.map(
    (each) => each.locations?.[0]?.physicalLocation.artifactLocation.uri,
  );
  expect(places).toEqual([undefined, 'file:///etc/lb%201.conf', 'web.conf']);
});

test('the chain of a line becomes relatedLocations, and its expansion part of the message', () => {
  const result = log().runs[0]?.results.find((each) => each.ruleId === 'NUMBER_OUT_OF_RANGE');
  expect(result?.message.text).toContain('expands to: priority 300');
  expect(result?.relatedLocations?.map((each) => each.message.text)).toEqual([
    'from $P, defined at /etc/lb 1.conf:1:1',
    'included from /etc/lb 1.conf:3:1',
  ]);
});

test('SARIF 2.1.0 §3.27.10: what all copies of a repeated line have is one result that counts them', () => {
  const { diagnostics } = parseConfiguration({
    path: 'a.conf',
    hostName: 'box1',
    reader: { read: (path) => [{ path, text: '~SEQ(N, 1, 5) foo${N}\nbar\n' }] },
  });
  const { runs } = JSON.parse(JSON.stringify(sarifLog(diagnostics, '1.0'))) as Log;
  expect(runs[0]?.results.map((each) => each.occurrenceCount)).toEqual([5, undefined]);
});
