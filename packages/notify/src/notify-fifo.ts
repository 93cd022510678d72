/** A FIFO that programs read changes from, and the program that is started with it. */
import { execFileSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { findAccount } from './account.ts';
import { endGroup, type Script, type ScriptLauncher } from './script-launcher.ts';

/** Where it is, and what goes with it. */
export interface FifoPlace {
  readonly path: string;
  /** Whose it becomes when it is created; absent: our own. */
  readonly user?: string;
  readonly group?: string;
  /** Started with the path appended. */
  readonly script?: Omit<Script, 'purpose'>;
}

/** What a FIFO needs of the world. */
export interface FifoPorts {
  readonly launcher: Pick<ScriptLauncher, 'prepare' | 'start'>;
  /** Told what does not work. */
  readonly log: (text: string) => void;
}

/** What its owner alone may read and write, as with keepalived's umask. */
const MODE = '0600';
/** A file system that does not answer. */
const MAKE_LIMIT_MS = 5000;

/**
 * An open FIFO. Nothing here waits for a reader: a line that does not fit into the pipe, 64 KiB, is
 * dropped, so that readers find the oldest lines whole.
 * @see keepalived.conf(5) notify_fifo, notify_fifo_script; pipe(7)
 */
export class NotifyFifo {
  readonly #place: FifoPlace;
  readonly #ports: FifoPorts;
  /** Absent when it cannot be had, which was said, or is closed. */
  #descriptor: number | undefined;
  /** Ours to remove. */
  #created = false;
  #isFull = false;
  /** Of the script, while it runs. */
  #pid: number | undefined;

  /** Creates the FIFO if there is none, opens it and starts its script. */
  constructor(place: FifoPlace, ports: FifoPorts) {
    this.#place = place;
    this.#ports = ports;
    this.#descriptor = this.#open();
    if (this.#descriptor !== undefined && place.script !== undefined) this.#start(place.script);
  }

  /** Whether it is open, and nobody has removed or replaced it. */
  get isThere(): boolean {
    if (this.#descriptor === undefined) return false;
    try {
      return isSameFile(fstatSync(this.#descriptor), statSync(this.#place.path));
    } catch {
      return false;
    }
  }

  /** @param line - without its end */
  write(line: string): void {
    if (this.#descriptor === undefined) return;
    try {
      // At most PIPE_BUF bytes are written whole or not at all.
      writeSync(this.#descriptor, `${line}\n`);
      this.#isFull = false;
    } catch (error) {
      if (!this.#isFull) this.#say(`lines are lost: ${reasonOf(error)}`);
      this.#isFull = true;
    }
  }

  /** Ends the script, and removes the FIFO if it was not there before us. */
  close(): void {
    if (this.#pid !== undefined) endGroup(this.#pid, 'SIGTERM');
    this.#pid = undefined;
    if (this.#descriptor === undefined) return;
    const isOurs = this.#created && this.isThere;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    if (isOurs) rmSync(this.#place.path, { force: true });
  }

  #open(): number | undefined {
    const { path, user, group } = this.#place;
    try {
      const account = user === undefined ? undefined : findAccount(user, group);
      if (user !== undefined && account === undefined) {
        this.#say(`invalid user/group ${user} ${group ?? ''}- ignoring`);
        return undefined;
      }
      this.#created = make(path);
      if (this.#created && account !== undefined) chownSync(path, account.uid, account.gid);
      return open(path);
    } catch (error) {
      this.#say(reasonOf(error));
      return undefined;
    }
  }

  #start(script: Omit<Script, 'purpose'>): void {
    const { launcher } = this.#ports;
    try {
      const prepared = launcher.prepare({ ...script, argv: [...script.argv, this.#place.path] });
      if (!prepared.ok) return this.#say(prepared.reason);
      const child = launcher.start(prepared);
      this.#pid = child.pid;
      child.on('error', (error) => this.#say(error.message));
      child.on('exit', () => {
        if (this.#pid !== undefined) this.#say('its script terminated');
        this.#pid = undefined;
      });
    } catch (error) {
      this.#say(reasonOf(error));
    }
  }

  #say(text: string): void {
    this.#ports.log(`notify fifo ${this.#place.path}: ${text}`);
  }
}

function isSameFile(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

/** @returns whether there was none */
function make(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return false;
  try {
    // Node has no mkfifo(3).
    execFileSync('mkfifo', ['-m', MODE, '--', path], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: MAKE_LIMIT_MS,
    });
  } catch (error) {
    // Where the machine stands still, the limit is over before its end is told.
    if (!isLate(error) || !isFifo(path)) throw error;
  }
  return true;
}

function isLate(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT';
}

function isFifo(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;
}

/** Open for reading too, it takes lines while nobody else reads, and opening it never waits. */
function open(path: string): number {
  const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  if (fstatSync(descriptor).isFIFO()) return descriptor;
  closeSync(descriptor);
  throw new Error('it is not a FIFO - ignoring');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EAGAIN') return 'it is full, as nobody reads it';
  return 'stderr' in error ? `cannot be created: ${String(error.stderr).trim()}` : error.message;
}
