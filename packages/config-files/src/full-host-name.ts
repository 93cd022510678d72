import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The name is for mails; nobody is to wait for it when no name server answers. */
const LIMIT_MS = 1000;

/**
 * A host's name with its domain, as the resolver has it: what keepalived asks for with
 * AI_CANONNAME, which Node has no word for. /etc/hosts comes first, because it costs nothing.
 * @param name - of this host
 * @param hostsFile - see hosts(5)
 * @returns the name that it stands for; the given one where nobody knows it, or not within a second
 * @see getaddrinfo(3), hostname(1): THE FQDN
 */
export function fullHostName(name: string, hostsFile = '/etc/hosts'): string {
  return firstNameIn(hostsFile, name) ?? firstNameOf(name) ?? name;
}

function firstNameIn(file: string, name: string): string | undefined {
  for (const line of textOf(file).split('\n')) {
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
function firstNameOf(name: string): string | undefined {
  try {
    const said = execFileSync('getent', ['ahosts', '--', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: LIMIT_MS,
    });
    return said.split('\n', 1)[0]?.trim().split(/\s+/)[2];
  } catch {
    return undefined;
  }
}
