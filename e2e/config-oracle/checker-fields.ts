/** Where a value of virtual servers stands in keepalived's dump, and where in our settings. */
import type { ConfigurationDocument, Settings } from '@tandem/config';
import { formatRealServer, formatVirtualServer } from '@tandem/health';
import { ipFamily, type IpFamily } from '@tandem/inet';
import { field, list, match, present, scriptOf, yesNo, type Field, type Part } from './field.ts';
import { DATAGRAM_FIELDS, HTTP_FIELDS, isHttp, MISC_FIELDS } from './http-fields.ts';
import { textOf } from './said.ts';

export type Server = Settings['virtualServers'][number] & WithSaid;
type RealServer = Server['realServers'][number];

/** What is said of it, because keywords that have no setting of their own are there. */
interface WithSaid {
  readonly said: ConfigurationDocument;
}
type Check = RealServer['checks'][number];

/** A checker with what it stands in. */
export interface PlacedCheck extends WithSaid {
  readonly server: Server;
  readonly realServer: RealServer;
  readonly check: Check;
  /** The virtual host of the servers around it, as the dump has it. */
  readonly inherited: string | undefined;
  /** checker_log_all_failures */
  readonly logsAllFailures: boolean;
}

/** Values of global_defs that only this process has. */
export const LVS_GLOBAL_PART: Part<Settings['global']> = {
  fields: [
    {
      name: 'timeouts of IPVS',
      theirs: (lines) => lines.all(/^ LVS TCP(?: FIN)? timeout = (.*)/).join(' '),
      ours: ({ lvsTimeouts: { tcpSeconds, tcpFinSeconds, udpSeconds } = {} }) =>
        [tcpSeconds, tcpFinSeconds, udpSeconds].filter((each) => each ?? 0).join(' '),
    },
    field('LVS syncd interface', ({ lvsSyncDaemon: daemon }) => daemon?.interface),
    field('LVS syncd syncid', ({ lvsSyncDaemon: daemon }) => daemon?.syncId),
    field('LVS syncd maxlen', ({ lvsSyncDaemon: daemon }) => daemon?.maximumLength),
    field('LVS syncd mcast port', ({ lvsSyncDaemon: daemon }) => daemon?.port),
    field('LVS syncd mcast ttl', ({ lvsSyncDaemon: daemon }) => daemon?.ttl),
    match(
      'group of the sync daemon',
      /^ LVS mcast group (.*)/,
      ({ lvsSyncDaemon: daemon }) => daemon?.group,
    ),
    field('no_checker_emails', ({ noCheckerEmails }) => (noCheckerEmails ? 1 : 0)),
  ],
  leftOut: [{ lines: /./, why: 'compared where the process of VRRP shows it' }],
};

/** Granularity that the dump has only where the file has it. */
const SINGLE_ADDRESSES = 'none';

/** Values of a virtual server. */
const SERVER_FIELDS: readonly Field<Server>[] = [
  {
    name: 'what it listens on',
    theirs: ({ title }) => title,
    ours: ({ key }) => {
      if (key.kind === 'fwmark') return ` VS FWMARK = ${key.mark}`;
      return key.kind === 'group'
        ? ` VS GROUP = ${formatVirtualServer(key)}`
        : ` VS VIP = ${key.address}, VPORT = ${key.port}`;
    },
  },
  field('Address family', (server) => (familyOf(server) === 6 ? 'inet6' : 'inet')),
  field('protocol', ({ key }) => (key.kind === 'fwmark' ? 'none' : key.protocol)),
  field('lvs_sched', ({ scheduler }) => scheduler),
  flag('first flag', /^ {3}(?:flag-1|[sm]h-fallback) = (.*)/, 0x08),
  flag('second flag', /^ {3}(?:flag-2|[sm]h-port) = (.*)/, 0x10),
  match('third flag', /^ {3}flag-3 = (.*)/, ({ scheduler, schedulerFlags }) =>
    // Those by source have two flags of their own, and the dump shows no third.
    /^[sm]h$/.test(scheduler) ? undefined : enabled((schedulerFlags & 0x20) !== 0),
  ),
  match('ops', /^ {3}One packet scheduling = (\w+)/, ({ onePacket }) =>
    onePacket ? 'enabled' : 'disabled',
  ),
  field('persistence timeout', ({ persistenceTimeout: ms }) => ms && ms / 1000),
  {
    name: 'persistence granularity',
    theirs: (lines) => lines.valueOf('persistence granularity') ?? SINGLE_ADDRESSES,
    ours: granularity,
  },
  match('alpha', /^ {3}alpha is (.*)/, ({ alpha }) => onOff(alpha)),
  match('omega', /^ {3}omega is (.*)/, ({ omega }) => onOff(omega)),
  match(
    'quorum',
    /^ {3}quorum = (.*)/,
    ({ quorum, hysteresis }) => `${quorum}, hysteresis = ${hysteresis}`,
  ),
  field('Using smtp notification', ({ smtpAlert }) => yesNo(smtpAlert)),
  match(
    'sorry server',
    /^ {3}sorry server = (.*)/,
    ({ key, sorryServer: sorry }) =>
      sorry &&
      `[${sorry.address}]:${key.kind === 'fwmark' ? 'none' : (key.protocol ?? 'TCP').toLowerCase()}:${sorry.port}`,
  ),
  // With less of an indent it is about the real servers.
  match(
    'forwarding of the sorry server',
    /^ {5}forwarding method = (.*)/,
    ({ sorryServer }) => sorryServer && formatForwarding(sorryServer),
  ),
  match(
    'inhibit of the sorry server',
    /^ {5}Inhibit on failure is (.*)/,
    ({ sorryServer }) => sorryServer && onOff(sorryServer.inhibit),
  ),
  scriptOf('Quorum up notify script', ({ quorumUp }) => quorumUp),
  scriptOf('Quorum down notify script', ({ quorumDown }) => quorumDown),
  present(/^ {3}Using HA suspend$/, ({ haSuspend }) => haSuspend === true),
  match('snmp_name', /^ {3}SNMP name = '(.*)'/, ({ said }) => textOf(said['snmp_name'])),
];

