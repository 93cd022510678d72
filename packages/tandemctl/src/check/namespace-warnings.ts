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
    .filter((name) => identity(join(folder, name)) !== identity('/proc/self/ns/net'))
    .map(
      (name) =>
        `interfaces were judged outside of net_namespace ${name}: ` +
        `run this by ip netns exec ${name}, or with --no-box\n`,
    )
    .join('');
}

/** @returns what no other namespace has; undefined where there is none */
function identity(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}
