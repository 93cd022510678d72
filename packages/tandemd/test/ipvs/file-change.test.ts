import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nextNumber } from '../../src/ipvs/file-change.ts';
import { probeRunner } from '../../src/ipvs/probe-runner.ts';

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

test('what holds no number is 0, with the reason, until it holds one or is gone', async () => {
  const probe = probeOf('down\n');
  const result = await nextNumber(probe, NEVER, quiet);
  const problem = `${probe.path} holds no number, and counts as 0: it is to begin with one such as 0 or -20`;
  expect(result).toEqual({ ok: true, number: 0, problem });
  for (const cure of [() => writeFileSync(probe.path, '0'), () => rmSync(probe.path)]) {
    writeFileSync(probe.path, 'down\n');
    const next = nextNumber({ ...probe, known: 0, problem }, NEVER, quiet);
    cure();
    expect(await next).toEqual({ ok: true, number: 0 });
  }
});

test('of a file that holds no number, it is said once to how many servers ever it belongs', async () => {
  const lines: string[] = [];
  const nobody = undefined as never;
  const ports = { prober: nobody, scripts: nobody, sessions: nobody };
  const run = probeRunner({ ...ports, log: (text) => void lines.push(text) });
  const { path, ...probe } = probeOf('down\n');
  const ask = () => run({ ...probe, path }, { signal: NEVER, priority: 0 });
  await Promise.all([ask(), ask(), ask()]);
  await ask();
  expect(lines).toHaveLength(1);
  writeFileSync(path, '3');
  await ask();
  writeFileSync(path, 'up');
  await ask();
  expect(lines).toEqual([lines[0], lines[0]]);
});

test('the wait can be ended', async () => {
  const aborter = new AbortController();
  const result = nextNumber(probeOf('5', 5), aborter.signal, quiet);
  aborter.abort();
  expect(await result).toMatchObject({ ok: false, reason: 'aborted' });
});
