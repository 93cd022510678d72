import type { Protocol } from '@tandem/health';
import { parseIp, type IpAddress, type IpFamily } from '@tandem/inet';
import { seconds, type Duration } from '@tandem/time';
import { address, boolean, integer, oneOf, word, type Argument } from '../argument.ts';
import type { Call, RealServerReader } from '../call.ts';
import { composeBlock, readWord } from '../composer.ts';
import { form, NOTHING, optional } from '../form.ts';
import { keywordGrammar, ONLY_HERE, type Keyword, type KeywordGrammar } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import type { Script } from '../script-argument.ts';
import { withoutEffect } from './accepted.ts';
import { ACCEPTED_VIRTUAL_SERVER } from './accepted-balancing.ts';
import { complainConnections } from './check-connection.ts';
import { readPort, TIMING_ROWS, type TimingDraft } from './checkers.ts';
import { HOST } from './forms.ts';
import type { GlobalDraft } from './global-defs.ts';
import { METHOD, methodRow, readMethod, type Forwarding } from './lvs-method.ts';
import { REAL_SERVER, SLOW_START, type RealServerDraft } from './real-server.ts';
import { scriptRow } from './script-row.ts';

/** What is said of a sorry server so far. */
interface SorryServerDraft {
  readonly address: IpAddress;
  readonly port: number;
  readonly inhibit: boolean;
  readonly forwarding?: Forwarding;
}

/** What of global_defs counts for a virtual_server block. */
type InheritedByServers = Pick<
  GlobalDraft,
  'checkerLogAllFailures' | 'shareChecks' | 'smtpAlert' | 'smtpAlertChecker'
>;

/**
 * @param globals - as they stand where a virtual server begins
 * @returns the same for all from which it inherits the same
 */
export function inheritedByServers(globals: InheritedByServers): string {
  const { checkerLogAllFailures, shareChecks, smtpAlert, smtpAlertChecker } = globals;
  return JSON.stringify([checkerLogAllFailures, shareChecks, smtpAlert, smtpAlertChecker]);
}

/** What a virtual_server block says so far; an absent field was not given. */
export interface VirtualServerDraft extends TimingDraft {
  readonly globals: Readonly<InheritedByServers>;
  scheduler?: string;
  schedulerFlags: number;
  onePacket?: boolean;
  forwarding?: Forwarding;
  protocol?: Protocol;
  persistenceTimeout?: Duration;
  persistenceGranularity?: number;
  persistenceEngine?: string;
  family?: IpFamily;
  sorryServer?: SorryServerDraft;
  quorum?: number;
  hysteresis?: number;
  quorumUp?: Script;
  quorumDown?: Script;
  omega?: boolean;
  haSuspend?: boolean;
  redirect?: boolean;
  shareChecks?: boolean;
  slowStart?: Duration;
  drainOnRemoval?: Duration;
  smtpAlert?: boolean;
  virtualhost?: string;
  weight?: number;
  inhibitOnFailure?: boolean;
  readonly realServers: RealServerDraft[];
}

const SCHEDULERS: Argument<string> = oneOf(
  new Map(
    'rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq twos'.split(' ').map((each) => [each, each]),
  ),
);
const PROTOCOLS: Argument<Protocol> = oneOf(
  new Map<string, Protocol>([
    ['TCP', 'TCP'],
    ['UDP', 'UDP'],
    ['SCTP', 'SCTP'],
  ]),
  { anyCase: true },
);
const FAMILIES: Argument<IpFamily> = oneOf(
  new Map<string, IpFamily>([
    ['inet', 4],
    ['inet6', 6],
  ]),
);

/** @see linux/ip_vs.h IP_VS_SVC_F_SCHED1…3 */
const SCHEDULER_FLAGS = { 1: 0x08, 2: 0x10, 3: 0x20 };
const PERSISTENCE_SECONDS_DEFAULT = 360;

