import { ScriptLauncher, ScriptWatcher } from '@tandem/notify';
import { seconds, type Duration } from '@tandem/time';
import { expect, test } from 'vitest';
import { runBoundaryScript } from '../../src/supervisor/boundary-script.ts';

interface Conditions {
  readonly timeout?: Duration;
  readonly stop?: AbortSignal;
  /** Told when the script has been started. */
  readonly started?: () => void;
}

/** @returns what is said to the log and to the service manager */
async function run(
  argv: readonly string[],
  { timeout = seconds(0.5), started, ...more }: Conditions = {},
): Promise<string[]> {
  const lines: string[] = [];
  const watcher = new ScriptWatcher(new ScriptLauncher(), () => undefined);
  const script = argv.length === 0 ? undefined : { argv, timeout };
  await runBoundaryScript('startup', script, {
    watcher: {
      watch(...wanted) {
        const running = watcher.watch(...wanted);
        started?.();
        return running;
      },
    },
    log: (text) => lines.push(text),
    notify: (state) => lines.push(JSON.stringify(state)),
    ...more,
  });
  return lines;
}

async function said(...argv: readonly string[]): Promise<string | undefined> {
  return (await run(argv)).at(-1);
}

test('however a startup script ends, that is said, and the daemon goes on', async () => {
  expect(await said('/bin/true')).toBe('startup script succeeded');
  expect(await said('/bin/sh', '-c', 'exit 3')).toBe('startup script failed, status 3');
  expect(await said('/bin/sh', '-c', 'kill -9 $$')).toBe('startup script was ended by signal 9');
  expect(await said('/bin/sleep', '10')).toBe('startup script timed out');
  expect(await said('/no/such')).toBe(
    'startup script was not run: Script /no/such cannot be accessed - No such file or directory (/no does not exist)',
  );
});

test('the service manager is asked for the time that it may take, and half a minute more', async () => {
  const lines = await run(['/bin/true'], { timeout: seconds(200) });
  expect(lines[0]).toBe('{"EXTEND_TIMEOUT_USEC":"230000000"}');
});

test('a stop ends it at once', async () => {
  const controller = new AbortController();
  const { signal: stop } = controller;
  const started = (): void => void setImmediate(() => controller.abort());
  const lines = await run(['/bin/sleep', '1000'], { timeout: seconds(1000), stop, started });
  expect(lines[1]).toMatch(/^startup script was ended by signal/);
  expect(await run(['/bin/true'], { stop })).toEqual([]);
});

test('without one nothing is said', async () => {
  expect(await run([])).toEqual([]);
});