const STATES =
  /^ {3}(?:alive|quorum_state_up|reloaded|initial weight|effective weight|previous effective_weight|num failed checkers|RS set) = /;
/** What checkers have that say nothing else. */
const FOR_CHECKERS =
  /^ {3,4}(?:VirtualHost|connection timeout|delay_loop|Delay loop|Retry count|Retry delay|Warmup) = |^ {3}Alpha is /;

/** Every value of a virtual server that the dump has. */
export const SERVER_PART: Part<Server> = {
  fields: SERVER_FIELDS,
  leftOut: [
    { lines: STATES, why: 'a state' },
    { lines: FOR_CHECKERS, why: 'what its checkers have' },
    {
      lines: /^ {3}(?:default )?forwarding method = |^ {3}Inhibit on failure is /,
      why: 'what its real servers have',
    },
    { lines: /^ {3}Hashed = /, why: 'a state' },
  ],
};

/** Values of a real server. */
const REAL_SERVER_FIELDS: readonly Field<RealServer & WithSaid>[] = [
  match(
    'address, port and weight',
    /^ {3}(RIP = .*) EFF/,
    ({ address, port, weight }) => `RIP = ${address}, RPORT = ${port}, WEIGHT = ${weight}`,
  ),
  match('forwarding', /^ {3}forwarding method = (.*)/, formatForwarding),
  field(
    'connection limit range',
    ({ lowerThreshold, upperThreshold }) => `${lowerThreshold} -> ${upperThreshold}`,
  ),
  match('inhibit_on_failure', /^ {3}Inhibit on failure is (.*)/, ({ inhibitOnFailure }) =>
    onOff(inhibitOnFailure),
  ),
  field('Using smtp notification', ({ smtpAlert }) => yesNo(smtpAlert)),
  scriptOf('  RS up notify script', ({ notifyUp }) => notifyUp),
  scriptOf('  RS down notify script', ({ notifyDown }) => notifyDown),
  field('SNMP name', ({ said }) => textOf(said['snmp_name'])),
  list('Tracked Files', ({ checks }) =>
    checks.flatMap((each) => (each.type === 'FILE_CHECK' ? [formatFileCheck(each)] : [])),
  ),
];

/** Every value of a real server that the dump has. */
export const REAL_SERVER_PART: Part<RealServer & WithSaid> = {
  fields: REAL_SERVER_FIELDS,
  leftOut: [
    { lines: STATES, why: 'a state' },
    { lines: FOR_CHECKERS, why: 'what its checkers have' },
  ],
};

/** What all checkers have. */
const ANY_CHECK: readonly Field<PlacedCheck>[] = [
  {
    name: 'place',
    theirs: ({ title }) => title,
    ours: (each) => ` ${placeText(each)}`,
  },
  {
    name: 'log_all_failures',
    theirs(lines, { logsAllFailures }) {
      const shown = lines.valueOf('Log all failures');
      // It counts for all, and is not shown with them.
      return logsAllFailures ? 'yes' : shown;
    },
    ours: ({ check }) => yesNo(check.logAllFailures),
  },
];
const CHECK_LEFT_OUT: Part<PlacedCheck>['leftOut'] = [
  { lines: /^ {3}(?:Enabled|Up|Has run|Current weight|Retries iterations) = /, why: 'a state' },
];