const PREFIX_LENGTH = integer({ min: 1, max: 128 });
const GRANULARITY: Argument<number> = {
  ...PREFIX_LENGTH,
  placeholder: 'LENGTH|MASK',
  read(text) {
    if (!text.includes('.')) return PREFIX_LENGTH.read(text);
    const value = maskBits(text);
    if (value !== undefined) return { ok: true, value };
    return { ok: false, code: 'INVALID_NETMASK', limit: 'a netmask or a prefix length' };
  },
};
const PERSISTENCE = form({
  value: optional(integer({ min: 1, max: 2_147_483 }, { unit: 'seconds' })),
});
const ENDPOINT = form({
  address: address(),
  port: optional(integer({ min: 0, max: 65_535 })),
});

/** The keyword table of virtual_server. */
// prettier-ignore
export const VIRTUAL_SERVER: KeywordGrammar<VirtualServerDraft> = keywordGrammar<VirtualServerDraft>('virtual_server', [
  ...(TIMING_ROWS as readonly Keyword<VirtualServerDraft>[]),
  { kind: 'value', keyword: 'lvs_sched', aliases: ['lb_algo'], early: true, set: 'scheduler', argument: SCHEDULERS, fallback: 'it is ignored', default: 'wlc', doc: 'IPVS scheduler.' },
  methodRow({ aliases: ['lb_kind'], otherwise: 'NAT', doc: 'How packets get to real servers.' }),
  { kind: 'value', keyword: 'protocol', set: 'protocol', argument: PROTOCOLS, fallback: 'it is ignored', default: 'UDP', doc: 'Transport protocol.' },
  { kind: 'custom', keyword: 'persistence_timeout', form: PERSISTENCE, apply: applyPersistence, otherwise: 'none; with persistence_granularity 360', doc: 'Keep a client at its real server that long; without a number: 360.' },
  { kind: 'custom', keyword: 'persistence_granularity', form: form({ value: GRANULARITY }), apply: applyGranularity, otherwise: 'single addresses', doc: 'Netmask or prefix length of clients that count as one.' },
  { kind: 'value', keyword: 'persistence_engine', set: 'persistenceEngine', argument: word(undefined, 'NAME'), doc: 'What makes a client one, such as sip; with persistence.' },
  { kind: 'value', keyword: 'ip_family', set: 'family', argument: FAMILIES, otherwise: 'that of its real servers', doc: 'Family of a fwmark.' },
  { kind: 'flag', keyword: 'ops', set: 'onePacket', to: true, doc: 'Schedule each packet by itself; UDP only.' },
  schedulerFlag({ keyword: 'hashed', scheduler: 'sh', bit: 0, doc: 'Accepted after lvs_sched sh, without effect.' }),
  schedulerFlag({ keyword: 'flag-1', bit: SCHEDULER_FLAGS[1], doc: 'First flag of the scheduler.' }),
  schedulerFlag({ keyword: 'flag-2', bit: SCHEDULER_FLAGS[2], doc: 'Second flag of the scheduler.' }),
  schedulerFlag({ keyword: 'flag-3', bit: SCHEDULER_FLAGS[3], doc: 'Third flag of the scheduler.' }),
  schedulerFlag({ keyword: 'sh-fallback', scheduler: 'sh', bit: SCHEDULER_FLAGS[1], doc: 'Try the next server when one is down; after lvs_sched sh.' }),
  schedulerFlag({ keyword: 'sh-port', scheduler: 'sh', bit: SCHEDULER_FLAGS[2], doc: 'Hash the source port too; after lvs_sched sh.' }),
  schedulerFlag({ keyword: 'mh-fallback', scheduler: 'mh', bit: SCHEDULER_FLAGS[1], doc: 'Try the next server when one is down; after lvs_sched mh.' }),
  schedulerFlag({ keyword: 'mh-port', scheduler: 'mh', bit: SCHEDULER_FLAGS[2], doc: 'Hash the source port too; after lvs_sched mh.' }),
  { kind: 'custom', keyword: 'sorry_server', early: true, form: ENDPOINT, apply: applySorryServer, doc: 'Serves while the quorum is lost.' },
  { kind: 'custom', keyword: 'sorry_server_inhibit', form: NOTHING, apply: applySorryInhibit, doc: 'Keep the sorry server in the table, with weight 0, while it is not needed.' },
  { kind: 'custom', keyword: 'sorry_server_lvs_method', bare: 'error', form: METHOD, apply: applySorryMethod, otherwise: 'that of the virtual server', doc: 'How packets get to the sorry server.' },
  { kind: 'value', keyword: 'quorum', set: 'quorum', argument: integer({ min: 1, max: 0xffff_ffff }), fallback: '1 is used', default: 1, doc: 'Sum of weights that makes the virtual server up.' },
  { kind: 'value', keyword: 'hysteresis', set: 'hysteresis', argument: integer({ min: 0, max: 0xffff_ffff }), fallback: 'it is ignored', default: 0, doc: 'Distance from the quorum at which the state changes.' },
  scriptRow({ keyword: 'quorum_up', set: 'quorumUp', doc: 'Run when the quorum is gained.' }),
  scriptRow({ keyword: 'quorum_down', set: 'quorumDown', doc: 'Run when the quorum is lost.' }),
  { kind: 'value', keyword: 'alpha', set: 'alpha', argument: boolean('optional'), doc: 'Real servers are down until checked.' },
  { kind: 'value', keyword: 'omega', set: 'omega', argument: boolean('optional'), doc: 'Run the down notifiers at stop.' },
  { kind: 'flag', keyword: 'ha_suspend', set: 'haSuspend', to: true, doc: 'Check only while the address is on this box.' },
  { kind: 'flag', keyword: 'redirect', set: 'redirect', to: true, since: ONLY_HERE, doc: 'While this box is not the director, what another one forwards to it reaches its own server, though it has not got the address.' },
  { kind: 'value', keyword: 'smtp_alert', set: 'smtpAlert', argument: boolean('optional'), otherwise: 'smtp_alert_checker, else smtp_alert, else off', doc: 'Mail when the quorum is gained or lost.' },
  { kind: 'value', keyword: 'virtualhost', bare: 'error', set: 'virtualhost', argument: HOST, doc: 'Host header of HTTP checks.' },
  { kind: 'value', keyword: 'weight', set: 'weight', argument: integer({ min: 1, max: 0x7fff_ffff }), fallback: 'it is ignored', default: 1, doc: 'Weight of real servers without their own.' },
  { kind: 'value', keyword: 'inhibit_on_failure', set: 'inhibitOnFailure', argument: boolean('optional'), doc: 'Real servers get weight 0 instead of removal while down.' },
  { kind: 'value', keyword: 'share_checks', set: 'shareChecks', argument: boolean('optional'), since: ONLY_HERE, otherwise: 'that of global_defs', doc: 'Checks that other virtual servers with it make, too, of the same target with the same settings, are made once.' },
  { kind: 'value', keyword: 'slow_start', set: 'slowStart', argument: SLOW_START, since: ONLY_HERE, otherwise: 'at once', doc: 'Time from a recovery of a real server to its whole weight, in ten steps; 0: at once.' },
  { kind: 'value', keyword: 'drain_on_removal', set: 'drainOnRemoval', argument: SLOW_START, since: ONLY_HERE, otherwise: 'at once', doc: 'A real server that a reload finds configured no longer gets weight 0, and goes out of the table when it has no connection any more, after this time at the latest; 0: at once.' },
  ...withoutEffect<VirtualServerDraft>(ACCEPTED_VIRTUAL_SERVER),
  { kind: 'block', keyword: 'real_server', form: ENDPOINT, several: true, grammar: REAL_SERVER, apply: applyRealServer, doc: 'One of the servers behind it.' },
]);

