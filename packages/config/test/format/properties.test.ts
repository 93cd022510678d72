import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatConfiguration, parseConfiguration, type Diagnostic } from '@tandem/config';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText, configurationText } from '../arbitrary/configuration-text.ts';

function format(text: string): string | undefined {
  const formatted = formatConfiguration({ path: 'a.conf', text });
  return formatted.ok ? formatted.text : undefined;
}

/** What a box makes of a text: all but the places. */
function meaning(text: string, configId: string): unknown {
  const { settings, diagnostics } = parseConfiguration({
    path: 'a.conf',
    hostName: 'box1',
    configId,
    reader: { read: (path, directory) => (directory === undefined ? [{ path, text }] : []) },
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

function expectSound(text: string): void {
  const formatted = format(text);
  if (formatted === undefined) return;
  expect(format(formatted)).toBe(formatted);
  expect(visible(formatted)).toBe(visible(text));
  for (const id of ['lb1', 'lb2', 'box1']) {
    expect(meaning(formatted, id)).toEqual(meaning(text, id));
  }
}

/** The characters that are seen, in order. */
function visible(text: string): string {
  return text.replaceAll(/\r?(?:\n|$)|[ \t]/g, '');
}

test('whatever the text, what the formatter makes of it is a fixed point and means the same', () => {
  fc.assert(fc.property(anyText, expectSound), {
    numRuns: 2000,
    seed: 1,
  });
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
