/** The scripts that run before all else and after all else. */
import type { BoundaryScriptSettings } from '@tandem/config';
import type { ScriptOutcome, ScriptWatcher } from '@tandem/notify';

/**
 * Runs a script and waits for its end; however it ends, the daemon goes on.
 * @param name - for the log
 * @param script - absent: nothing happens
 * @see keepalived.conf(5) startup_script, shutdown_script
 */
export async function runBoundaryScript(
  name: 'startup' | 'shutdown',
  script: BoundaryScriptSettings | undefined,
  {
    watcher,
    log,
  }: { readonly watcher: Pick<ScriptWatcher, 'watch'>; readonly log: (text: string) => void },
): Promise<void> {
  if (script === undefined) return;
  const outcome = await watcher.watch(script, script.timeout).outcome;
  log(`${name} script ${wordsFor(outcome)}`);
}

function wordsFor(outcome: ScriptOutcome): string {
  switch (outcome.type) {
    case 'exited':
      return outcome.status === 0 ? 'succeeded' : `failed, status ${outcome.status}`;
    case 'signalled':
      return `was ended by signal ${outcome.signal}`;
    case 'timed-out':
      return 'timed out';
    case 'not-run':
      return `was not run: ${outcome.reason}`;
  }
}
