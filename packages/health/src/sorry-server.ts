/** What is said of a sorry server that takes over or gives way. */
import type { LogEffect } from './effect.ts';
import { formatRealServer, formatVirtualServer } from './naming.ts';
import type { SorryServerSettings, VirtualServerSettings } from './settings.ts';

/**
 * @param settings - of the virtual server
 * @param serves - whether it begins or ceases to
 * @returns what the log says of a sorry server with what happens to the real servers
 */
export function sorryNotices(
  settings: VirtualServerSettings,
  serves: boolean,
): readonly LogEffect[] {
  const { key, sorryServer } = settings;
  if (sorryServer === undefined) return [];
  const virtualServer = formatVirtualServer(key);
  const pool = serves ? 'Removing alive servers from' : 'Adding alive servers to';
  return [
    sorryNotice(settings, sorryServer, serves),
    { type: 'log', level: 'info', text: `${pool} the pool for VS ${virtualServer}` },
  ];
}

/** @returns `Adding sorry server … to VS …` and its like */
export function sorryNotice(
  { key }: Pick<VirtualServerSettings, 'key'>,
  sorryServer: SorryServerSettings,
  serves: boolean,
): LogEffect {
  const verbs = sorryServer.inhibit ? ['Enabling', 'Disabling'] : ['Adding', 'Removing'];
  const verb = verbs[serves ? 0 : 1] ?? '';
  const name = formatRealServer(key, sorryServer);
  const virtualServer = `${serves ? 'to' : 'from'} VS ${formatVirtualServer(key)}`;
  return { type: 'log', level: 'info', text: `${verb} sorry server ${name} ${virtualServer}` };
}
