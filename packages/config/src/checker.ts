import type {
  CheckSettings,
  CheckTarget,
  CheckTiming,
  HttpCheckSettings,
  MiscCheckSettings,
  NetworkCheckSettings,
  UdpReplySettings,
} from '@tandem/health';
import { ipFamily } from '@tandem/inet';
import { seconds, ZERO, type Duration } from '@tandem/time';
import type { CheckerDraft } from './keywords/checkers.ts';
import type { RealServerDraft } from './keywords/real-server.ts';
import type { VirtualServerDraft } from './keywords/virtual-server.ts';

const DELAY_LOOP = seconds(60);
const CONNECT_TIMEOUT = seconds(5);
/** Attempts after a failed one, and the pause before them. */
interface RetryDefaults {
  readonly retry: number;
  /** Absent: delay_loop. */
  readonly pause?: Duration;
}
const USUAL: RetryDefaults = { retry: 1, pause: seconds(1) };
const OF_PAGES: RetryDefaults = { retry: 1, pause: seconds(3) };
const RETRY_DEFAULTS: { readonly [type in CheckSettings['type']]?: RetryDefaults } = {
  HTTP_GET: OF_PAGES,
  SSL_GET: OF_PAGES,
  DNS_CHECK: { retry: 3 },
  MISC_CHECK: { retry: 0, pause: seconds(1) },
};
/** Whenever a file or a session changes, what it says counts at once. */
const AT_ONCE: CheckTiming = {
  delayLoop: ZERO,
  retry: 0,
  delayBeforeRetry: ZERO,
  warmup: ZERO,
  alpha: false,
  logAllFailures: false,
};
const HELO_NAME = 'smtpchecker.keepalived.org';
/** `keepalived check - keepalived ch` */
const PAYLOAD = '6b656570616c6976656420636865636b202d206b656570616c69766564206368';

/** What surrounds a checker. */
interface CheckerPlace {
  readonly draft: RealServerDraft;
  readonly parent: VirtualServerDraft;
  /** Of the real server, as written where it is. */
  readonly port: number;
}

/** Timing so far; what depends on the checker itself may be missing. */
type Surroundings = {
  readonly [K in keyof CheckTiming]:
    | CheckTiming[K]
    | (K extends 'retry' | 'delayBeforeRetry' | 'warmup' ? undefined : never);
};

/**
 * Fills in the defaults of a checker.
 * @param checker - the block as read
 * @param above - the blocks it stands in
 * @returns the settings
 * @see inventory §4.2
 */
export function finishCheck(checker: CheckerDraft, above: CheckerPlace): CheckSettings {
  if (checker.type === 'FILE_CHECK') return finishFileCheck(checker, above);
  const timing = finishTiming(checker, surroundings(above));
  if (checker.type === 'BFD_CHECK') {
    const { bfdSession: name = '' } = checker;
    return { type: checker.type, name, ...AT_ONCE, alpha: timing.alpha };
  }
  return checker.type === 'MISC_CHECK'
    ? finishMiscCheck(checker, timing)
    : finishNetworkCheck(checker, above, timing);
}

function finishFileCheck(checker: CheckerDraft, { draft }: CheckerPlace): CheckSettings {
  const { trackFile: name = '', fileWeight } = checker;
  const { filePaths, weights } = draft.call.session;
  const { weight, reverse } = fileWeight ??
    weights.get(`file ${name}`) ?? { weight: 1, reverse: false };
  const path = filePaths.get(name) ?? '';
  return { type: 'FILE_CHECK', name, path, weight, reverse, ...AT_ONCE };
}

function finishMiscCheck(checker: CheckerDraft, timing: CheckTiming): MiscCheckSettings {
  const { command = { argv: [] }, account, scriptTimeout, dynamic = false } = checker;
  return {
    type: 'MISC_CHECK',
    ...timing,
    command: { ...command, ...account },
    timeout: scriptTimeout || timing.delayLoop,
    dynamic,
  };
}

