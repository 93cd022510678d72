import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  formatConfiguration,
  parseConfiguration,
  type Diagnostic,
  type SourceReader,
} from '@tandem/config';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText, configurationText } from '../arbitrary/configuration-text.ts';

/** All that a file includes has one text, or is not there. */
function includer(included: string | undefined): SourceReader {
  return { read: (path) => (included === undefined ? [] : [{ path, text: included }]) };
}

function format(text: string, included?: string): string | undefined {
  const formatted = formatConfiguration({ path: 'a.conf', text, reader: includer(included) });
  return formatted.ok ? formatted.text : undefined;
}

/** What a box makes of a text: all but the places. */
function meaning(text: string, configId: string, included?: string): unknown {
  const { settings, diagnostics } = parseConfiguration({
    path: 'a.conf',
    hostName: 'box1',
    configId,
    reader: {
      read: (path, directory) =>
        directory === undefined ? [{ path, text }] : includer(included).read(path, directory),
    },
  });
  return { settings, diagnostics: diagnostics.map(withoutPlace) };
}

function withoutPlace({ code, severity, message, hint, fatal }: Diagnostic): unknown {
  const places = /\bline \d+/g;
  return {
    code,
    severity,
    fatal,
    // This one quotes a whole statement.
    message: code === 'MISSING_CLOSE_BRACE' ? message.replaceAll(/[ \t]+/g, ' ') : message,
    hint: hint?.replaceAll(places, 'line'),
  };
}

function expectSound(text: string, included?: string): void {
  const formatted = format(text, included);
  if (formatted === undefined) return;
  expect(format(formatted, included)).toBe(formatted);
  expect(visible(formatted)).toBe(visible(text));
  for (const id of ['lb1', 'lb2', 'box1']) {
    expect(meaning(formatted, id, included)).toEqual(meaning(text, id, included));
  }
}

/** The characters that are seen, in order. */
function visible(text: string): string {
  return text.replaceAll(/\r?(?:\n|$)|[ \t]/g, '');
}

test('whatever the text, what the formatter makes of it is a fixed point and means the same', () => {
  fc.assert(
    fc.property(anyText, (text) => expectSound(text)),
    {
      numRuns: 2000,
      seed: 1,
    },
  );
});

test('whatever a file includes, formatting it is a fixed point and changes no meaning', () => {
  const including = anyText.map((text) => `include c.conf\n${text}`);
  fc.assert(
    fc.property(including, anyText, (text, included) => expectSound(text, included)),
    { numRuns: 2000, seed: 1 },
  );
});

test('a configuration whose blocks included definitions open and close keeps its meaning', () => {
  const opened = configurationText.map((text) =>
    [
      'include d.conf',
      '  $OPEN',
      text,
      '$CLOSE # a',
      text,
      '$OPEN',
      `${text}$NEXT`,
      `${text}}`,
      '',
    ].join('\n'),
  );
  const definitions =
    '$OPEN=vrrp_instance  B  {\n$CLOSE= \\\n  priority  9 \\\n }\n$NEXT=} virtual_server 10.0.0.1 80 {\n';
  const included = fc.constantFrom(definitions, `${definitions}$Q="\n`);
  fc.assert(
    fc.property(opened, included, (text, others) => {
      expect(format(text, others)).toBeDefined();
      expectSound(text, others);
    }),
    { numRuns: 300, seed: 1 },
  );
});

test('a configuration in any layout keeps its meaning, and the formatter takes it', () => {
  fc.assert(
    fc.property(configurationText, (text) => {
      expect(format(text)).toBeDefined();
      expectSound(text);
    }),
    { numRuns: 500, seed: 1 },
  );
});

const folders = [
  join(import.meta.dirname, '../golden'),
  join(import.meta.dirname, '../../../../configs/examples'),
];

test.each(folders)('formatting keeps the meaning of every file in %s', (folder) => {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.conf(-test)?$/.test(name)) continue;
    const [text = ''] = readFileSync(join(folder, name), 'utf8').split('----------\n', 1);
    expectSound(text);
  }
});
