import { ScriptLauncher, ScriptWatcher } from '@tandem/notify';
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { runBoundaryScript } from '../../src/supervisor/boundary-script.ts';

/** @returns what is said of a command that may take half a second */
async function run(...argv: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const watcher = new ScriptWatcher(new ScriptLauncher(), () => undefined);
  const script = argv.length === 0 ? undefined : { argv, timeout: seconds(0.5) };
  await runBoundaryScript('startup', script, { watcher, log: (text) => lines.push(text) });
  return lines;
}

test('however a startup script ends, that is said, and the daemon goes on', async () => {
  expect(await run('/bin/true')).toEqual(['startup script succeeded']);
  expect(await run('/bin/sh', '-c', 'exit 3')).toEqual(['startup script failed, status 3']);
  expect(await run('/bin/sh', '-c', 'kill -9 $$')).toEqual([
    'startup script was ended by signal 9',
  ]);
  expect(await run('/bin/sleep', '10')).toEqual(['startup script timed out']);
  expect(await run('/no/such')).toEqual([
    'startup script was not run: Script /no/such cannot be accessed - No such file or directory',
  ]);
});

test('without one nothing is said', async () => {
  expect(await run()).toEqual([]);
});
