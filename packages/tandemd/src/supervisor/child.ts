import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { FromChild, ToChild } from '../ipc.ts';
import { pulseOf } from '../pulse.ts';
import { SettingsSender, type SentToChild } from '../settings-transport.ts';
import type { Ending } from './machine.ts';

/** What a child process tells its owner. */
export interface ChildHandler {
  message(message: FromChild): void;
  /** A line on its standard error: what a crash leaves behind. */
  wrote(line: string): void;
  /** The last word: no message comes after it. */
  exited(pid: number, ending: Ending): void;
}

/** A running child process. */
export interface RunningChild {
  readonly pid: number;
  readonly startedEpochMs: number;
  send(message: ToChild): void;
  /** To be answered by an `alive` message, once it has started. */
  ping(): void;
  kill(): void;
}

/** Signal names as they are logged. @see signal(7) */
const SIGNAL_TEXT: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGABRT: '6 (Aborted)',
  SIGBUS: '7 (Bus error)',
  SIGKILL: '9 (Killed)',
  SIGSEGV: '11 (Segmentation fault)',
  SIGTERM: '15 (Terminated)',
};

/** How long the messages of a dead child may take to be read. */
const LAST_WORDS_MS = 1000;

/**
 * @param child - that was made just now, or before and waits
 * @param handler - told of all that comes from it
 */
export function adoptChild(child: ChildProcess, handler: ChildHandler): RunningChild {
  const pid = child.pid ?? 0;
  const settings = new SettingsSender();
  let gone = false;
  const leave = (ending: Ending): void => {
    if (gone) return;
    gone = true;
    handler.exited(pid, ending);
  };
  child.on('message', (told) => {
    for (const message of [told].flat() as FromChild[]) handler.message(message);
  });
  child.on('error', (error) => {
    if (child.pid === undefined) leave({ code: undefined, signal: `0 (${error.message})` });
  });
  child.on('exit', (code, signal) => {
    const ending: Ending = {
      code: code ?? undefined,
      signal: signal === null ? undefined : (SIGNAL_TEXT[signal] ?? signal),
    };
    // What it sent before it died, a script to run or a mail, is still in the channel.
    if (!child.connected) return leave(ending);
    child.on('disconnect', () => leave(ending));
    setTimeout(() => leave(ending), LAST_WORDS_MS).unref();
  });
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on('line', (line) => handler.wrote(line));
  }
  return {
    pid,
    startedEpochMs: Date.now(),
    ping: pulseOf(child, (atMonotonicMs) => handler.message({ type: 'alive', atMonotonicMs })),
    send: (message) => sendTo(child, settings.encode(message)),
    kill: () => child.kill('SIGKILL'),
  };
}

/** A child that has just died takes no message; its exit is told anyway. */
function sendTo(child: ChildProcess, message: SentToChild): void {
  if (child.connected) child.send(message, () => {});
}
