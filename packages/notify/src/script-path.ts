import { accessSync, constants, existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { interpreterObstacle } from './interpreter.ts';

/** Where a command's program is, or why it cannot be run. */
export type ScriptPath =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly reason: string };

const SEARCH_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const STICKY = 0o1000;
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
      const obstacle = interpreterObstacle(path);
      if (obstacle === undefined) return { ok: true, path };
      reason = obstacle;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
        reason = 'Permission denied';
      }
    }
  }
  const missing = program.includes('/') ? firstMissing(resolve('/', program)) : undefined;
  const where = missing === undefined || missing === program ? '' : ` (${missing} does not exist)`;
  return { ok: false, reason: `Script ${program} cannot be accessed - ${reason}${where}` };
}

/**
 * Why a program cannot be run.
 * @param program - as for `findScript`
 * @returns part of a sentence that names the outermost component at fault, or undefined when it can
 */
export function scriptObstacle(program: string): string | undefined {
  const found = findScript(program);
  if (found.ok) return undefined;
  if (!program.includes('/')) return 'it is in none of the folders of programs';
  const missing = firstMissing(program);
  if (missing !== undefined) return `${missing} does not exist`;
  return found.reason.replace(/^.* - /, '');
}

/** @returns the outermost part of a path that is not there */
function firstMissing(path: string): string | undefined {
  if (existsSync(path)) return undefined;
  const parent = dirname(path);
  return parent === path ? undefined : (firstMissing(parent) ?? path);
}

/**
 * The same for a program as it is named in a command.
 * @param program - as for `findScript`
 * @returns as `scriptWeakness`; undefined as well when the program cannot be looked at
 */
export function programWeakness(program: string): string | undefined {
  const found = findScript(program);
  if (!found.ok) return undefined;
  try {
    return scriptWeakness(found.path);
  } catch {
    return undefined;
  }
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
  const parent = dirname(path);
  return weaknessOf(path) ?? (parent === path ? undefined : weaknessAlong(parent));
}

function weaknessOf(component: string): string | undefined {
  const stats = lstatSync(component);
  const { uid, gid, mode } = stats;
  if (uid !== 0) return `${component} belongs to user ${uid}, not to root`;
  // Nobody writes to a link, and nobody replaces what belongs to root in a sticky folder.
  if (stats.isSymbolicLink() || (stats.isDirectory() && (mode & STICKY) !== 0)) return undefined;
  if ((mode & WRITABLE_BY_GROUP) !== 0 && gid !== 0) {
    return `${component} can be written by group ${gid}`;
  }
  return (mode & WRITABLE_BY_OTHERS) === 0 ? undefined : `${component} can be written by everybody`;
}
