import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ChildName } from '../ipc.ts';
import { engineOptions } from './engine-options.ts';
import type { Log } from './log.ts';
import { INVALID_ARGUMENT } from './machine.ts';

/** Makes the processes of the children. They do nothing until they are told what. */
export class ChildPrograms {
  readonly #programUrl: URL;
  readonly #prepared = new Map<ChildName, ChildProcess>();
  /** Those that have an option that this Node, which is newer than this program, does not know. */
  readonly #plain = new Set<ChildName>();

  /**
   * @param programUrl - `import.meta.url` of the bundle's entry point. Its query says which files the
   *   children are, from there, which no later installation replaces: children of another version would
   *   not understand us
   */
  constructor(programUrl: string) {
    this.#programUrl = new URL(programUrl);
  }

  /**
   * Makes one before it is known what it will do: it is ready to go by the time that the
   * configuration has been read. It ends with this process.
   */
  prepare(name: ChildName): void {
    const child = this.#fork(name);
    // Whoever takes it finds out.
    child.on('error', () => undefined);
    this.#prepared.set(name, child);
  }

  /**
   * @param log - is told when the process has to run without the engine's options, or its program is gone
   * @returns the prepared process, once, or a new one. When one of bfd has begun to work, its successor
   *   is prepared: the start of a process takes longer than its sessions may be silent
   */
  take(name: ChildName, log: Pick<Log, 'say'>): ChildProcess {
    const prepared = this.#prepared.get(name);
    this.#prepared.delete(name);
    const child = prepared !== undefined && runs(prepared) ? prepared : this.#fork(name);
    if (name === 'bfd') this.#prepareSuccessor(child);
    if (this.#plain.has(name)) {
      const text = `Node ${process.version} knows not all options of the ${name} process: it runs without`;
      log.say(text, 'warning');
    }
    const path = this.#pathOf(name);
    if (!existsSync(path))
      log.say(`${path} was removed since this daemon started: start it anew`, 'err');
    return child;
  }

  #pathOf(name: ChildName): string {
    const program = `${name}-child`;
    const file = this.#programUrl.searchParams.get(program) ?? `${program}.cjs`;
    return fileURLToPath(new URL(file, this.#programUrl));
  }

  /** It goes when it is not needed: the one before it has left in order. */
  #prepareSuccessor(child: ChildProcess): void {
    child.once('message', () => this.prepare('bfd'));
    child.once('exit', (status) => {
      if (status === 0) this.dismiss();
    });
  }

  /** Lets those go that nobody has taken. */
  dismiss(): void {
    for (const child of this.#prepared.values()) if (child.connected) child.disconnect();
    this.#prepared.clear();
  }

  /** In its own process, in the daemon's session but not its process group's terminal. */
  #fork(name: ChildName): ChildProcess {
    const child = fork(this.#pathOf(name), [], {
      execArgv: this.#plain.has(name) ? [] : [...engineOptions(name, process.versions.v8)],
      // A signal from the terminal goes to the supervisor alone, which stops the children in order.
      detached: true,
      // The last one is its pulse.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
    });
    child.once('exit', (status) => {
      if (status === INVALID_ARGUMENT) this.#plain.add(name);
    });
    if (name !== 'ipvs') hasten(child);
    return child;
  }
}

/**
 * On a busy box a successor would come too late to go on as master, or with its sessions. It sees by itself to what it is
 * later, when it knows the configuration; threads that it has made by then keep this.
 */
function hasten({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) os.setPriority(pid, os.constants.priority.PRIORITY_HIGHEST);
  } catch {
    // Not allowed, or gone.
  }
}

function runs({ connected, exitCode, signalCode }: ChildProcess): boolean {
  return connected && exitCode === null && signalCode === null;
}
