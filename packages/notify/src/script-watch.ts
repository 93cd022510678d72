import { constants } from 'node:os';
import { seconds, type Duration } from '@tandem/time';
import { endGroup, type Script, type ScriptLauncher } from './script-launcher.ts';

/** How a script has ended. */
export type ScriptOutcome =
  | { readonly type: 'exited'; readonly status: number }
  /** By the number of the signal. */
  | { readonly type: 'signalled'; readonly signal: number }
  | { readonly type: 'timed-out' }
  | { readonly type: 'not-run'; readonly reason: string };

/** A script that somebody waits for. */
export interface WatchedScript {
  readonly outcome: Promise<ScriptOutcome>;
  /** Ends it and all that it has started, at once. */
  end(): void;
}

/** Between SIGTERM and SIGKILL. */
const GRACE: Duration = seconds(2);

/**
 * Runs a script whose end matters. Whatever goes wrong is an outcome.
 * @param launcher - decides as whom, and whether at all
 * @param script - wanted
 * @param timeout - after which it is ended: SIGTERM to its group, 2 s later SIGKILL
 * @see keepalived.conf(5) vrrp_script timeout
 */
export function watchScript(
  launcher: ScriptLauncher,
  script: Omit<Script, 'purpose'>,
  timeout: Duration,
): WatchedScript {
  try {
    const prepared = launcher.prepare(script);
    if (!prepared.ok) return ended({ type: 'not-run', reason: prepared.reason });
    return watch(launcher.start(prepared), timeout);
  } catch (error) {
    return ended({ type: 'not-run', reason: textOf(error) });
  }
}

function watch(child: ReturnType<ScriptLauncher['start']>, timeout: Duration): WatchedScript {
  const pid = child.pid ?? 0;
  let timedOut = false;
  let killTimer: NodeJS.Timeout | undefined;
  const timer = setTimeout(() => {
    timedOut = true;
    endGroup(pid, 'SIGTERM');
    killTimer = setTimeout(() => endGroup(pid), GRACE);
  }, timeout);
  const outcome = new Promise<ScriptOutcome>((resolve) => {
    const settle = (result: ScriptOutcome): void => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      // What it has started would outlive it.
      if (timedOut) endGroup(pid);
      resolve(timedOut ? { type: 'timed-out' } : result);
    };
    child.on('error', (error) => settle({ type: 'not-run', reason: textOf(error) }));
    child.on('exit', (status, signal) =>
      settle(
        signal === null
          ? { type: 'exited', status: status ?? 0 }
          : { type: 'signalled', signal: constants.signals[signal] },
      ),
    );
  });
  return { outcome, end: () => endGroup(pid) };
}

function ended(outcome: ScriptOutcome): WatchedScript {
  return { outcome: Promise.resolve(outcome), end: () => undefined };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
