import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The name is for mails, which wait for it no longer when no name server answers. */
const LIMIT_MS = 1000;

/**
 * A host's name with its domain, as the resolver has it: what keepalived asks for with
 * AI_CANONNAME, which Node has no word for. /etc/hosts comes first, because it costs nothing.
 * @param name - of this host
 * @param hostsFile - see hosts(5)
 * @returns the name that it stands for; the given one where nobody knows it, or not within a
 *   second. Never rejected
 * @see getaddrinfo(3), hostname(1): THE FQDN
 */
export async function fullHostName(name: string, hostsFile?: string): Promise<string> {
  return nameInHosts(name, hostsFile) ?? (await nameInAnswer(name).catch(() => undefined)) ?? name;
}

/** @returns the same where /etc/hosts has it; asks nobody */
export function nameInHosts(name: string, hostsFile = '/etc/hosts'): string | undefined {
  for (const line of textOf(hostsFile).split('\n')) {
    const [, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (names.some((each) => each.toLowerCase() === name.toLowerCase())) return names[0];
  }
  return undefined;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** getent says an address, a kind of socket and, in its first line, the name. */
async function nameInAnswer(name: string): Promise<string | undefined> {
  const { stdout } = await run('getent', ['ahosts', '--', name], { timeout: LIMIT_MS });
  return stdout.split('\n', 1)[0]?.trim().split(/\s+/)[2];
}
