import { once } from 'node:events';
import { url } from 'node:inspector';
import { expect, test } from 'vitest';
import { leaveSignalsToSupervisor } from '../src/child-signals.ts';

test('signals meant for the supervisor, or for nobody, neither end a child nor open its debugger', async () => {
  leaveSignalsToSupervisor();
  const heard = ['SIGHUP', 'SIGUSR2', 'SIGUSR1'].map((signal) => once(process, signal));
  for (const signal of ['SIGHUP', 'SIGUSR2', 'SIGQUIT', 'SIGALRM', 36, 40, 63, 64, 'SIGUSR1']) {
    process.kill(process.pid, signal);
  }
  await Promise.all(heard);
  expect(url()).toBeUndefined();
});
