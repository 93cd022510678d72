import type { Settings } from '@tandem/config';

/** Of auth_pass and auth_hmac: whoever reads a log must not be able to speak for the box. */
const SECRETS: ReadonlySet<string> = new Set(['password', 'octets']);

/**
 * @param settings - of the daemon
 * @returns them for people, without what is secret
 * @see keepalived(8) --dump-conf
 */
export function formatSettings(settings: Settings): string {
  return JSON.stringify(settings, shown, 1);
}

function shown(name: string, value: unknown): unknown {
  return SECRETS.has(name) && typeof value === 'string' ? '********' : value;
}
