import type { IpAddress } from '@tandem/inet';
import type { Duration } from '@tandem/time';
import { boolean, decimalSeconds, integer, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock } from '../composer.ts';
import { NOTHING } from '../form.ts';
import { keywordGrammar, ONLY_HERE, type Keyword, type KeywordGrammar } from '../grammar.ts';
import type { Script } from '../script-argument.ts';
import { lacksInterface } from './check-connection.ts';
import { TIMING_ROWS, type CheckerDraft, type TimingDraft } from './checkers.ts';
import { withoutEffect } from './accepted.ts';
import { ACCEPTED_REAL_SERVER } from './accepted-balancing.ts';
import { HOST } from './forms.ts';
import { HTTP_GET, SSL_GET } from './http-checks.ts';
import { BFD_CHECK, FILE_CHECK, MISC_CHECK } from './local-checks.ts';
import { methodRow, type Forwarding } from './lvs-method.ts';
import { complainRequired } from './named-block.ts';
import {
  DNS_CHECK,
  judgeReplyLengths,
  PING_CHECK,
  SMTP_CHECK,
  TCP_CHECK,
  UDP_CHECK,
} from './network-checks.ts';
import { scriptRow } from './script-row.ts';

/** A real_server block. */
export interface RealServerDraft extends TimingDraft {
  readonly address: IpAddress;
  readonly port: number | undefined;
  /** What opened the block. */
  readonly call: Call;
  weight?: number;
  forwarding?: Forwarding;
  inhibitOnFailure?: boolean;
  upperThreshold?: number;
  lowerThreshold?: number;
  slowStart?: Duration;
  notifyUp?: Script;
  notifyDown?: Script;
  smtpAlert?: boolean;
  virtualhost?: string;
  readonly checkers: CheckerDraft[];
}

const COUNT = integer({ min: 0, max: 0xffff_ffff });

/** Of a slow start: up to one day. */
export const SLOW_START: Argument<Duration> = decimalSeconds({ min: 0, max: 86_400 });

/** The keyword table of real_server. */
// prettier-ignore
export const REAL_SERVER: KeywordGrammar<RealServerDraft> = keywordGrammar<RealServerDraft>('real_server', [
  ...(TIMING_ROWS as readonly Keyword<RealServerDraft>[]),
  { kind: 'value', keyword: 'alpha', set: 'alpha', argument: boolean('optional'), otherwise: 'that of the virtual server', doc: 'Down until the first success of all checkers.' },
  { kind: 'value', keyword: 'weight', set: 'weight', argument: integer({ min: 0, max: 0x7fff_ffff }), fallback: 'it is ignored', otherwise: 'that of the virtual server', doc: 'Weight in the IPVS table.' },
  methodRow({ otherwise: 'that of the virtual server', doc: 'How packets get there.' }),
  { kind: 'value', keyword: 'inhibit_on_failure', set: 'inhibitOnFailure', argument: boolean('optional'), otherwise: 'that of the virtual server', doc: 'Weight 0 instead of removal while down.' },
  { kind: 'value', keyword: 'uthreshold', set: 'upperThreshold', argument: COUNT, fallback: 'it is ignored', default: 0, doc: 'Connections above which no new one comes; 0: no limit.' },
  { kind: 'value', keyword: 'lthreshold', set: 'lowerThreshold', argument: COUNT, fallback: 'it is ignored', default: 0, doc: 'Connections below which new ones come again.' },
  { kind: 'value', keyword: 'slow_start', set: 'slowStart', argument: SLOW_START, since: ONLY_HERE, otherwise: 'that of the virtual server', doc: 'Time from a recovery to the whole weight, in ten steps; 0: at once.' },
  { kind: 'value', keyword: 'smtp_alert', set: 'smtpAlert', argument: boolean('optional'), otherwise: 'smtp_alert_checker, else smtp_alert, else on', doc: 'Mail when it goes up or down.' },
  { kind: 'value', keyword: 'virtualhost', bare: 'error', set: 'virtualhost', argument: HOST, otherwise: 'that of the virtual server', doc: 'Host header of HTTP checks.' },
  scriptRow({ keyword: 'notify_up', set: 'notifyUp', doc: 'Run when it goes up.' }),
  scriptRow({ keyword: 'notify_down', set: 'notifyDown', doc: 'Run when it goes down.' }),
  checkerRow('HTTP_GET', HTTP_GET, 'Checks pages.'),
  checkerRow('TCP_CHECK', TCP_CHECK, 'Checks that a connection is accepted.'),
  checkerRow('SSL_GET', SSL_GET, 'Checks pages over TLS.'),
  checkerRow('SMTP_CHECK', SMTP_CHECK, 'Speaks with a mail server.'),
  checkerRow('DNS_CHECK', DNS_CHECK, 'Asks a name server.'),
  checkerRow('UDP_CHECK', UDP_CHECK, 'Sends a datagram.'),
  checkerRow('PING_CHECK', PING_CHECK, 'Pings.'),
  checkerRow('MISC_CHECK', MISC_CHECK, 'Runs a script.'),
  checkerRow('FILE_CHECK', FILE_CHECK, 'Follows a track_file.'),
  checkerRow('BFD_CHECK', BFD_CHECK, 'Follows a bfd_instance.'),
  ...withoutEffect<RealServerDraft>(ACCEPTED_REAL_SERVER),
]);

function checkerRow(
  type: CheckerDraft['type'],
  grammar: KeywordGrammar<CheckerDraft>,
  doc: string,
): Keyword<RealServerDraft> {
  return {
    kind: 'block',
    keyword: type,
    form: NOTHING,
    several: true,
    grammar,
    apply: (draft, call) => applyChecker({ type, urls: [] }, grammar, { draft, call }),
    doc,
  };
}

/** What a checker is nothing without. */
const NEEDED: { readonly [type in CheckerDraft['type']]?: keyof CheckerDraft } = {
  MISC_CHECK: 'command',
  FILE_CHECK: 'trackFile',
  BFD_CHECK: 'bfdSession',
};

function applyChecker(
  checker: CheckerDraft,
  grammar: KeywordGrammar<CheckerDraft>,
  { draft, call }: { readonly draft: RealServerDraft; readonly call: Call },
): void {
  const { block } = call.statement;
  if (block === undefined) return;
  const { type } = checker;
  const owner = `${call.owner} ${type}`;
  composeBlock(grammar, checker, { block, owner, session: call.session });
  if (grammar.keywords.has('url') && checker.urls.length === 0) {
    call.complain('MISSING_URL', `${type} has no url; ignoring it`, {
      hint: "add 'url { path / }'",
    });
    return;
  }
  if (!grammar.keywords.has('url')) complainRequired(grammar, call.named(owner));
  if (type === 'UDP_CHECK') judgeReplyLengths(call.named(owner));
  const needed = NEEDED[type];
  if (needed !== undefined && checker[needed] === undefined) return;
  if (lacksInterface(block)) return;
  const { hosts = [], ...rest } = checker;
  draft.checkers.push(checker, ...hosts.map((host) => ({ ...rest, ...host })));
}
