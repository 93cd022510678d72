import { constants } from 'node:os';

/** The first and the last that the C library leaves to programs. @see signal(7) */
const REAL_TIME = { first: 34, last: 64 };

const { SIGQUIT, SIGALRM, SIGVTALRM, SIGSTKFLT, SIGIO } = constants.signals;

/**
 * Numbers of signals that would end a process for nothing: keepalived does not mind those of them
 * that it has no use for.
 */
export const STRAY_SIGNALS: readonly number[] = [
  SIGQUIT,
  SIGALRM,
  SIGVTALRM,
  SIGSTKFLT,
  SIGIO,
  ...Array.from({ length: REAL_TIME.last - REAL_TIME.first + 1 }, (_, i) => REAL_TIME.first + i),
];
