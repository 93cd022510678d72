import { seconds, type Duration } from '@tandem/time';
import { endGroup, type Script, type ScriptLauncher } from './script-launcher.ts';
import { outcomeOf, type ScriptOutcome } from './script-outcome.ts';

/** A script that somebody waits for. */
export interface WatchedScript {
  readonly outcome: Promise<ScriptOutcome>;
  /** Ends it and all that it has started, at once. */
  end(): void;
}

/** Between SIGTERM and SIGKILL. */
const GRACE: Duration = seconds(2);

/**
 * Runs scripts whose end matters. Whatever goes wrong is an outcome.
 * @see keepalived.conf(5) vrrp_script timeout
 */
export class ScriptWatcher {
  readonly #launcher: Pick<ScriptLauncher, 'prepare' | 'start'>;
  readonly #log: (text: string) => void;
  /** Commands that SIGKILL has not ended: whether the log has said so. */
  readonly #stuck = new Map<string, boolean>();

  /**
   * @param launcher - decides as whom, and whether at all
   * @param log - told once of each command that cannot be ended
   */
  constructor(launcher: Pick<ScriptLauncher, 'prepare' | 'start'>, log: (text: string) => void) {
    this.#launcher = launcher;
    this.#log = log;
  }

  /**
   * A command that hangs in the kernel has timed out, and is not started again before it has
   * ended: otherwise there would be ever more of them.
   * @param script - wanted
   * @param timeout - after which it is ended: SIGTERM to its group, 2 s later SIGKILL
   */
  watch(script: Omit<Script, 'purpose'>, timeout: Duration): WatchedScript {
    const command = script.argv.join(' ');
    if (this.#isStuck(command)) return ended({ type: 'timed-out' });
    try {
      const prepared = this.#launcher.prepare(script);
      if (!prepared.ok) return ended({ type: 'not-run', reason: prepared.reason });
      return this.#follow(this.#launcher.start(prepared), command, timeout);
    } catch (error) {
      return ended({ type: 'not-run', reason: textOf(error) });
    }
  }

  #isStuck(command: string): boolean {
    if (this.#stuck.get(command) === false) {
      this.#log(`Script ${command} has not ended although killed - not run again until it has`);
      this.#stuck.set(command, true);
    }
    return this.#stuck.has(command);
  }

  #follow(
    child: ReturnType<ScriptLauncher['start']>,
    command: string,
    timeout: Duration,
  ): WatchedScript {
    const pid = child.pid ?? 0;
    let timedOut = false;
    const outcome = new Promise<ScriptOutcome>((resolve) => {
      let cancel = whenStillWaiting(timeout, () => {
        timedOut = true;
        endGroup(pid, 'SIGTERM');
        cancel = whenStillWaiting(GRACE, () => {
          endGroup(pid);
          this.#stuck.set(command, false);
          resolve({ type: 'timed-out' });
        });
      });
      const settle = (result: ScriptOutcome): void => {
        cancel();
        // What it has started would outlive it.
        if (timedOut) endGroup(pid);
        this.#stuck.delete(command);
        resolve(timedOut ? { type: 'timed-out' } : result);
      };
      child.on('error', (error) => settle({ type: 'not-run', reason: textOf(error) }));
      child.on('exit', (status, signal) => settle(outcomeOf(status, signal)));
    });
    return { outcome, end: () => endGroup(pid) };
  }
}

/**
 * A timer that lets what has happened meanwhile be read first: after a stall of this process the
 * exit of a script that was in time may be unread.
 * @returns cancels it
 */
function whenStillWaiting(delay: Duration, run: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => void (immediate = setImmediate(run)), delay);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}

function ended(outcome: ScriptOutcome): WatchedScript {
  return { outcome: Promise.resolve(outcome), end: () => undefined };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
