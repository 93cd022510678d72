import { afterEach, expect, test, vi } from 'vitest';
import { endOnOutputError } from '../src/output-error.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  ['EPIPE', undefined, ''],
  ['ENOSPC', 1, 'genhash: cannot write the output: no space\n'],
])('output that fails with %s ends the program with status %s', (code, status, said) => {
  const heard: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => heard.push(String(text)) > 0);
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('ended');
  });
  expect(() => endOnOutputError(Object.assign(new Error('no space'), { code }))).toThrow('ended');
  expect([exit.mock.calls[0]?.[0], heard.join('')]).toEqual([status, said]);
});
