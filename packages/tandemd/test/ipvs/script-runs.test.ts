import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import type { FromChild } from '../../src/ipc.ts';
import { ScriptRuns } from '../../src/ipvs/script-runs.ts';

const PROBE = {
  type: 'MISC_CHECK',
  command: { argv: ['/bin/check', 'a'], user: 'nobody' },
  timeout: seconds(3),
} as const;
const NEVER = new AbortController().signal;

test('every run is asked for by itself, and gets its own outcome', async () => {
  const sent: FromChild[] = [];
  const runs = new ScriptRuns((message) => sent.push(message));
  const [first, second] = [runs.run(PROBE, NEVER), runs.run(PROBE, NEVER)];
  expect(sent).toMatchObject([
    { type: 'watched-script', argv: ['/bin/check', 'a'], user: 'nobody', timeout: 3000 },
    { type: 'watched-script' },
  ]);
  const [a, b] = sent.map((each) => ('id' in each ? each.id : 0));
  expect(a).not.toBe(b);
  runs.ended(b ?? 0, { type: 'exited', status: 7 });
  runs.ended(a ?? 0, { type: 'timed-out' });
  runs.ended(a ?? 0, { type: 'exited', status: 1 });
  expect(await first).toEqual({ ok: false, reason: 'timed-out', detail: 'not ended within 3 s' });
  expect(await second).toEqual({ ok: true, exitStatus: 7 });
});

test('every way in which a script can end is a result', async () => {
  const runs = new ScriptRuns(() => undefined);
  const [signalled, missing] = [runs.run(PROBE, NEVER), runs.run(PROBE, NEVER)];
  runs.ended(1, { type: 'signalled', signal: 9 });
  runs.ended(2, { type: 'not-run', reason: 'no such file' });
  expect(await signalled).toMatchObject({ reason: 'signalled', code: 9 });
  expect(await missing).toMatchObject({ reason: 'not-run', detail: 'no such file' });
});

test('who stops waiting hears nothing any more', async () => {
  const runs = new ScriptRuns(() => undefined);
  const aborter = new AbortController();
  const result = runs.run(PROBE, aborter.signal);
  aborter.abort();
  expect(await result).toMatchObject({ ok: false, reason: 'aborted' });
  expect(() => runs.ended(1, { type: 'exited', status: 0 })).not.toThrow();
});
