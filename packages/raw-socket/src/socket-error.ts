/** A failed system call, as an exception. */
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** Names that Node lacks, and the one to choose where a number has two. */
const MORE_NAMES: readonly [string, number][] = [
  ['EAGAIN', 11],
  ['EDEADLK', 35],
  ['ENONET', 64],
  ['ESOCKTNOSUPPORT', 94],
  ['EOPNOTSUPP', 95],
  ['EPFNOSUPPORT', 96],
  ['ESHUTDOWN', 108],
  ['EHOSTDOWN', 112],
];

const NAMES: ReadonlyMap<number, string> = new Map(
  [...Object.entries(constants.errno), ...MORE_NAMES].map(([name, errno]) => [errno, name]),
);

/** A system call on a socket, or about the process, failed. */
export class SocketError extends Error {
  /** Name of the number, such as 'EPERM'; 'E' and digits for one without a known name. */
  readonly code: string;
  /** Positive, as in errno(3). */
  readonly errno: number;
  /** Such as 'bind' or 'sendmmsg'. */
  readonly syscall: string;
  /** Messages that the kernel had taken before the failure; 0 for anything but sending. */
  readonly sent: number;

  /**
   * @param syscall - what failed
   * @param errno - positive, as in errno(3)
   * @param detail - what is added to the message: the object of the call; and how many were sent
   */
  constructor(syscall: string, errno: number, detail: { object?: string; sent?: number } = {}) {
    const code = NAMES.get(errno) ?? `E${errno}`;
    const text = getSystemErrorMap().get(-errno)?.[1] ?? `error ${errno}`;
    super(`${syscall}${detail.object === undefined ? '' : ` ${detail.object}`}: ${code}, ${text}`);
    this.name = 'SocketError';
    this.code = code;
    this.errno = errno;
    this.syscall = syscall;
    this.sent = detail.sent ?? 0;
  }
}

/**
 * @param syscall - what was called
 * @param result - what it returned
 * @returns the result, when it is no error
 * @throws SocketError when it is negative
 */
export function checked(syscall: string, result: number, object?: string): number {
  if (result < 0) throw new SocketError(syscall, -result, object === undefined ? {} : { object });
  return result;
}
