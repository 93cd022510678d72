import type { ServerCounts } from './service.ts';
import type { StatusSnapshot } from './snapshot.ts';

/**
 * What a service manager shows of the daemon in one line.
 * @param vrrp - instances
 * @param counts - of real servers
 * @see sd_notify(3) STATUS
 */
export function formatSummary(
  vrrp: StatusSnapshot['vrrp'],
  { configured, usable }: ServerCounts,
): string {
  const count = (state: string): number => vrrp.filter((each) => each.state === state).length;
  const states = ['MASTER', 'BACKUP', 'FAULT'].map((state) => `${count(state)} ${state}`);
  return `${states.join(', ')}; ${usable}/${configured} real servers up`;
}
