import type { DrainOutcome } from '@tandem/status';
import { ask } from '../control.ts';

/** Out or back. */
export type DrainAction = 'drain' | 'undrain';

/** What the command line says. */
export interface DrainOptions {
  readonly control: string;
  readonly service?: string;
  readonly timeout?: string;
}

const UNKNOWN = 1;
const USAGE = 2;

/**
 * Asks for a real server to go out of the kernel's table when it has no connections any more, or
 * to come back.
 * It is done also where that leaves a virtual server to nobody, which is said on standard error.
 * @param server - ADDRESS or ADDRESS:PORT
 * @returns the exit status: 0 it is under way, or there was nothing to do; 1 there is no such server;
 *   2 it is neither ADDRESS nor ADDRESS:PORT, or the timeout is too long
 * @throws ControlError when the daemon does not answer
 */
export async function drain(
  action: DrainAction,
  server: string,
  { control, service, timeout }: DrainOptions,
): Promise<number> {
  const query = new URLSearchParams({
    server,
    ...(service !== undefined && { service }),
    ...(timeout !== undefined && { timeout }),
  });
  const outcome = (await ask(control, 'POST', `/v1/${action}?${query.toString()}`)) as DrainOutcome;
  if (!outcome.accepted) {
    process.stderr.write(`tandemctl: ${outcome.problem}\n`);
    return outcome.misused === true ? USAGE : UNKNOWN;
  }
  const word = action === 'drain' ? 'draining' : 'taking back';
  for (const each of outcome.servers) process.stdout.write(`${word} ${each}\n`);
  for (const each of outcome.notDrained) process.stdout.write(`${each} is not drained\n`);
  for (const each of outcome.warnings) process.stderr.write(`tandemctl: warning: ${each}\n`);
  return 0;
}
