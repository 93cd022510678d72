import type { CheckTarget } from '@tandem/health';
import { ipFamily } from '@tandem/inet';
import { streamRoute, type SocketAddress, type StreamRoute } from '@tandem/raw-socket';

/** Address and port of either family. */
type InternetAddress = SocketAddress & { readonly family: 'inet' | 'inet6' };

/**
 * @param target - of a check
 * @returns where its packets go
 */
export function remoteAddressOf({ address, port }: CheckTarget): InternetAddress {
  return internetAddress(ipFamily(address), address, port);
}

/**
 * @param target - of a check
 * @returns where its packets come from; undefined where the kernel may choose
 */
export function localAddressOf(target: CheckTarget): InternetAddress | undefined {
  const { address, bindAddress, bindPort = 0 } = target;
  if (bindAddress === undefined && bindPort === 0) return undefined;
  const family = ipFamily(address);
  return internetAddress(family, bindAddress ?? (family === 4 ? '0.0.0.0' : '::'), bindPort);
}

/** Of targets that are configured. */
const routes = new WeakMap<CheckTarget, StreamRoute>();

/**
 * @param target - of a check
 * @returns what a connection to it is begun with; the same for the same target
 * @throws TypeError when it is to come from an address of another family
 */
export function routeTo(target: CheckTarget): StreamRoute {
  const known = routes.get(target);
  if (known !== undefined) return known;
  const { mark, interfaceName } = target;
  const local = localAddressOf(target);
  const route = streamRoute({
    remote: remoteAddressOf(target),
    ...(local && { local }),
    ...(mark !== undefined && { mark }),
    ...(interfaceName !== undefined && { interfaceName }),
  });
  routes.set(target, route);
  return route;
}

function internetAddress(family: 4 | 6, address: string, port: number): InternetAddress {
  return family === 4
    ? { family: 'inet', address, port }
    : { family: 'inet6', address, port, scopeId: 0 };
}