function schedulerFlag(row: {
  readonly keyword: string;
  readonly bit: number;
  readonly scheduler?: string;
  readonly doc: string;
}): Keyword<VirtualServerDraft> {
  return {
    kind: 'custom',
    keyword: row.keyword,
    doc: row.doc,
    form: NOTHING,
    apply(draft, call) {
      if (row.scheduler === undefined || draft.scheduler === row.scheduler) {
        draft.schedulerFlags |= row.bit;
        return;
      }
      call.complain(
        'WRONG_SCHEDULER',
        `${row.keyword} only applies to the ${row.scheduler} scheduler; ignoring it`,
        { hint: `write 'lvs_sched ${row.scheduler}' before it` },
      );
    },
  };
}

function applySorryServer(draft: VirtualServerDraft, call: Call): void {
  const read = readForm(ENDPOINT, call.arguments, call);
  if (read?.address === undefined) return;
  draft.sorryServer = { address: read.address, port: read.port ?? 0, inhibit: false };
}

function applySorryInhibit(draft: VirtualServerDraft, call: Call): void {
  if (hasSorryServer(draft, call)) draft.sorryServer = { ...draft.sorryServer, inhibit: true };
}

function applySorryMethod(draft: VirtualServerDraft, call: Call): void {
  const forwarding = readMethod(call);
  if (forwarding === undefined || !hasSorryServer(draft, call)) return;
  draft.sorryServer = { ...draft.sorryServer, forwarding };
}

