import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configTestExitCode, formatDiagnostic, isFatal, parseConfiguration } from '@tandem/config';
import { expect, test } from 'vitest';
import { readerOf } from './sections.ts';

/**
 * Each file: input, a line of dashes, what comes of it. UPDATE_GOLDEN=1 rewrites the second half.
 * `# show: PATH…` in the input prints parts of the settings, as JSON.
 * `#### FILE` in the input begins another file, which the first one may include.
 * `# keepalived exits N` is there where keepalived 2.2.7 -t differs; elsewhere it exits the same.
 */
const folder = join(import.meta.dirname, 'golden');
const RULE = '----------\n';

for (const name of readdirSync(folder).filter((each) => each.endsWith('.conf-test'))) {
  test(`golden: ${name.replace('.conf-test', '').replaceAll('-', ' ')}`, () => {
    const path = join(folder, name);
    const [input = '', expected = ''] = readFileSync(path, 'utf8').split(RULE);
    const actual = outcome(input);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, `${input}${RULE}${actual}`);
    else expect(actual).toBe(expected);
  });
}

function outcome(input: string): string {
  const { settings, diagnostics } = parseConfiguration({
    path: 'test.conf',
    hostName: 'box1',
    reader: readerOf(input, 'test.conf'),
  });
  const parts = diagnostics.map(
    (each) => `${formatDiagnostic(each)}${isFatal(each) ? '\n(fatal)' : ''}\n`,
  );
  const paths = /^# show: (.*)$/m.exec(input)?.[1]?.split(' ') ?? [];
  const shown = paths.map((path) => `${path} = ${JSON.stringify(at(settings, path), null, 2)}\n`);
  return [...shown, ...parts, `exit ${configTestExitCode(diagnostics)}\n`].join('\n');
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce((object, key) => (object as Record<string, unknown>)[key], value);
}
