/** Whether this process may change the network, asked before something is done by half. */
import { readFileSync } from 'node:fs';

/** @see capabilities(7) CAP_NET_ADMIN, linux/capability.h */
const CAP_NET_ADMIN = 12n;
const PROCESS_STATUS = '/proc/self/status';

/**
 * @param status - as proc(5) has /proc/pid/status
 * @returns why the network is not for this process to change, as a sentence; undefined when it is, or
 *   nothing is said of it
 */
export function whyNotAdministrator(
  status: string = readFileSync(PROCESS_STATUS, 'latin1'),
): string | undefined {
  const [, digits] = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(status) ?? [];
  if (digits === undefined || ((BigInt(`0x${digits}`) >> CAP_NET_ADMIN) & 1n) === 1n)
    return undefined;
  return 'this user may not change the network of this box (CAP_NET_ADMIN): try as root';
}
