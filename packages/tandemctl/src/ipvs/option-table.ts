/** The options of ipvsadm(8): how each is written and what it says. */
import type { ForwardingMethod } from '@tandem/ipvs';
import { DEFAULT_CONTROL_PATH } from '../control.ts';
import type { Draft } from './draft.ts';
import { readEndpoint } from './endpoint.ts';
import type { Names } from './names.ts';
import {
  numberWithin,
  protocolName,
  readGroup,
  readService,
  timeoutSeconds,
} from './option-values.ts';
import { flagNames } from './scheduler-flags.ts';
import { IpvsUsageError } from './usage-error.ts';
import type { Spelling } from './words.ts';

/** As messages name it. */
export type OptionName =
  | 'numeric'
  | 'connection'
  | 'service-address'
  | 'scheduler'
  | 'persistent'
  | 'netmask'
  | 'real-server'
  | 'forwarding-method'
  | 'weight'
  | 'u-threshold'
  | 'l-threshold'
  | 'mcast-interface'
  | 'timeout'
  | 'daemon'
  | 'stats'
  | 'rate'
  | 'thresholds'
  | 'persistent-conn'
  | 'nosort'
  | 'syncid'
  | 'exact'
  | 'ops'
  | 'pe'
  | 'sched-flags'
  | 'sync-maxlen'
  | 'mcast-group'
  | 'mcast-port'
  | 'mcast-ttl'
  | 'tun-info'
  | 'tun-type'
  | 'tun-port'
  | 'tun-nocsum'
  | 'tun-csum'
  | 'tun-remcsum'
  | 'sort'
  | 'ipv6'
  | 'control';

/** One way to write an option. */
export interface IpvsOption extends Spelling {
  readonly name: OptionName;
  /** It may be there twice, and with every command. */
  readonly isHarmless?: true;
  /** Of its value, in the help. */
  readonly placeholder?: string;
  readonly choices?: readonly string[];
  readonly help: string;
  /** Takes the value, which is there when `argument` is `required`. */
  readonly read?: (draft: Draft, value: string, names: Names) => void | Promise<void>;
}

const DEFAULT_PERSISTENCE_SECONDS = 360;
const INT_MAX = 0x7fff_ffff;
const UDP_PAYLOAD_MAX = 65_535 - 20 - 8;
const SCHEDULERS = 'rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh'.split(' ');
const TUNNEL_TYPES = ['ipip', 'gue', 'gre'] as const;

