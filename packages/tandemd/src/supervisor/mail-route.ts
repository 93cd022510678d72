import { hostname } from 'node:os';
import { withFullHostName, type GlobalSettings } from '@tandem/config';
import { fullHostName } from '@tandem/config-files';
import type { MailRoute } from '@tandem/notify';

/**
 * Finds out the host's domain where something awaits it: mails wait for a name server, nobody else.
 * @returns the same with that name. Never rejected
 */
export async function fullyNamed(global: GlobalSettings): Promise<GlobalSettings> {
  if (global.mail?.awaitsDomain === undefined) return global;
  return withFullHostName(global, await fullHostName(hostname()));
}

/** @returns how mails leave; undefined: none do */
export function mailRoute(global: GlobalSettings): Promise<MailRoute> | undefined {
  const { mail } = global;
  if (mail === undefined) return undefined;
  return fullyNamed(global).then((named) => ({ ...mail, ...named.mail, routerId: named.routerId }));
}
