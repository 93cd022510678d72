/** Listings of services, in ipvsadm's columns. */
import type { ActualDestination, ActualService, Counters, Tunnel } from '@tandem/ipvs';
import { familyOf } from './change.ts';
import type { OptionName } from './option-table.ts';
import { destinationsInOrder, inOrder } from './order.ts';
import { formatFlags } from './scheduler-flags.ts';
import { formatNetmask, protocolWord, type WriteEndpoint } from './written.ts';

/** How a listing is asked for. */
export interface ListingRequest {
  readonly given: ReadonlySet<OptionName>;
  readonly write: WriteEndpoint;
}

interface Form {
  readonly heading: string;
  /** What follows the scheduler's column in the line of a service; figures stand in its place. */
  readonly hasFigures?: true;
  readonly columns: (destination: ActualDestination, isExact: boolean) => string;
}

const SERVER_HEADING = '  -> RemoteAddress:Port';
const NAME_WIDTH = 28;
const LINE_WIDTH = 33;
/** IP_VS_SVC_F_PERSISTENT, IP_VS_SVC_F_ONEPACKET */
const PERSISTENT = 1;
const ONE_PACKET = 4;

/** What each option lists; of several the first one counts. */
const FORMS: readonly (readonly [OptionName, Form])[] = [
  [
    'stats',
    {
      heading: `Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n${SERVER_HEADING}`,
      hasFigures: true,
      columns: ({ counters }, isExact) => figures(counters, isExact),
    },
  ],
  [
    'rate',
    {
      heading: `Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n${SERVER_HEADING}`,
      hasFigures: true,
      columns: ({ counters }, isExact) => figures(counters, isExact),
    },
  ],
  [
    'thresholds',
    {
      heading: `Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n${SERVER_HEADING}`,
      columns: (each) =>
        ` ${cells([each.upperThreshold, each.lowerThreshold])} ${connections(each)}`,
    },
  ],
  [
    'persistent-conn',
    {
      heading: `Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn \n${SERVER_HEADING}`,
      columns: (each) =>
        ` ${cells([each.weight], 9)} ${cells([each.persistentConnections], 11)} ${connections(each)}`,
    },
  ],
  [
    'tun-info',
    {
      heading: `Prot LocalAddress:Port Scheduler Flags\n${SERVER_HEADING}           Forward TunnelInfo    Weight ActiveConn InActConn`,
      columns: (each) =>
        ` ${cells([each.forwarding], 7)} ${cells([tunnelInfo(each)], 13)} ${weightAndConnections(each)}`,
    },
  ],
];

const PLAIN: Form = {
  heading: `Prot LocalAddress:Port Scheduler Flags\n${SERVER_HEADING}           Forward Weight ActiveConn InActConn`,
  columns: (each) => ` ${cells([each.forwarding], 7)} ${weightAndConnections(each)}`,
};

/**
 * @param services - of the kernel; counters are rates where these are asked for
 * @returns the heading and a line for each service and server, each with its newline
 */
export async function formatListing(
  services: readonly ActualService[],
  { given, write }: ListingRequest,
): Promise<string> {
  const form = FORMS.find(([name]) => given.has(name))?.[1] ?? PLAIN;
  const isSorted = !given.has('nosort');
  const isExact = given.has('exact');
  const isNumeric = given.has('numeric');
  const blocks = (isSorted ? inOrder(services) : services).map(async (service) => {
    const { destinations, key } = service;
    const name = async (each: ActualDestination): Promise<string> =>
      shown(await write(each.address, each.port, protocolWord(key)), isNumeric);
    const servers = (isSorted ? destinationsInOrder(destinations) : destinations).map(
      async (each) =>
        `  -> ${(await name(each)).padEnd(NAME_WIDTH)}${form.columns(each, isExact)}\n`,
    );
    const title = await titleOf(service, write, isNumeric);
    const line = form.hasFigures
      ? `${title.padEnd(LINE_WIDTH)}${figures(service.counters, isExact)}\n`
      : `${title} ${describe(service)}\n`;
    return [line, ...(await Promise.all(servers))].join('');
  });
  return `${form.heading}\n${(await Promise.all(blocks)).join('')}`;
}

async function titleOf(
  { key }: ActualService,
  write: WriteEndpoint,
  isNumeric: boolean,
): Promise<string> {
  if (key.kind === 'fwmark') return `FWM  ${key.mark}${key.family === 6 ? ' IPv6' : ''}`;
  const protocol = protocolWord(key);
  const name = shown(await write(key.address, key.port, protocol), isNumeric);
  return `${protocol.toUpperCase().padEnd(4)} ${name}`;
}

/** Names of IPv4 hosts end where their column does; those of IPv6 push the others aside. */
function shown(name: string, isNumeric: boolean): string {
  return isNumeric || name.startsWith('[') ? name : name.slice(0, NAME_WIDTH);
}

function describe(service: ActualService): string {
  const { scheduler, flags, netmaskBits, persistenceEngine } = service;
  const names = formatFlags(flags, scheduler);
  const mask = formatNetmask(netmaskBits, familyOf(service.key));
  const isPersistent = (flags & PERSISTENT) !== 0;
  const parts: readonly (string | false)[] = [
    scheduler,
    names !== '' && `(${names})`,
    isPersistent && `persistent ${service.timeoutSeconds}`,
    isPersistent && mask !== undefined && `mask ${mask}`,
    isPersistent && persistenceEngine !== undefined && `pe ${persistenceEngine}`,
    (flags & ONE_PACKET) !== 0 && 'ops',
  ];
  return parts.filter((part) => part !== false).join(' ');
}

const CHECKSUMS: Readonly<Record<Tunnel['checksum'], string>> = {
  none: '-c',
  full: '+c',
  remote: 'r+c',
};

function tunnelInfo({ forwarding, tunnel }: ActualDestination): string {
  if (forwarding !== 'Tunnel') return 'n/a';
  if (tunnel === undefined) return 'ipip';
  const port = tunnel.type === 'gue' ? `:${tunnel.port}` : '';
  return `${tunnel.type}${port}:${CHECKSUMS[tunnel.checksum]}`;
}

function weightAndConnections(each: ActualDestination): string {
  return `${cells([each.weight], 6)} ${connections(each)}`;
}

function connections(each: ActualDestination): string {
  return cells([each.activeConnections, each.inactiveConnections]);
}

function cells(values: readonly (string | number)[], width = 10): string {
  return values.map((value) => String(value).padEnd(width)).join(' ');
}

function figures(counters: Counters, isExact: boolean): string {
  const { connections: count, inPackets, outPackets, inBytes, outBytes } = counters;
  return [count, inPackets, outPackets, inBytes, outBytes]
    .map((value) => (isExact ? ` ${String(value).padStart(8)}` : rounded(value)))
    .join('');
}

/** From where on a number is cut, by what, and what then follows it. */
const UNITS: readonly (readonly [number, number, string])[] = [
  [1e14, 1e12, 'T'],
  [1e11, 1e9, 'G'],
  [1e9, 1e6, 'M'],
  [1e8, 1e3, 'K'],
];

function rounded(value: number): string {
  const [, divisor = 1, unit = ''] = UNITS.find(([least]) => value >= least) ?? [];
  return `${Math.floor(value / divisor)}${unit}`.padStart(9);
}
