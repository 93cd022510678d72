import type { Settings } from '@tandem/config';
import type { ChildName } from '../ipc.ts';
import { wantsDaemons } from '../ipvs/sync-daemon.ts';
import type { CommandLine } from './command-line.ts';

/**
 * A child is only started if the configuration has something for it.
 * @param options - `-P`, `-C` and `-B` restrict
 * @returns the children to run
 */
export function wantedChildren(
  settings: Settings,
  options: Pick<CommandLine, 'onlyVrrp' | 'onlyIpvs' | 'noBfd'>,
): ChildName[] {
  const syncDaemon = wantsDaemons(settings);
  const wanted: ChildName[] = [];
  if (settings.vrrpInstances.length > 0 && !options.onlyIpvs) wanted.push('vrrp');
  if ((settings.virtualServers.length > 0 || syncDaemon) && !options.onlyVrrp) wanted.push('ipvs');
  if (settings.bfdSessions.length > 0 && !options.noBfd) wanted.push('bfd');
  return wanted;
}

/** @returns a sentence, when sessions are configured that are not run */
export function idleSessions(
  { bfdSessions }: Pick<Settings, 'bfdSessions'>,
  { noBfd }: Pick<CommandLine, 'noBfd'>,
): readonly string[] {
  if (!noBfd || bfdSessions.length === 0) return [];
  const names = bfdSessions.map(({ name }) => name).join(', ');
  return [`BFD is not run because of -B, and whoever follows it finds it down: ${names}`];
}
