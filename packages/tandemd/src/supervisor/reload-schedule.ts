/** Reloads at the time that a file names. @see keepalived.conf(5) reload_time_file */
import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { GlobalSettings } from '@tandem/config';
import { reloadTime } from './reload-time.ts';

/** A time is no longer than that. */
const BYTES_MAX = 64;
const LOOK_PERIOD_MS = 1000;
/** What comes before the next look but one has a timer of its own. */
const SOON_MS = 2 * LOOK_PERIOD_MS;

/** Looks at the file now and then, while there is one to look at. */
export class ReloadSchedule {
  readonly #reload: () => void;
  readonly #log: (text: string) => void;
  #settings: GlobalSettings['reloadSchedule'];
  #looking: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #text = '';
  #due: number | undefined;
  #work: Promise<void> = Promise.resolve();

  /**
   * @param reload - what it does at its time
   * @param log - says when that will be
   */
  constructor(reload: () => void, log: (text: string) => void) {
    this.#reload = reload;
    this.#log = log;
  }

  /** @param settings - from now on; absent: no file */
  configure(settings: GlobalSettings['reloadSchedule']): void {
    clearInterval(this.#looking);
    clearTimeout(this.#timer);
    this.#settings = settings;
    this.#text = '';
    this.#due = undefined;
    if (settings === undefined) return;
    this.#looking = setInterval(() => void this.look(), LOOK_PERIOD_MS).unref();
    void this.look();
  }

  /** Reads the file, and arms a timer where its time is near. */
  look(): Promise<void> {
    return this.#then(() => this.#look());
  }

  /** Who looks while the file is removed would find its old time. */
  #then(task: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(task);
    return this.#work;
  }

  async #look(): Promise<void> {
    const settings = this.#settings;
    if (settings === undefined) return;
    const text = await firstLine(settings.file);
    // Meanwhile it may be another file.
    if (settings !== this.#settings) return;
    if (text !== this.#text) this.#take(text, settings.file);
    clearTimeout(this.#timer);
    if (this.#due === undefined) return;
    const left = this.#due - Date.now();
    if (left < SOON_MS)
      this.#timer = setTimeout(() => void this.#then(() => this.#fire()), Math.max(0, left));
  }

  #take(text: string, file: string): void {
    this.#text = text;
    this.#due = reloadTime(text, Date.now());
    if (this.#due !== undefined)
      this.#log(`${file}: reload at ${new Date(this.#due).toISOString()}`);
    else if (text !== '') this.#log(`${file} holds no time to come: '${text}'`);
  }

  /** Not where the file says something else at the last moment; timers may be early. */
  async #fire(): Promise<void> {
    const { file = '', repeat } = this.#settings ?? {};
    const isMeant = (await firstLine(file)) === this.#text;
    if (!isMeant || this.#due === undefined || Date.now() < this.#due) return this.#look();
    this.#text = '';
    this.#due = undefined;
    if (repeat !== true) await rm(file, { force: true }).catch(() => undefined);
    this.#reload();
  }
}

/** @returns the first line, or nothing where it cannot be read; a pipe holds nothing up */
async function firstLine(file: string): Promise<string> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(BYTES_MAX), 0, BYTES_MAX, 0);
      return buffer.toString('latin1', 0, bytesRead).split('\n', 1)[0] ?? '';
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}
