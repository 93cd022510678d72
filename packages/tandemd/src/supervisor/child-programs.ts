import { fork, type ChildProcess } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ChildName } from '../ipc.ts';

/** Files of the children, beside the program's own. */
const MODULES: Readonly<Record<ChildName, string>> = {
  vrrp: './vrrp-child.mjs',
  ipvs: './ipvs-child.mjs',
  bfd: './bfd-child.mjs',
};

/**
 * What the engine is told. The vrrp process keeps the code that it has compiled, however long it has
 * not run: that of a takeover waits for years. And it collects its garbage by itself: its priority is
 * its own, and with a busy box it would wait for helpers that have none. It does not do so just because
 * it has little to do: three times in the first minute that would take as long as a thousand adverts. Its
 * code is optimized when it has run 30 times as much as elsewhere, as in a flood of packets: for a few
 * hundred adverts in a second the compiler's threads would take as much CPU as the adverts for minutes,
 * and 7 MiB for ever. The ipvs process keeps its code, too: what takes a server out of the table may not
 * have run for as long. Of what a check leaves behind little is ever needed again, so that it is collected
 * often and by itself: with thousands of checks to come, waking helpers costs more than it saves, and
 * 16 MiB of garbage, as without, would be 20 MiB of memory for nothing. Nor may what has grown old by
 * chance grow to several times what is needed. The bfd process may be silent for no longer than its
 * sessions' detection times, 50 ms by default: it is as the vrrp process is, and has more to do in a
 * second.
 */
const ENGINE_OPTIONS: Readonly<Record<ChildName, readonly string[]>> = {
  vrrp: [
    '--no-flush-bytecode',
    '--single-threaded-gc',
    '--no-memory-reducer',
    '--interrupt-budget=2000000',
  ],
  ipvs: [
    '--no-flush-bytecode',
    '--single-threaded-gc',
    '--max-semi-space-size=2',
    '--heap-growing-percent=50',
  ],
  bfd: ['--no-flush-bytecode', '--single-threaded-gc'],
};

/** Makes the processes of the children. They do nothing until they are told what. */
export class ChildPrograms {
  readonly #programUrl: string;
  readonly #prepared = new Map<ChildName, ChildProcess>();

  /** @param programUrl - `import.meta.url` of the bundle's entry point */
  constructor(programUrl: string) {
    this.#programUrl = programUrl;
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
   * @returns the prepared process, once, or a new one. When one of bfd has begun to work, its successor
   *   is prepared: the start of a process takes longer than its sessions may be silent
   */
  take(name: ChildName): ChildProcess {
    const prepared = this.#prepared.get(name);
    this.#prepared.delete(name);
    const child = prepared !== undefined && runs(prepared) ? prepared : this.#fork(name);
    if (name === 'bfd') this.#prepareSuccessor(child);
    return child;
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
    const path = fileURLToPath(new URL(MODULES[name], this.#programUrl));
    const child = fork(path, [], {
      execArgv: [...ENGINE_OPTIONS[name]],
      // A signal from the terminal goes to the supervisor alone, which stops the children in order.
      detached: true,
      // The last one is its pulse.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc', 'pipe'],
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