/** What is said of a sorry server counts only after it. */
function hasSorryServer(
  draft: VirtualServerDraft,
  call: Call,
): draft is VirtualServerDraft & { sorryServer: SorryServerDraft } {
  if (draft.sorryServer !== undefined) return true;
  call.complain('SORRY_SERVER_MISSING', `${call.keyword} needs a sorry_server before it`);
  return false;
}

function applyPersistence(draft: VirtualServerDraft, call: Call): void {
  const given = call.argument(1);
  const limits = PERSISTENCE.words.value;
  const value =
    given === undefined
      ? PERSISTENCE_SECONDS_DEFAULT
      : readWord(limits, given, { call, fallback: 'it is ignored' });
  if (value !== undefined) draft.persistenceTimeout = seconds(value);
}

function applyGranularity(draft: VirtualServerDraft, call: Call): void {
  const given = call.argument(1);
  if (given === undefined) return;
  const length = readWord(GRANULARITY, given, { call });
  if (length !== undefined) draft.persistenceGranularity = length;
}

/** @returns how many leading ones a dotted mask has, or undefined when it has a hole or is none */
function maskBits(text: string): number | undefined {
  if (parseIp(text) === undefined) return undefined;
  const bits = text
    .split('.')
    .map((each) => Number(each).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

/** Knows nothing. */
const PLAIN_READER: RealServerReader = { read: (_, compose) => compose() };

function applyRealServer(draft: VirtualServerDraft, call: Call): void {
  const { block } = call.statement;
  const given = call.argument(1);
  if (given === undefined || block === undefined) return;
  // keepalived reads past a prefix length.
  const server = parseIp(given.text.split('/', 1)[0] ?? '');
  if (server === undefined) {
    call.complain('INVALID_ADDRESS', `'${given.text}' is not an IP address; skipping the block`, {
      at: given,
    });
    return;
  }
  const port = readPort(call, 2);
  if (port === null) return;
  const owner = `${call.owner} real_server ${given.text}${port === undefined ? '' : ` ${port}`}`;
  const compose = (): RealServerDraft => {
    const real: RealServerDraft = { address: server, port, call, checkers: [] };
    composeBlock(REAL_SERVER, real, { block, owner, session: call.session });
    complainConnections(call.named(owner), server);
    return real;
  };
  const { realServers = PLAIN_READER } = call.session;
  const real = realServers.read(call, compose);
  draft.realServers.push(real.call === call ? real : { ...real, address: server, port, call });
}
