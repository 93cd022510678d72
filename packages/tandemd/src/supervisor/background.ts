/**
 * Running without a terminal. The command that was typed starts a second process in a session of
 * its own, waits until that one serves (or has failed), and ends with its outcome: a boot script
 * that goes on finds the daemon ready.
 */
import { fork } from 'node:child_process';

/** What the process in the background tells the command that started it. */
type Outcome = { readonly ready: true } | { readonly ready: false; readonly text: string };

/** Set for the process in the background, and for it alone. */
const MARK = 'TANDEMD_BACKGROUND';

/**
 * Starts the program again in the background.
 * @param program - path of its entry point
 * @param words - its command line, passed on as it is
 * @param inheritStderr - whether the log goes to this command's standard error
 * @returns the exit status for the command: 0 when the daemon serves
 */
export function startInBackground(
  program: string,
  words: readonly string[],
  inheritStderr: boolean,
): Promise<number> {
  const daemon = fork(program, [...words], {
    execArgv: [],
    detached: true,
    env: { ...process.env, [MARK]: '1' },
    stdio: ['ignore', 'ignore', inheritStderr ? 'inherit' : 'ignore', 'ipc'],
  });
  return new Promise((resolve) => {
    daemon.on('message', (message) => {
      const outcome = message as Outcome;
      if (!outcome.ready) {
        process.stderr.write(`${outcome.text}\n`);
        return;
      }
      daemon.disconnect();
      daemon.unref();
      resolve(0);
    });
    daemon.on('error', (error) => {
      process.stderr.write(`tandemd: cannot run in the background: ${error.message}\n`);
      resolve(1);
    });
    daemon.on('exit', (code) => resolve(code ?? 1));
  });
}

/**
 * @returns whether this process is the one in the background; its own children are not
 */
export function isInBackground(): boolean {
  if (process.env[MARK] === undefined) return false;
  delete process.env[MARK];
  return true;
}

/** Lets the waiting command end well. Does nothing in the foreground. */
export function reportReady(): void {
  report({ ready: true });
}

/**
 * Says why nothing runs, where the user can see it. Does nothing in the foreground.
 * @param text - for standard error of the waiting command
 */
export function reportFailure(text: string): void {
  report({ ready: false, text });
}

function report(outcome: Outcome): void {
  if (process.send === undefined || !process.connected) return;
  process.send(outcome, () => {
    if (outcome.ready && process.connected) process.disconnect();
  });
}
