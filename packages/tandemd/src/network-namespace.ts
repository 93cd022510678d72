/** Work in another network namespace, for as long as a function takes. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { enterNetworkNamespace } from '@tandem/raw-socket';

/** Where `ip netns` keeps them. */
export const NAMED_NAMESPACES = '/run/netns';

/**
 * @param name - of the namespace; absent: that in which we are
 * @param action - makes its sockets before it returns or waits for anything
 * @returns what it returns
 * @throws SocketError when there is no such namespace, or it may not be entered
 */
export function inNamespace<T>(name: string | undefined, action: () => T): T {
  if (name === undefined) return action();
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    enterNetworkNamespace(join(NAMED_NAMESPACES, name));
    return action();
  } finally {
    enterNetworkNamespace(`/proc/self/fd/${home}`);
    closeSync(home);
  }
}
