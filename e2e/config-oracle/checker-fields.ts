/** Where a value of virtual servers stands in keepalived's dump, and where in our settings. */
import type { Settings } from '@tandem/config';
import { formatRealServer, formatVirtualServer } from '@tandem/health';
import { ipFamily, type IpFamily } from '@tandem/inet';
import { blocks, sections } from './dump.ts';
import { all, field, match, script, valueOf, yesNo, type Field } from './field.ts';

type Server = Settings['virtualServers'][number];
type RealServer = Server['realServers'][number];
type Check = RealServer['checks'][number];

/** A checker with what it stands in. */
export interface PlacedCheck {
  readonly server: Server;
  readonly realServer: RealServer;
  readonly check: Check;
}

/** Values of global_defs. */
export const GLOBAL_FIELDS: readonly Field<Settings['global']>[] = [
  field('Router ID', ({ routerId }) => routerId),
  field('Smtp server', ({ mail }) => mail?.host),
  field('Smtp server port', ({ mail }) => mail?.port),
  field('Smtp HELO name', ({ mail }) => mail?.heloName),
  field('Smtp server connection timeout', ({ mail }) => mail && mail.connectTimeout / 1000),
  field('Email notification from', ({ mail }) => mail?.from),
  field('Send emails for fault transitions', ({ noEmailFaults }) =>
    noEmailFaults ? 'off' : undefined,
  ),
  {
    name: 'timeouts of IPVS',
    theirs: (lines) => all(lines, /^ LVS TCP(?: FIN)? timeout = (.*)/).join(' '),
    ours: ({ lvsTimeouts: { tcpSeconds, tcpFinSeconds, udpSeconds } = {} }) =>
      [tcpSeconds, tcpFinSeconds, udpSeconds].filter((each) => each ?? 0).join(' '),
  },
  field('LVS flush', ({ lvsFlush }) => lvsFlush),
  {
    name: 'LVS flush on stop',
    theirs: (lines) => String(valueOf(lines, 'LVS flush on stop') === 'full'),
    ours: ({ lvsFlushOnStop }) => String(lvsFlushOnStop),
  },
  field('no_checker_emails', ({ noCheckerEmails }) => (noCheckerEmails ? 1 : 0)),
];

/** Granularity that the dump has only where the file has it. */
const SINGLE_ADDRESSES = 'none';

