import type { ActualDestination, ActualService, ServiceKey, Tunnel } from '@tandem/ipvs';
import { familyOf } from './change.ts';
import { destinationsInOrder, inOrder } from './order.ts';
import { formatFlags } from './scheduler-flags.ts';
import { formatNetmask, protocolWord, type WriteEndpoint } from './written.ts';

const SERVICE_OPTIONS: Readonly<Record<string, string>> = {
  tcp: '-t',
  udp: '-u',
  sctp: '--sctp-service',
};

const METHODS: Readonly<Record<ActualDestination['forwarding'], string>> = {
  Masq: '-m',
  Local: '-l',
  Tunnel: '-i',
  Route: '-g',
};

const CHECKSUMS: Readonly<Record<Tunnel['checksum'], string>> = {
  none: '--tun-nocsum',
  full: '--tun-csum',
  remote: '--tun-remcsum',
};

/** IP_VS_SVC_F_PERSISTENT, IP_VS_SVC_F_ONEPACKET */
const PERSISTENT = 1;
const ONE_PACKET = 4;

/**
 * @param services - of the kernel
 * @param write - endpoints
 * @returns lines that -R takes, each with its newline
 */
export async function formatSaved(
  services: readonly ActualService[],
  write: WriteEndpoint,
): Promise<string> {
  const blocks = inOrder(services).map(async (service) => {
    const name = await nameOf(service.key, write);
    const servers = destinationsInOrder(service.destinations).map(async (each) => {
      const server = await write(each.address, each.port, protocolWord(service.key));
      const how = `${METHODS[each.forwarding]} -w ${each.weight}${tunnelOptions(each)}`;
      return `-a ${name} -r ${server} ${how}\n`;
    });
    return [`-A ${name}${serviceOptions(service)}\n`, ...(await Promise.all(servers))].join('');
  });
  return (await Promise.all(blocks)).join('');
}

async function nameOf(key: ServiceKey, write: WriteEndpoint): Promise<string> {
  if (key.kind === 'fwmark') return `-f ${key.mark}${key.family === 6 ? ' -6' : ''}`;
  const protocol = protocolWord(key);
  return `${SERVICE_OPTIONS[protocol] ?? ''} ${await write(key.address, key.port, protocol)}`;
}

function serviceOptions(service: ActualService): string {
  const mask = formatNetmask(service.netmaskBits, familyOf(service.key));
  const flags = formatFlags(service.flags, service.scheduler);
  const isPersistent = (service.flags & PERSISTENT) !== 0;
  const parts: readonly (string | false)[] = [
    `-s ${service.scheduler}`,
    isPersistent && `-p ${service.timeoutSeconds}`,
    isPersistent && mask !== undefined && `-M ${mask}`,
    service.persistenceEngine !== undefined && `--pe ${service.persistenceEngine}`,
    (service.flags & ONE_PACKET) !== 0 && '-o',
    flags !== '' && `-b ${flags}`,
  ];
  return parts.flatMap((part) => (part === false ? [] : [` ${part}`])).join('');
}

function tunnelOptions({ forwarding, tunnel }: ActualDestination): string {
  if (forwarding !== 'Tunnel') return '';
  if (tunnel === undefined) return ' --tun-type ipip';
  const port = tunnel.type === 'gue' ? ` --tun-port ${tunnel.port}` : '';
  return ` --tun-type ${tunnel.type}${port} ${CHECKSUMS[tunnel.checksum]}`;
}
