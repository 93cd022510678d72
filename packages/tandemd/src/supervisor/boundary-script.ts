/** The scripts that run before all else and after all else. */
import type { BoundaryScriptSettings } from '@tandem/config';
import type { ScriptOutcome, ScriptWatcher } from '@tandem/notify';
import { inSeconds, seconds, sum } from '@tandem/time';
import type { ServiceState } from './service-manager.ts';

/** What such a script needs of the daemon. */
interface BoundaryPorts {
  readonly watcher: Pick<ScriptWatcher, 'watch'>;
  readonly log: (text: string) => void;
  /** Tells the service manager. */
  readonly notify: (state: ServiceState) => void;
}

/** For what is to be done after the script; more than a start or an end takes without one. */
const AFTERWARDS = seconds(30);

/**
 * Runs a script and waits for its end; however it ends, the daemon goes on. The service manager
 * is asked for the time that it may take.
 * @param name - for the log
 * @param script - absent: nothing happens
 * @param more - ports, and what ends the script, with all that it has started, before its time
 * @see keepalived.conf(5) startup_script, shutdown_script; sd_notify(3) EXTEND_TIMEOUT_USEC
 */
export async function runBoundaryScript(
  name: 'startup' | 'shutdown',
  script: BoundaryScriptSettings | undefined,
  { watcher, log, notify, stop }: BoundaryPorts & { readonly stop?: AbortSignal },
): Promise<void> {
  if (script === undefined || stop?.aborted) return;
  const time = Math.ceil(inSeconds(sum(script.timeout, AFTERWARDS)));
  notify({ EXTEND_TIMEOUT_USEC: `${time}000000` });
  const running = watcher.watch(script, script.timeout);
  const end = (): void => running.end();
  stop?.addEventListener('abort', end);
  const outcome = await running.outcome;
  stop?.removeEventListener('abort', end);
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
