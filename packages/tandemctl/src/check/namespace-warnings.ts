import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '@tandem/config';

/** Where `ip netns` keeps them. */
const NAMED_NAMESPACES = '/run/netns';

/**
 * @param all - what the files say, which was judged by the interfaces of our own network namespace
 * @param folder - of named namespaces
 * @returns for people, a line for each `net_namespace` that is another one
 */
export function namespaceWarnings(
  all: readonly Settings[],
  folder: string = NAMED_NAMESPACES,
): string {
  const names = new Set(all.flatMap(({ global }) => global.place.namespace ?? []));
  return [...names]
    .filter((name) => !isOurs(name, folder))
    .map(
      (name) =>
        `interfaces were judged outside of net_namespace ${name}: ` +
        `run this as root, by ip netns exec ${name}, or with --no-box\n`,
    )
    .join('');
}

/**
 * @param all - what the files say
 * @param folder - of named namespaces
 * @returns the `net_namespace` that all of them have, if there is one of that name that is not ours
 */
export function namespaceOfAll(
  all: readonly Settings[],
  folder: string = NAMED_NAMESPACES,
): string | undefined {
  const [name, ...others] = new Set(all.map(({ global }) => global.place.namespace));
  if (name === undefined || others.length > 0 || isOurs(name, folder)) return undefined;
  return identity(join(folder, name)) === undefined ? undefined : name;
}

function isOurs(name: string, folder: string): boolean {
  return identity(join(folder, name)) === identity('/proc/self/ns/net');
}

/** @returns what no other namespace has; undefined where there is none */
function identity(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}
