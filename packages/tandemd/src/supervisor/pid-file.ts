import {
  closeSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { inWords } from '@tandem/config-files';

/** A daemon already runs with this pid file. */
export class AlreadyRunningError extends Error {
  override readonly name: string = 'AlreadyRunningError';
}

const PID_TEXT = /^([1-9][0-9]{0,9})\s*$/;
/** Of a pid file, and of one that was written by half. */
const PID_LIKE = /^[0-9\s\0]*$/;
/** More than any pid needs. */
const READ_BYTES = 32;

/**
 * @param path - of the pid file
 * @returns the pid in it, or undefined when it is absent or holds none
 */
export function readPidFile(path: string): number | undefined {
  const match = PID_TEXT.exec(beginningOf(path) ?? '');
  return match === null ? undefined : Number(match[1]);
}

/**
 * @param path - of the pid file
 * @returns the pid in it, if that process is alive and not this one
 */
export function runningPid(path: string): number | undefined {
  const pid = readPidFile(path);
  return pid !== undefined && pid !== process.pid && isAlive(pid) ? pid : undefined;
}

/**
 * Writes a pid file, mode 0644, replacing that of a daemon that died without removing it. A file
 * that cannot be written is no reason to give up the service; what is no pid file is not replaced.
 * @param path - where
 * @param pid - of the process that it stands for
 * @param log - told `Remove a zombie pid file PATH` when one was replaced, and why it is not written
 * @throws AlreadyRunningError when the process in the file is alive
 * @see keepalived(8) --pid
 */
export function writePidFile(
  path: string,
  pid: number,
  log: (text: string, level?: 'warning') => void,
): void {
  const previous = readPidFile(path);
  if (previous !== undefined && previous !== pid) {
    if (isAlive(previous)) throw new AlreadyRunningError(`pid ${previous} of ${path} is running`);
    log(`Remove a zombie pid file ${path}`);
  }
  if (isForeign(path)) {
    log(`no pid file ${path}: what is there is none, and stays`, 'warning');
    return;
  }
  try {
    rmSync(path, { force: true });
    writeFileSync(path, `${pid}\n`, { mode: 0o644 });
  } catch (error) {
    // Where there is no room, half of it was written, or nothing.
    removeQuietly(path);
    const why = inWords(error);
    log(`no pid file ${path}: ${why}; who looks for the process there will not find it`, 'warning');
  }
}

/**
 * Removes a pid file that is ours; one that cannot be removed is left, and replaced later.
 * @param path - where
 * @param pid - whose it must be: the file of another daemon stays
 */
export function removePidFile(path: string, pid: number): void {
  if (readPidFile(path) === pid) removeQuietly(path);
}

/** @returns what a regular file begins with; undefined when there is none that can be read */
function beginningOf(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return undefined;
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(READ_BYTES);
      return bytes.toString('latin1', 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** Somebody's file or device, such as /dev/null, which a wrong `--pid` must not cost. */
function isForeign(path: string): boolean {
  try {
    return !statSync(path).isFile() || !PID_LIKE.test(beginningOf(path) ?? '');
  } catch {
    return false;
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Neither what starts nor what ends must fail because of its pid file.
  }
}

/**
 * A zombie is dead: where nobody collects orphans, as in many containers, it stays for ever.
 * @see proc(5) /proc/pid/stat, whose second field is in brackets and may hold anything
 */
function isAlive(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !'ZX'.includes(status.charAt(status.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}
