import { expect, test, vi } from 'vitest';
import { createProgram } from '../src/program.ts';

test.each([
  ['status', '--nonsense'],
  ['reload', 'now'],
  ['completion', 'csh'],
  ['drain', '10.0.0.1', '--timeout', 'x'],
  ['drain', '10.0.0.1', '--timeout=-1'],
  ['nonsense'],
])('wrong usage ends with 2, as 1 means degraded, refused or problems: %s %s', async (...words) => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((status) => {
    throw new Error(`exit ${status}`);
  });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await expect(createProgram().parseAsync(words, { from: 'user' })).rejects.toThrow('exit 2');
  expect(exit).toHaveBeenCalledTimes(1);
  vi.restoreAllMocks();
});
