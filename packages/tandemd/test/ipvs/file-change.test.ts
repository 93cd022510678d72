import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nextNumber } from '../../src/ipvs/file-change.ts';

function probeOf(text: string, known?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'load');
  writeFileSync(path, text);
  const probe = { type: 'FILE_CHECK', name: 'load', path } as const;
  return known === undefined ? probe : { ...probe, known };
}

const NEVER = new AbortController().signal;
const quiet = (): void => undefined;

test('a number that is news comes at once', async () => {
  expect(await nextNumber(probeOf('5\n'), NEVER, quiet)).toEqual({ ok: true, number: 5 });
  expect(await nextNumber(probeOf('5\n', 4), NEVER, quiet)).toEqual({ ok: true, number: 5 });
  const missing = { type: 'FILE_CHECK', name: 'x', path: '/nonexistent/x' } as const;
  expect(await nextNumber(missing, NEVER, quiet)).toEqual({ ok: true, number: 0 });
});

test('a number that is known is waited for until it is another one', async () => {
  const probe = probeOf('5', 5);
  const result = nextNumber(probe, NEVER, quiet);
  writeFileSync(probe.path, '6');
  expect(await result).toEqual({ ok: true, number: 6 });
});

test('the wait can be ended', async () => {
  const aborter = new AbortController();
  const result = nextNumber(probeOf('5', 5), aborter.signal, quiet);
  aborter.abort();
  expect(await result).toMatchObject({ ok: false, reason: 'aborted' });
});
