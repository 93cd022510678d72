import { expect, test } from 'vitest';
import { daemonWords, type CleanupOptions } from '../src/cleanup-command.ts';
import { createProgram } from '../src/program.ts';

test('every option of cleanup is said to the daemon in its own words', () => {
  const { options = [] } = createProgram().commands.find((each) => each.name() === 'cleanup') ?? {};
  const values: CleanupOptions = Object.fromEntries(
    options.map((each) => [each.attributeName(), each.required ? each.attributeName() : true]),
  );
  const words = daemonWords(values);
  expect(words[0]).toBe('--cleanup=dry-run');
  for (const each of options.filter((option) => option.required))
    expect(words).toContain(each.attributeName());
});

test('a file for several boxes is read as the one that is named', () => {
  expect(daemonWords({ useFile: 'all.conf', configId: 'lb1' })).toEqual([
    '--cleanup',
    '--use-file',
    'all.conf',
    '--config-id',
    'lb1',
  ]);
});
