import { afterEach, expect, test, vi } from 'vitest';
import { checkCommand } from '../../src/check/options.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs the command line, up to where the process would end. */
async function run(...words: readonly string[]): Promise<{ exitCode: unknown; said: string }> {
  const said: string[] = [];
  const write = (text: unknown): boolean => said.push(String(text)) > 0;
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  await checkCommand('1')
    .parseAsync(words, { from: 'user' })
    .catch(() => {});
  return { exitCode: exit.mock.calls[0]?.[0], said: said.join('') };
}

test.each([
  [[], 'missing required argument'],
  [['--bogus', 'a.conf'], 'unknown option'],
  [['--format', 'xml', 'a.conf'], 'Allowed choices are text, json, sarif'],
  [['--cluster', 'a.conf'], 'at least two files'],
  [['--explain', 'NO_SUCH_CODE'], 'there is no code'],
])('wrong usage %j exits 2, which is not the status of problems found', async (words, reason) => {
  const { exitCode, said } = await run(...words);
  expect(exitCode).toBe(2);
  expect(said).toContain(reason);
});

test('help exits 0', async () => {
  const { exitCode, said } = await run('--help');
  expect(exitCode).toBe(0);
  expect(said).toContain('--strict');
});