/** Values of a FILE_CHECK, which has no period. */
export const FILE_CHECK_PART: Part<PlacedCheck> = {
  fields: [
    ...ANY_CHECK.slice(0, 1),
    field('Keepalive method', ({ check }) => check.type),
    field('  Tracked file', ({ check }) => (check.type === 'FILE_CHECK' ? check.name : undefined)),
  ],
  leftOut: [
    ...CHECK_LEFT_OUT,
    { lines: /^ {5}Reloaded = /, why: 'a state' },
    { lines: /^ {3}Log all failures = /, why: 'it makes no attempts' },
  ],
};

/** Values of all other checkers. */
export const CHECK_PART: Part<PlacedCheck> = {
  fields: [
    ...ANY_CHECK,
    field('Alpha', ({ check }) => yesNo(check.alpha)),
    field('Delay loop', ({ check }) => microseconds(check.delayLoop)),
    field('Warmup', ({ check }) => microseconds(check.warmup)),
    field('Retries', ({ check }) => check.retry),
    field('Delay before retry', ({ check }) =>
      check.retry === 0 ? undefined : microseconds(check.delayBeforeRetry),
    ),
    field('  Dest', ({ check }) =>
      'target' in check ? `[${check.target.address}]:${check.target.port}` : undefined,
    ),
    field('  Bind to', ({ check }) =>
      'target' in check && check.target.bindAddress !== undefined
        ? `[${check.target.bindAddress}]:${check.target.bindPort ?? 0}`
        : undefined,
    ),
    field('  Bind i/f', ({ said }) => textOf(said['bind_if'])),
    field('  Mark', ({ said }) => (said['fwmark'] === 0 ? undefined : textOf(said['fwmark']))),
    field('  Timeout', ({ check }) =>
      'target' in check ? (check.connectTimeout / 1000).toFixed(6) : undefined,
    ),
    field('Keepalive method', ({ check }) =>
      isHttp(check) ? `${check.type}, http protocol ${check.httpProtocol}` : check.type,
    ),
    ...HTTP_FIELDS,
    ...MISC_FIELDS,
    ...DATAGRAM_FIELDS,
    field('helo', ({ check }) => (check.type === 'SMTP_CHECK' ? check.heloName : undefined)),
  ],
  leftOut: [
    ...CHECK_LEFT_OUT,
    { lines: /^ {3}Default delay before retry = /, why: 'that of the kind' },
    { lines: /^ {3}Connection$|^ {5}HTTP Status Code\(s\)$/, why: 'titles' },
    { lines: /^ {5}Regex (?:options:|ref count = )/, why: 'it names more options than there are' },
    { lines: /^ {3}Last (?:ran|status) = /, why: 'a state' },
  ],
};

function flag(name: string, pattern: RegExp, bit: number): Field<Server> {
  return match(name, pattern, ({ schedulerFlags }) => enabled((schedulerFlags & bit) !== 0));
}

function enabled(value: boolean): string {
  return value ? 'enabled' : 'disabled';
}

type SorryServer = NonNullable<Server['sorryServer']>;

function formatForwarding({
  forwarding,
  tunnel,
}: Pick<SorryServer, 'forwarding' | 'tunnel'>): string {
  if (forwarding !== 'TUN') return forwarding;
  if (tunnel === undefined) return 'TUN, type = IPIP';
  const { type, port, checksum } = tunnel;
  const sum = { none: 'no checksum', full: 'checksum', remote: 'remote checksum' }[checksum];
  const words = [`type = ${type.toUpperCase()}`, port > 0 && `port = ${port}`, sum];
  return ['TUN', ...words.filter(Boolean)].join(', ');
}

function familyOf({ key, members = [] }: Server): IpFamily | undefined {
  const [member] = members;
  if (key.kind === 'group')
    return member?.kind === 'addresses' ? ipFamily(member.first) : member?.family;
  return key.kind === 'fwmark' ? key.family : ipFamily(key.address);
}

function granularity(server: Server): string {
  const bits = server.persistenceGranularity;
  const family = familyOf(server);
  if (bits >= (family === 6 ? 128 : 32)) return SINGLE_ADDRESSES;
  if (family === 6) return String(bits);
  const octets = [0, 8, 16, 24].map((before) => Math.min(8, Math.max(0, bits - before)));
  return octets.map((ones) => 256 - 2 ** (8 - ones)).join('.');
}

/** @returns where a checker stands, as keepalived says it */
export function placeText({ server: { key }, realServer }: Omit<PlacedCheck, 'check'>): string {
  return `${formatVirtualServer(key)} -> ${formatRealServer(key, realServer)}`;
}

/** @returns what a FILE_CHECK follows, as the dump has it */
export function formatFileCheck({
  name,
  weight,
  reverse,
}: Extract<Check, { type: 'FILE_CHECK' }>): string {
  return `${name}, weight ${weight}${reverse ? ' reverse' : ''}`;
}

function microseconds(ms: number): string {
  return `${Math.round(ms * 1000)} us`;
}

function onOff(value: boolean): string {
  return value ? 'ON' : 'OFF';
}
