import type { GlobalSettings, HostNamed } from './settings.ts';

/** All that mails have of the host's name. */
export const HOST_NAMED: readonly HostNamed[] = ['routerId', 'from', 'heloName'];

/**
 * @param global - with what awaits the host's domain, or nothing
 * @param fullName - of the host, with its domain
 * @returns the same, and nothing awaits it any more
 */
export function withFullHostName(global: GlobalSettings, fullName: string): GlobalSettings {
  if (global.mail?.awaitsDomain === undefined) return global;
  const { awaitsDomain, ...mail } = global.mail;
  const named = (what: HostNamed, before: string, after = fullName): string =>
    awaitsDomain.includes(what) ? after : before;
  const [user = ''] = mail.from.split('@', 1);
  return {
    ...global,
    routerId: named('routerId', global.routerId),
    mail: {
      ...mail,
      from: named('from', mail.from, `${user}@${fullName}`),
      heloName: named('heloName', mail.heloName),
    },
  };
}
