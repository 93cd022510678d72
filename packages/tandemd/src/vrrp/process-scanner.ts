/**
 * Counts the tracked processes. All are looked at at first, then those that are new, not yet settled
 * or tracked.
 */
import { promises as files } from 'node:fs';
import { isTracked, type ProcessWords, type TrackProcessSettings } from '@tandem/vrrp';

/** A process that has been looked at. */
interface Known {
  readonly words: ProcessWords;
  /** How often; a process that has just been forked becomes another program. */
  readonly looks: number;
}

const LOOKS = 3;
/** Names may change, and numbers be used again. */
const AFRESH_EVERY = 30;
/** Files that are read at the same time. */
const READS = 16;

/** Looks at /proc whenever it is asked to. */
export class ProcessScanner {
  readonly #folder: string;
  #known = new Map<string, Known>();
  /** Whether the command lines of what is known have been read. */
  #withCommand = false;
  #scans = 0;

  /** @param folder - where the kernel shows its processes */
  constructor(folder = '/proc') {
    this.#folder = folder;
  }

  /**
   * @param wanted - what to look for
   * @returns how many processes there are of each, in the same order
   */
  async count(wanted: readonly TrackProcessSettings[]): Promise<number[]> {
    const withCommand = wanted.some(({ wholeCommand }) => wholeCommand);
    const names = (await files.readdir(this.#folder)).filter((each) => /^\d+$/.test(each));
    const isCommandNew = withCommand && !this.#withCommand;
    if (this.#scans % AFRESH_EVERY === 0 || isCommandNew) this.#known.clear();
    this.#withCommand = withCommand;
    this.#scans += 1;
    const found = new Map<string, Known>();
    for (let i = 0; i < names.length; i += READS) {
      const some = names.slice(i, i + READS);
      await Promise.all(some.map((pid) => this.#look(pid, found, wanted)));
    }
    this.#known = found;
    const all = [...found.values()];
    return wanted.map((each) => all.filter(({ words }) => isTracked(each, words)).length);
  }

  /** The end of one that is counted must be seen at once, even while it is unburied. */
  async #look(
    pid: string,
    found: Map<string, Known>,
    wanted: readonly TrackProcessSettings[],
  ): Promise<void> {
    const known = this.#known.get(pid);
    const isSettled = known !== undefined && known.looks >= LOOKS;
    if (isSettled && !wanted.some((each) => isTracked(each, known.words))) {
      found.set(pid, known);
      return;
    }
    const words = await this.#read(pid);
    if (words !== undefined) found.set(pid, { words, looks: (known?.looks ?? 0) + 1 });
  }

  /** @returns undefined when it has ended, or is dead and unburied */
  async #read(pid: string): Promise<ProcessWords | undefined> {
    try {
      const stat = await files.readFile(`${this.#folder}/${pid}/stat`, 'latin1');
      const end = stat.lastIndexOf(')');
      if (stat[end + 2] === 'Z') return undefined;
      const name = stat.slice(stat.indexOf('(') + 1, end);
      const command = this.#withCommand
        ? await files.readFile(`${this.#folder}/${pid}/cmdline`, 'utf8')
        : '';
      return { name, argv: command.split('\0').slice(0, -1) };
    } catch {
      return undefined;
    }
  }
}
