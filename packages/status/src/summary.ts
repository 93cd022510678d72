import { countServers } from './service.ts';
import type { StatusSnapshot } from './snapshot.ts';

/**
 * What a service manager shows of the daemon in one line.
 * @param snapshot - instances and virtual servers
 * @see sd_notify(3) STATUS
 */
export function formatSummary({
  vrrp,
  virtualServers,
}: Pick<StatusSnapshot, 'vrrp' | 'virtualServers'>): string {
  const count = (state: string): number => vrrp.filter((each) => each.state === state).length;
  const states = ['MASTER', 'BACKUP', 'FAULT'].map((state) => `${count(state)} ${state}`);
  const { configured, usable } = countServers(virtualServers);
  return `${states.join(', ')}; ${usable}/${configured} real servers up`;
}