/** In the order in which ipvsadm looks for those that do not belong to the command. */
export const OPTIONS: readonly IpvsOption[] = [
  { short: 'n', long: 'numeric', name: 'numeric', help: 'numbers instead of names' },
  { short: 'c', long: 'connection', name: 'connection', help: 'list the connections' },
  {
    short: 't',
    long: 'tcp-service',
    name: 'service-address',
    argument: 'required',
    placeholder: 'host[:port]',
    help: 'service of TCP',
    read: (draft, value, names) => readService(draft, value, { names, protocol: 'tcp' }),
  },
  {
    short: 'u',
    long: 'udp-service',
    name: 'service-address',
    argument: 'required',
    placeholder: 'host[:port]',
    help: 'service of UDP',
    read: (draft, value, names) => readService(draft, value, { names, protocol: 'udp' }),
  },
  {
    long: 'sctp-service',
    name: 'service-address',
    argument: 'required',
    placeholder: 'host[:port]',
    help: 'service of SCTP',
    read: (draft, value, names) => readService(draft, value, { names, protocol: 'sctp' }),
  },
  {
    short: 'f',
    long: 'fwmark-service',
    name: 'service-address',
    argument: 'required',
    placeholder: 'mark',
    help: 'service of packets with a firewall mark',
    read: (draft, value) => {
      const wrong = `invalid fwmark value \`${value}' specified`;
      const mark = numberWithin(value, [1, 0xffff_ffff], wrong);
      draft.key = { kind: 'fwmark', mark, family: 4 };
    },
  },
  {
    short: '6',
    long: 'ipv6',
    name: 'ipv6',
    isHarmless: true,
    help: 'after -f: the packets are of IPv6',
    read: (draft) => {
      if (draft.key?.kind !== 'fwmark') throw new IpvsUsageError('-6 used before -f');
      draft.key = { ...draft.key, family: 6 };
    },
  },
  {
    short: 's',
    long: 'scheduler',
    name: 'scheduler',
    argument: 'required',
    placeholder: 'scheduler',
    choices: SCHEDULERS,
    help: 'who gets the next connection (default wlc)',
    read: (draft, value) => void (draft.scheduler = value),
  },
  {
    short: 'p',
    long: 'persistent',
    name: 'persistent',
    argument: 'optional',
    placeholder: 'seconds',
    help: 'a client stays with its server (default 360 s)',
    read: (draft, value) => {
      draft.persistenceSeconds =
        value === '' ? DEFAULT_PERSISTENCE_SECONDS : timeoutSeconds(value, 1);
    },
  },
  {
    short: 'M',
    long: 'netmask',
    name: 'netmask',
    argument: 'required',
    placeholder: 'mask',
    help: 'what makes clients one; IPv6: bits',
    read: (draft, value) => void (draft.netmask = value),
  },
  {
    short: 'r',
    long: 'real-server',
    name: 'real-server',
    argument: 'required',
    placeholder: 'host[:port]',
    help: 'the real server',
    read: async (draft, value, names) => {
      const server = await readEndpoint(value, { names, protocol: protocolName(draft) });
      if (server === undefined) {
        throw new IpvsUsageError('illegal real server address[:port] specified');
      }
      draft.server = server;
    },
  },
  forwarding('Route', { short: 'g', long: 'gatewaying', help: 'direct routing (default)' }),
  forwarding('Tunnel', { short: 'i', long: 'ipip', help: 'through a tunnel' }),
  forwarding('Masq', { short: 'm', long: 'masquerading', help: 'address translation' }),
  {
    short: 'w',
    long: 'weight',
    name: 'weight',
    argument: 'required',
    placeholder: 'weight',
    help: 'share of the connections (default 1); 0: no new ones',
    read: (draft, value) => {
      draft.weight = numberWithin(value, [0, INT_MAX], 'illegal weight specified');
    },
  },
  {
    short: 'x',
    long: 'u-threshold',
    name: 'u-threshold',
    argument: 'required',
    placeholder: 'connections',
    help: 'no new ones above',
    read: (draft, value) => {
      draft.upperThreshold = numberWithin(value, [0, INT_MAX], 'illegal u_threshold specified');
    },
  },
  {
    short: 'y',
    long: 'l-threshold',
    name: 'l-threshold',
    argument: 'required',
    placeholder: 'connections',
    help: 'new ones again below',
    read: (draft, value) => {
      draft.lowerThreshold = numberWithin(value, [0, INT_MAX], 'illegal l_threshold specified');
    },
  },
  {
    long: 'mcast-interface',
    name: 'mcast-interface',
    argument: 'required',
    placeholder: 'interface',
    help: 'of the sync daemon',
    read: (draft, value) => void (draft.interface = value),
  },
  { long: 'timeout', name: 'timeout', help: 'list the timeouts' },
  { long: 'daemon', name: 'daemon', help: 'list the sync daemons' },
  { long: 'stats', name: 'stats', help: 'list the counters' },
  { long: 'rate', name: 'rate', help: 'list what comes in a second' },
  { long: 'thresholds', name: 'thresholds', help: 'list the thresholds' },
  { long: 'persistent-conn', name: 'persistent-conn', help: 'list what persistence holds' },
  { long: 'nosort', name: 'nosort', help: "the kernel's order" },
  { long: 'sort', name: 'sort', isHarmless: true, help: 'changes nothing' },
  {
    long: 'syncid',
    name: 'syncid',
    argument: 'required',
    placeholder: 'number',
    help: 'of the sync daemon: 0 to 255',
    read: (draft, value) => {
      draft.syncId = numberWithin(value, [0, 255], 'illegal syncid specified');
    },
  },
  { long: 'exact', name: 'exact', help: 'whole numbers' },
  {
    short: 'o',
    long: 'ops',
    name: 'ops',
    help: 'one packet is one connection',
    read: (draft) => void (draft.onePacket = true),
  },
  {
    long: 'pe',
    name: 'pe',
    argument: 'required',
    placeholder: 'engine',
    choices: ['sip'],
    help: 'persistence engine',
    read: (draft, value) => void (draft.persistenceEngine = value),
  },
  {
    short: 'b',
    long: 'sched-flags',
    name: 'sched-flags',
    argument: 'required',
    placeholder: 'flags',
    help: 'of the scheduler: sh-port,sh-fallback, mh-port,mh-fallback, flag-1,flag-2,flag-3',
    read: (draft, value) => void (draft.schedulerFlags = flagNames(value)),
  },
  {
    long: 'sync-maxlen',
    name: 'sync-maxlen',
    argument: 'required',
    placeholder: 'bytes',
    help: 'largest message of the sync daemon',
    read: (draft, value) => {
      const wrong = 'illegal sync-maxlen specified';
      draft.syncMaximumLength = numberWithin(value, [1, UDP_PAYLOAD_MAX], wrong);
    },
  },
  {
    long: 'mcast-group',
    name: 'mcast-group',
    argument: 'required',
    placeholder: 'address',
    help: 'of the sync daemon (default 224.0.0.81)',
    read: (draft, value) => void (draft.group = readGroup(value)),
  },
  {
    long: 'mcast-port',
    name: 'mcast-port',
    argument: 'required',
    placeholder: 'port',
    help: 'of the sync daemon (default 8848)',
    read: (draft, value) => {
      draft.groupPort = numberWithin(value, [1, 0xffff], 'illegal mcast-port specified');
    },
  },
  {
    long: 'mcast-ttl',
    name: 'mcast-ttl',
    argument: 'required',
    placeholder: 'hops',
    help: 'of the sync daemon (default 1)',
    read: (draft, value) => {
      draft.groupTtl = numberWithin(value, [1, 255], 'illegal mcast-ttl specified');
    },
  },
  { long: 'tun-info', name: 'tun-info', help: 'list the tunnels' },
  {
    long: 'tun-type',
    name: 'tun-type',
    argument: 'required',
    placeholder: 'type',
    choices: TUNNEL_TYPES,
    help: 'of -i (default ipip)',
    read: (draft, value) => {
      const type = TUNNEL_TYPES.find((each) => each === value);
      if (type === undefined) throw new IpvsUsageError('illegal tunnel type specified');
      draft.tunnelType = type;
    },
  },
  {
    long: 'tun-port',
    name: 'tun-port',
    argument: 'required',
    placeholder: 'port',
    help: 'of a gue tunnel',
    read: (draft, value) => {
      draft.tunnelPort = numberWithin(value, [1, 0xffff], 'illegal tunnel port specified');
    },
  },
  { long: 'tun-nocsum', name: 'tun-nocsum', help: 'gue, gre: no checksum (default)' },
  { long: 'tun-csum', name: 'tun-csum', help: 'gue, gre: checksum' },
  { long: 'tun-remcsum', name: 'tun-remcsum', help: 'gue: checksum offload' },
  {
    long: 'control',
    name: 'control',
    argument: 'required',
    isHarmless: true,
    placeholder: 'path',
    help: `control socket of the tandemd that may own a service (default ${DEFAULT_CONTROL_PATH})`,
    read: (draft, value) => void (draft.control = value),
  },
];

function forwarding(
  method: ForwardingMethod,
  words: Pick<IpvsOption, 'short' | 'long' | 'help'>,
): IpvsOption {
  return {
    ...words,
    name: 'forwarding-method',
    read: (draft) => void (draft.forwarding = method),
  };
}
