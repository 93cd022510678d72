import type { ScriptOutcome } from '@tandem/notify';
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import type { ToChild } from '../../src/ipc.ts';
import { WatchedScripts } from '../../src/supervisor/watched-scripts.ts';

const REQUEST = { type: 'watched-script', argv: ['/check'], timeout: seconds(1) } as const;

test('a child gets the outcome of its script, and a script whose child is gone is ended', async () => {
  const running: { readonly id: number; readonly end: (outcome: ScriptOutcome) => void }[] = [];
  const ended: number[] = [];
  const answers: ToChild[] = [];
  const scripts = new WatchedScripts(({ id }) => {
    const outcome = new Promise<ScriptOutcome>((resolve) => {
      running.push({ id, end: resolve });
    });
    return { outcome, end: () => ended.push(id) };
  });
  const answer = (message: ToChild): void => void answers.push(message);
  const both = [1, 2].map((id) => scripts.run('vrrp', { ...REQUEST, id }, answer));
  running[0]?.end({ type: 'exited', status: 3 });
  await both[0];
  expect(answers).toEqual([
    { type: 'script-ended', id: 1, outcome: { type: 'exited', status: 3 } },
  ]);
  scripts.endAll('ipvs');
  expect(ended).toEqual([]);
  scripts.endAll('vrrp');
  expect(ended).toEqual([2]);
  running[1]?.end({ type: 'signalled', signal: 9 });
  await both[1];
  expect(answers).toHaveLength(1);
});