/** Values of a virtual server. */
export const SERVER_FIELDS: readonly Field<Server>[] = [
  {
    name: 'what it listens on',
    theirs: ([first]) => first,
    ours: ({ key }) => {
      if (key.kind === 'fwmark') return ` VS FWMARK = ${key.mark}`;
      return key.kind === 'group' ? undefined : ` VS VIP = ${key.address}, VPORT = ${key.port}`;
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
    theirs: (lines) => valueOf(lines, 'persistence granularity') ?? SINGLE_ADDRESSES,
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
  ofSorryServer('forwarding method', (sorry) => formatForwarding(sorry)),
  ofSorryServer('Inhibit on failure', ({ inhibit }) => onOff(inhibit)),
  script('Quorum up notify script', ({ quorumUp }) => quorumUp),
  script('Quorum down notify script', ({ quorumDown }) => quorumDown),
];

/** Values of a real server. */
export const REAL_SERVER_FIELDS: readonly Field<RealServer>[] = [
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
  script('  RS up notify script', ({ notifyUp }) => notifyUp),
  script('  RS down notify script', ({ notifyDown }) => notifyDown),
];

/** Values of a checker. */
export const CHECK_FIELDS: readonly Field<PlacedCheck>[] = [
  {
    name: 'place',
    theirs: ([first]) => first,
    ours: ({ server: { key }, realServer }) =>
      ` ${formatVirtualServer(key)} -> ${formatRealServer(key, realServer)}`,
  },
  field('Alpha', ({ check }) => yesNo(check.alpha)),
  field('Delay loop', ({ check }) => microseconds(check.delayLoop)),
  field('Warmup', ({ check }) => microseconds(check.warmup)),
  field('Retries', ({ check }) => check.retry),
  field('Delay before retry', ({ check }) =>
    check.retry === 0 ? undefined : microseconds(check.delayBeforeRetry),
  ),
  field('Log all failures', ({ check }) => yesNo(check.logAllFailures)),
  field('  Dest', ({ check }) =>
    'target' in check ? `[${check.target.address}]:${check.target.port}` : undefined,
  ),
  field('  Bind to', ({ check }) =>
    'target' in check && check.target.bindAddress !== undefined
      ? `[${check.target.bindAddress}]:${check.target.bindPort ?? 0}`
      : undefined,
  ),
  field('  Timeout', ({ check }) =>
    'target' in check ? (check.connectTimeout / 1000).toFixed(6) : undefined,
  ),
  field('Keepalive method', ({ check }) =>
    check.type === 'HTTP_GET' ? `HTTP_GET, http protocol ${check.httpProtocol}` : check.type,
  ),
  match('virtualhost', /^ +Virtual[hH]ost = '?(.*?)'?$/, ({ check }) =>
    check.type === 'HTTP_GET' ? check.virtualhost : undefined,
  ),
  {
    name: 'pages',
    theirs: (lines) =>
      lines
        .slice(lines.findIndex((line) => line.startsWith('   Checked url')))
        .filter((line) => / (Checked url|digest|Virtual host) = |^ {7}[0-9-]+$/.test(line))
        .map((line) => line.trim())
        .join('\n'),
    ours: ({ check }) => ('urls' in check ? check.urls.map(formatPage).join('\n') : ''),
  },
];

function flag(name: string, pattern: RegExp, bit: number): Field<Server> {
  return match(name, pattern, ({ schedulerFlags }) => enabled((schedulerFlags & bit) !== 0));
}

function enabled(value: boolean): string {
  return value ? 'enabled' : 'disabled';
}

type SorryServer = NonNullable<Server['sorryServer']>;

/** The lines after that of the sorry server belong to it. */
function ofSorryServer(name: string, ours: (settings: SorryServer) => string): Field<Server> {
  return {
    name: `${name} of the sorry server`,
    theirs(lines) {
      const start = lines.findIndex((line) => line.startsWith('   sorry server = '));
      const own = start < 0 ? [] : lines.slice(start + 1, start + 3);
      return all(own, new RegExp(`^ *${name} (?:=|is) (.*)`))[0];
    },
    ours: ({ sorryServer }) => sorryServer && ours(sorryServer),
  };
}

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

/** These files have no groups. */
function familyOf({ key }: Server): IpFamily | undefined {
  if (key.kind === 'group') return undefined;
  return key.kind === 'fwmark' ? key.family : ipFamily(key.address);
}

function granularity(server: Server): string {
  const bits = server.persistenceGranularity;
  const family = familyOf(server);
  if (bits === (family === 6 ? 128 : 32)) return SINGLE_ADDRESSES;
  if (family === 6) return String(bits);
  const octets = [0, 8, 16, 24].map((before) => Math.min(8, Math.max(0, bits - before)));
  return octets.map((ones) => 256 - 2 ** (8 - ones)).join('.');
}

function formatPage(page: Extract<Check, { urls: unknown }>['urls'][number]): string {
  const { path, digest, statusCodes, virtualhost } = page;
  const codes = statusCodes.length > 0 ? statusCodes : [{ first: 200, last: 299 }];
  return [
    `Checked url = ${path}`,
    digest && `digest = ${digest}`,
    ...merged(codes).map(({ first, last }) => (first === last ? first : `${first}-${last}`)),
    virtualhost && `Virtual host = ${virtualhost}`,
  ]
    .filter((each) => each !== undefined)
    .join('\n');
}

type Ranges = readonly { readonly first: number; readonly last: number }[];

/** Status codes in ascending order, those that touch as one. */
function merged(ranges: Ranges): Ranges {
  const result: { first: number; last: number }[] = [];
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = result.at(-1);
    if (before === undefined || first > before.last + 1) result.push({ first, last });
    else before.last = Math.max(before.last, last);
  }
  return result;
}

function microseconds(ms: number): string {
  return `${Math.round(ms * 1000)} us`;
}

function onOff(value: boolean): string {
  return value ? 'ON' : 'OFF';
}

/**
 * @param dump - the lines of keepalived's dump
 * @returns the lines of each checker
 */
export function dumpedChecks(dump: readonly string[]): readonly (readonly string[])[] {
  return blocks(sections(dump, 'Health checkers').flat(), (line) =>
    / -> \[/.test(line) ? 'begin' : line.startsWith('  ') ? 'inside' : 'end',
  );
}