function finishNetworkCheck(
  checker: CheckerDraft,
  above: CheckerPlace,
  timing: CheckTiming,
): CheckSettings {
  const { draft, parent } = above;
  const { type } = checker;
  const connectTimeout =
    checker.connectTimeout ?? draft.connectTimeout ?? parent.connectTimeout ?? CONNECT_TIMEOUT;
  const base = finishBase(finishTarget(checker, above), connectTimeout, timing);
  switch (type) {
    case 'SMTP_CHECK':
      return { type, ...base, heloName: checker.heloName ?? HELO_NAME };
    case 'DNS_CHECK': {
      const { recordType = 'SOA', dnsName: name = '.' } = checker;
      return { type, ...base, recordType, name };
    }
    case 'UDP_CHECK': {
      const { payload = PAYLOAD } = checker;
      const reply = finishReply(checker);
      return { type, ...base, payload, ...(reply && { reply }) };
    }
    case 'HTTP_GET':
    case 'SSL_GET':
      return { type, ...base, ...finishPages(checker, above) };
    default:
      return { type: type === 'PING_CHECK' ? type : 'TCP_CHECK', ...base };
  }
}

function finishPages(
  checker: CheckerDraft,
  { draft, parent }: CheckerPlace,
): Omit<HttpCheckSettings, 'type' | keyof NetworkCheckSettings> {
  const virtualhost = checker.virtualhost ?? draft.virtualhost ?? parent.virtualhost;
  const { urls, httpProtocol = '1.0', fastRecovery = false, enableSni = false } = checker;
  const { sniName, properEnd } = checker;
  return {
    urls: [...urls],
    httpProtocol,
    fastRecovery,
    enableSni,
    ...(virtualhost !== undefined && { virtualhost }),
    ...(sniName !== undefined && { sniName }),
    ...(properEnd && { properEnd }),
  };
}

/** Written out, because objects that are made of others take longer and more room. */
function finishBase(
  target: CheckTarget,
  connectTimeout: Duration,
  timing: CheckTiming,
): NetworkCheckSettings {
  const { delayLoop, retry, delayBeforeRetry, warmup, alpha, logAllFailures } = timing;
  // prettier-ignore
  return { target, connectTimeout, delayLoop, retry, delayBeforeRetry, warmup, alpha, logAllFailures };
}

/** Without require_reply the lengths say nothing. */
function finishReply(checker: CheckerDraft): UdpReplySettings | undefined {
  const { reply, replyMin, replyMax } = checker;
  if (reply === undefined) return undefined;
  return {
    bytes: reply.replaceAll('x', '0'),
    mask: reply.replaceAll(/[^x]/g, 'f').replaceAll('x', '0'),
    ...(replyMin !== undefined && { lengthMin: replyMin }),
    ...(replyMax !== undefined && { lengthMax: replyMax }),
  };
}

function finishTarget(checker: CheckerDraft, { draft, port }: CheckerPlace): CheckTarget {
  const { connectIp: address = draft.address, bindAddress, bindPort } = checker;
  const { interfaceName, mark } = checker;
  const canBind = bindAddress !== undefined && ipFamily(bindAddress) === ipFamily(address);
  return {
    address,
    port: checker.connectPort ?? port,
    ...(canBind && { bindAddress }),
    ...(bindPort !== undefined && { bindPort }),
    ...(interfaceName !== undefined && { interfaceName }),
    ...(mark && { mark }),
  };
}

/** What the blocks around a checker say; the nearest one counts. */
function surroundings({ draft: server, parent }: CheckerPlace): Surroundings {
  return {
    delayLoop: server.delayLoop ?? parent.delayLoop ?? DELAY_LOOP,
    retry: server.retry ?? parent.retry,
    delayBeforeRetry: server.delayBeforeRetry ?? parent.delayBeforeRetry,
    warmup: server.warmup ?? parent.warmup,
    alpha: server.alpha ?? parent.alpha ?? false,
    logAllFailures: parent.globals.checkerLogAllFailures ?? false,
  };
}

function finishTiming(checker: CheckerDraft, around: Surroundings): CheckTiming {
  const { retry, pause } = RETRY_DEFAULTS[checker.type] ?? USUAL;
  const delayLoop = checker.delayLoop ?? around.delayLoop;
  return {
    delayLoop,
    retry: checker.retry ?? around.retry ?? retry,
    delayBeforeRetry: checker.delayBeforeRetry ?? around.delayBeforeRetry ?? pause ?? delayLoop,
    warmup: checker.warmup ?? around.warmup ?? delayLoop,
    alpha: checker.alpha ?? around.alpha,
    logAllFailures: checker.logAllFailures ?? around.logAllFailures,
  };
}
