import type { CheckSettings, CheckTarget, CheckTiming } from '@tandem/health';
import { ipFamily } from '@tandem/inet';
import { seconds } from '@tandem/time';
import type { CheckerDraft } from './keywords/checkers.ts';
import type { RealServerDraft } from './keywords/real-server.ts';
import type { VirtualServerDraft } from './keywords/virtual-server.ts';

const DELAY_LOOP = seconds(60);
const CONNECT_TIMEOUT = seconds(5);
/** Attempts after a failed one, and the pause before them. */
const RETRY_DEFAULTS: Readonly<
  Record<CheckSettings['type'], Pick<CheckTiming, 'retry' | 'delayBeforeRetry'>>
> = {
  HTTP_GET: { retry: 1, delayBeforeRetry: seconds(3) },
  TCP_CHECK: { retry: 1, delayBeforeRetry: seconds(1) },
};

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
  const { draft, parent } = above;
  const target = finishTarget(checker, above);
  const { delayLoop, retry, delayBeforeRetry, warmup, connectTimeout, alpha, logAllFailures } =
    finishTiming(checker, surroundings(draft, parent));
  // prettier-ignore
  if (checker.type === 'TCP_CHECK') {
    return { type: 'TCP_CHECK', target, delayLoop, retry, delayBeforeRetry, warmup, connectTimeout, alpha, logAllFailures };
  }
  const virtualhost = checker.virtualhost ?? draft.virtualhost ?? parent.virtualhost;
  return {
    type: 'HTTP_GET',
    target,
    delayLoop,
    retry,
    delayBeforeRetry,
    warmup,
    connectTimeout,
    alpha,
    logAllFailures,
    urls: [...checker.urls],
    httpProtocol: checker.httpProtocol ?? '1.0',
    ...(virtualhost !== undefined && { virtualhost }),
  };
}

function finishTarget(checker: CheckerDraft, { draft, port }: CheckerPlace): CheckTarget {
  const { connectIp: address = draft.address, bindAddress, bindPort } = checker;
  const canBind = bindAddress !== undefined && ipFamily(bindAddress) === ipFamily(address);
  return {
    address,
    port: checker.connectPort ?? port,
    ...(canBind && { bindAddress }),
    ...(bindPort !== undefined && { bindPort }),
  };
}

/** What the blocks around a checker say; the nearest one counts. */
function surroundings(server: RealServerDraft, parent: VirtualServerDraft): Surroundings {
  return {
    delayLoop: server.delayLoop ?? parent.delayLoop ?? DELAY_LOOP,
    retry: server.retry ?? parent.retry,
    delayBeforeRetry: server.delayBeforeRetry ?? parent.delayBeforeRetry,
    warmup: server.warmup ?? parent.warmup,
    connectTimeout: server.connectTimeout ?? parent.connectTimeout ?? CONNECT_TIMEOUT,
    alpha: server.alpha ?? parent.alpha ?? false,
    logAllFailures:
      server.logAllFailures ??
      parent.logAllFailures ??
      parent.globals.checkerLogAllFailures ??
      false,
  };
}

function finishTiming(checker: CheckerDraft, around: Surroundings): CheckTiming {
  const defaults = RETRY_DEFAULTS[checker.type];
  const delayLoop = checker.delayLoop ?? around.delayLoop;
  return {
    delayLoop,
    retry: checker.retry ?? around.retry ?? defaults.retry,
    delayBeforeRetry:
      checker.delayBeforeRetry ?? around.delayBeforeRetry ?? defaults.delayBeforeRetry,
    warmup: checker.warmup ?? around.warmup ?? delayLoop,
    connectTimeout: checker.connectTimeout ?? around.connectTimeout,
    alpha: checker.alpha ?? around.alpha,
    logAllFailures: checker.logAllFailures ?? around.logAllFailures,
  };
}
