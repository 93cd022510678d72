/** A tracked file: read at once when inotify says so, and now and then in case it does not. */
import {
  closeSync,
  constants,
  openSync,
  readSync,
  watch,
  writeFileSync,
  promises as files,
  type FSWatcher,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { isNoNumber, trackedNumber, type TrackFileSettings } from '@tandem/vrrp';

/** Who wants to know. */
export interface FileObserver {
  /** The number is another one. */
  readonly changed: () => void;
  /** It has been read again. */
  readonly read?: () => void;
  readonly log: (text: string) => void;
}

/** A number is no longer than that. */
const BYTES_MAX = 64;
/** A writer truncates the file first; the number is there shortly after. */
const SETTLE_MS = 100;
/** A file that is written all the time is read all the same. */
const SETTLE_MS_MAX = 1000;
const REREAD_PERIOD_MS = 5000;
/** A pipe without a writer must not hold anything up. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** Owns a watch of the file's folder, and timers. */
export class WatchedFile {
  readonly #settings: TrackFileSettings;
  readonly #observer: FileObserver;
  #value: number;
  #problem: string | undefined;
  /** Why it could not be made at the start. */
  #unwritten: string | undefined;
  #watcher: FSWatcher | undefined;
  #settling: NodeJS.Timeout | undefined;
  #firstEventMs = 0;
  #closed = false;
  readonly #period: NodeJS.Timeout;

  /** @param settings - of the file, which is made if that is wanted */
  constructor(settings: TrackFileSettings, observer: FileObserver) {
    this.#settings = settings;
    this.#observer = observer;
    this.#create();
    this.#unwritten = this.#problem;
    this.#watch();
    this.#value = this.#readNow();
    this.#period = setInterval(() => {
      this.#watch();
      void this.#read();
    }, REREAD_PERIOD_MS).unref();
  }

  /** The number in the file; 0 without one. */
  get value(): number {
    return this.#value;
  }

  /** Why there is no number to go by; a file that is not there or empty holds 0, as is meant. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** @returns whether this is the file of new settings, too */
  adopt(settings: TrackFileSettings): boolean {
    return JSON.stringify(settings) === JSON.stringify(this.#settings);
  }

  /** Nothing happens any more. */
  close(): void {
    this.#closed = true;
    this.#watcher?.close();
    clearInterval(this.#period);
    clearTimeout(this.#settling);
  }

  #create(): void {
    const { path, initial } = this.#settings;
    if (initial === undefined) return;
    try {
      writeFileSync(path, `${initial.value}\n`, { flag: initial.overwrite ? 'w' : 'wx' });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') this.#complain(`cannot write ${path}: ${codeOf(error)}`);
    }
  }

  /** The folder is watched, because the file itself may go, come and be replaced. */
  #watch(): void {
    if (this.#watcher !== undefined || this.#closed) return;
    const { path } = this.#settings;
    const name = basename(path);
    try {
      this.#watcher = watch(dirname(path), { persistent: false }, (_, changed) => {
        if (changed === name) this.#readSoon();
      });
      this.#watcher.on('error', () => this.#unwatch());
    } catch {
      // The folder is not there yet; the period tries again.
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #readSoon(): void {
    const now = performance.now();
    if (this.#settling === undefined) this.#firstEventMs = now;
    clearTimeout(this.#settling);
    const wait = Math.min(SETTLE_MS, this.#firstEventMs + SETTLE_MS_MAX - now);
    this.#settling = setTimeout(() => void this.#read(), Math.max(0, wait));
  }

  async #read(): Promise<void> {
    clearTimeout(this.#settling);
    this.#settling = undefined;
    this.#take(await this.#text());
  }

  async #text(): Promise<string> {
    try {
      const file = await files.open(this.#settings.path, FLAGS);
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(BYTES_MAX), 0, BYTES_MAX, 0);
        return this.#understand(buffer.subarray(0, bytesRead));
      } finally {
        await file.close();
      }
    } catch (error) {
      return this.#misread(error);
    }
  }

  /** At the start instances must know at once. */
  #readNow(): number {
    try {
      const file = openSync(this.#settings.path, FLAGS);
      try {
        const buffer = Buffer.alloc(BYTES_MAX);
        const length = readSync(file, buffer, 0, BYTES_MAX, 0);
        return trackedNumber(this.#understand(buffer.subarray(0, length)));
      } finally {
        closeSync(file);
      }
    } catch (error) {
      return trackedNumber(this.#misread(error));
    }
  }

  #understand(bytes: Buffer): string {
    const text = bytes.toString('latin1');
    if (isNoNumber(text))
      this.#complain(
        `${this.#settings.path} holds no number, and counts as 0: it is to begin with one such as 0 or -20`,
      );
    else this.#problem = undefined;
    return text;
  }

  /** A file that is not there holds 0, which is nothing to complain about. */
  #misread(error: unknown): string {
    const code = codeOf(error);
    if (code !== 'ENOENT') this.#complain(`cannot read ${this.#settings.path}: ${code}`);
    else this.#problem = this.#unwritten;
    return '';
  }

  #take(text: string): void {
    if (this.#closed) return;
    const value = trackedNumber(text);
    const isNews = value !== this.#value;
    this.#value = value;
    if (isNews) this.#observer.changed();
    this.#observer.read?.();
  }

  #complain(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#observer.log(`track_file ${this.#settings.name}: ${problem}`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
