import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** A daemon already runs with this pid file. */
export class AlreadyRunningError extends Error {
  override readonly name: string = 'AlreadyRunningError';
}

const PID_TEXT = /^([1-9][0-9]{0,9})\s*$/;

/**
 * @param path - of the pid file
 * @returns the pid in it, or undefined when it is absent or holds none
 */
export function readPidFile(path: string): number | undefined {
  try {
    const match = PID_TEXT.exec(readFileSync(path, 'latin1').slice(0, 32));
    return match === null ? undefined : Number(match[1]);
  } catch {
    return undefined;
  }
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
 * that cannot be written is no reason to give up the service.
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
  try {
    rmSync(path, { force: true });
    writeFileSync(path, `${pid}\n`, { mode: 0o644 });
  } catch (error) {
    // Where there is no room, half of it was written, or nothing.
    removeQuietly(path);
    const text = error instanceof Error ? error.message : String(error);
    log(
      `no pid file ${path}: ${text}; who looks for the process there will not find it`,
      'warning',
    );
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
