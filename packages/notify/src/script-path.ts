import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Where a command's program is, or why it cannot be run. */
export type ScriptPath =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly reason: string };

const SEARCH_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const WRITABLE_BY_GROUP = 0o020;
const WRITABLE_BY_OTHERS = 0o002;

/**
 * Finds the program of a command.
 * @param program - a path, or a bare name that is looked for in the usual folders
 * @returns its path, or keepalived's words for why it cannot be run
 */
export function findScript(program: string): ScriptPath {
  const candidates = program.includes('/')
    ? [resolve('/', program)]
    : SEARCH_PATH.map((folder) => `${folder}/${program}`);
  let reason = 'No such file or directory';
  for (const path of candidates) {
    try {
      if (!statSync(path).isFile()) {
        reason = 'Is not a file';
        continue;
      }
      accessSync(path, constants.X_OK);
      return { ok: true, path };
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
        reason = 'Permission denied';
      }
    }
  }
  return { ok: false, reason: `Script ${program} cannot be accessed - ${reason}` };
}

/**
 * What makes a script unsafe to be run as root: it, or a folder above it, can be changed by
 * somebody else.
 * @param path - absolute path of the script
 * @returns one sentence that names the component at fault, or undefined when there is none
 * @throws errors of the file system, such as for a script that has gone meanwhile
 * @see keepalived.conf(5) enable_script_security
 */
export function scriptWeakness(path: string): string | undefined {
  return weaknessAlong(realpathSync(path)) ?? weaknessAlong(path);
}

/** A link is as weak as the folder that it is in, and as all that it leads to. */
function weaknessAlong(path: string): string | undefined {
  let component = path;
  for (;;) {
    const { uid, gid, mode } = statSync(component);
    if (uid !== 0) return `${component} belongs to user ${uid}, not to root`;
    if ((mode & WRITABLE_BY_GROUP) !== 0 && gid !== 0) {
      return `${component} can be written by group ${gid}`;
    }
    if ((mode & WRITABLE_BY_OTHERS) !== 0) return `${component} can be written by everybody`;
    const parent = dirname(component);
    if (parent === component) return undefined;
    component = parent;
  }
}
