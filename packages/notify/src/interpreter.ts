/** The program that the first line of a script names, which the kernel runs instead. */
import { accessSync, closeSync, constants, openSync, readSync } from 'node:fs';

/** The kernel reads no more of a first line. @see execve(2) */
const LINE_BYTES_MAX = 255;

/**
 * An interpreter and its argument that are not found, or not understood, with a carriage return behind
 * them. Perl and `env -S` take it for blank space; of others nothing is known.
 */
const SPOILT = /^\S* $|^\S*(?:sh|python[\d.]*) |\/env (?!-\w*S|--split)/;

/**
 * A script without its interpreter ends with "No such file or directory", as if it were missing.
 * @param path - of a program that may be executed
 * @returns why its interpreter cannot be, or undefined where it can, or there is none
 */
export function interpreterObstacle(path: string): string | undefined {
  const line = beginning(path);
  const [, interpreter = '', argument = '', end = ''] =
    /^#![ \t]*([^ \t\r\n]*)[ \t]*([^\r\n]*)(\r?\n?)/.exec(line) ?? [];
  if (interpreter === '') return undefined;
  if (end === '\r\n' && SPOILT.test(`${interpreter} ${argument}`))
    return `its lines end as on Windows, of which ${interpreter} knows nothing`;
  try {
    accessSync(interpreter, constants.X_OK);
    return undefined;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return `its interpreter ${interpreter} ${isMissing ? 'does not exist' : 'may not be executed'}`;
  }
}

/** Who may execute a program may be unable to read it. */
function beginning(path: string): string {
  try {
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(LINE_BYTES_MAX);
      return buffer.toString('latin1', 0, readSync(file, buffer, 0, LINE_BYTES_MAX, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
