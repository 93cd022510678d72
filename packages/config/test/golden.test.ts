import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  configTestExitCode,
  findTraps,
  formatDiagnostic,
  judgeConfiguration,
  parseConfiguration,
} from '@tandem/config';
import { expect, test } from 'vitest';
import { readerOf } from './sections.ts';

/**
 * Each file: input, a line of dashes, what comes of it. UPDATE_GOLDEN=1 rewrites the second half.
 * `# show: PATH…` in the input prints parts of the settings, as JSON.
 * `# traps` in the input looks for traps as well, which -t does not, and leaves out what
 * has no effect yet.
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
  const traps = /^# traps$/m.test(input);
  const source = { path: 'test.conf', hostName: 'box1', reader: readerOf(input, 'test.conf') };
  const { settings, diagnostics } = parseConfiguration({
    ...source,
    ...(traps && { inspect: findTraps }),
  });
  if (!traps) expect(judgeConfiguration(source)).toEqual(diagnostics);
  const shownTo = traps
    ? diagnostics.filter((each) => each.code !== 'ACCEPTED_WITHOUT_EFFECT')
    : diagnostics;
  const parts = shownTo.map((each) => `${formatDiagnostic(each)}\n`);
  const paths = /^# show: (.*)$/m.exec(input)?.[1]?.split(' ') ?? [];
  const shown = paths.map((path) => `${path} = ${JSON.stringify(at(settings, path), null, 2)}\n`);
  const exit = traps ? [] : [`exit ${configTestExitCode(diagnostics)}\n`];
  return [...shown, ...parts, ...exit].join('\n');
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce((object, key) => (object as Record<string, unknown> | undefined)?.[key], value);
}
