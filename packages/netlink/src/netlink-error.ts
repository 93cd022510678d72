import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** What a failed request says beside its number. */
export interface NetlinkErrorContext {
  /** The kernel's own words: the extended ack. */
  readonly detail?: string | undefined;
  /** What the number means for this request, instead of the general text. */
  readonly meaning?: string | undefined;
  readonly cause?: unknown;
}

/** A request that the kernel refused, or whose answer could not be had. */
export class NetlinkError extends Error {
  override readonly name: string = 'NetlinkError';
  /** Name of the number, such as `EEXIST`. */
  readonly code: string;
  /** Positive errno. */
  readonly errno: number;
  /** Text and attribute offset of the extended ack, where the kernel gave one. */
  readonly detail?: string;

  /**
   * @param what - what was tried, such as `add address 10.0.0.1/24 on 3`
   * @param errno - positive
   * @param context - what else is known
   */
  constructor(what: string, errno: number, context: NetlinkErrorContext = {}) {
    const code = errorName(errno);
    const meaning = context.meaning ?? errorText(errno);
    const detail = context.detail === undefined ? '' : ` (${context.detail})`;
    const message = `${what}: ${meaning === undefined ? code : `${code}, ${meaning}`}${detail}`;
    super(message, context.cause === undefined ? {} : { cause: context.cause });
    this.code = code;
    this.errno = errno;
    if (context.detail !== undefined) this.detail = context.detail;
  }
}

/** Numbers that have two names get the one that manual pages use for sockets. */
const PREFERRED: Readonly<Record<string, true>> = { EAGAIN: true, EOPNOTSUPP: true };

const NAMES: ReadonlyMap<number, string> = errorNames();

function errorNames(): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, number] of Object.entries(constants.errno)) {
    if (!names.has(number) || PREFERRED[name]) names.set(number, name);
  }
  return names;
}

function errorName(errno: number): string {
  return NAMES.get(errno) ?? `E${errno}`;
}

function errorText(errno: number): string | undefined {
  return getSystemErrorMap().get(-errno)?.[1];
}

/** Numbers that the client itself gives to requests; the kernel's come with its answers. */
export const ERRNO: {
  readonly lost: number;
  readonly interrupted: number;
  readonly timedOut: number;
  readonly truncated: number;
  readonly malformed: number;
  readonly closed: number;
  readonly invalid: number;
} = {
  lost: constants.errno.ENOBUFS,
  interrupted: constants.errno.EINTR,
  timedOut: constants.errno.ETIMEDOUT,
  truncated: constants.errno.EMSGSIZE,
  malformed: constants.errno.EBADMSG,
  closed: constants.errno.ECANCELED,
  invalid: constants.errno.EINVAL,
};
