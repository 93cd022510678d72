/** A failed system call, as an exception. */
import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** Numbers that Node has no name for but that netlink and packet sockets do return. */
const MORE_NAMES: ReadonlyMap<number, string> = new Map([
  [44, 'ECHRNG'],
  [64, 'ENONET'],
  [94, 'ESOCKTNOSUPPORT'],
  [96, 'EPFNOSUPPORT'],
  [108, 'ESHUTDOWN'],
  [112, 'EHOSTDOWN'],
]);

const NAMES: ReadonlyMap<number, string> = new Map([
  ...MORE_NAMES,
  ...Object.entries(constants.errno).map(([name, errno]): [number, string] => [errno, name]),
]);

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
