import type { ProbeFailure, ProbeResult } from '@tandem/health';

/** An attempt that brought no answer. */
export type Failure = ProbeResult & { readonly ok: false };

/** What errno says about the server. */
const REASONS: Readonly<Record<string, ProbeFailure>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  ETIMEDOUT: 'connect-timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ABORT_ERR: 'aborted',
  // What this box is short of says nothing of the server.
  EMFILE: 'not-run',
  ENFILE: 'not-run',
  ENOMEM: 'not-run',
  ENOBUFS: 'not-run',
  // No port is left, or it has not the address of bindto: keepalived tries again, too.
  EADDRNOTAVAIL: 'not-run',
  EADDRINUSE: 'not-run',
};

/**
 * @param reason - kind of failure
 * @param detail - what happened, for people
 */
export function failure(reason: ProbeFailure, detail: string): Failure {
  return { ok: false, reason, detail };
}

/**
 * @param error - of a socket
 * @returns the failure that it means
 */
export function failureOf(error: NodeJS.ErrnoException): Failure {
  return failure(REASONS[error.code ?? ''] ?? 'other', error.message);
}

/**
 * @param error - what was thrown
 * @returns the failure that it means
 */
export function asFailure(error: unknown): Failure {
  return error instanceof Error ? failureOf(error) : failure('other', String(error));
}
