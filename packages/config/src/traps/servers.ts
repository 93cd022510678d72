import { parseIp } from '@tandem/inet';
import { servicesAt, type CheckSettings, type RealServerSettings } from '@tandem/health';
import { inSeconds, ZERO, type Duration } from '@tandem/time';
import { allAddresses } from '@tandem/vrrp';
import type { Place } from '../source.ts';
import type { Statement } from '../tree.ts';
import { statementsOf, valueOf } from '../tree-reading.ts';
import { when, withPort, type Finding, type ServerSubject, type Trap } from './trap.ts';

const DETECTION_SECONDS_MAX = 60;
const TLS_PORT = 443;
const HTTP_PORT = 80;

/** Keywords of a real server that check it. */
const CHECKER = /_CHECK$|_GET$/;

/** Traps of one virtual server. */
// prettier-ignore
export const SERVER_TRAPS: readonly Trap<ServerSubject>[] = [
  { code: 'REAL_SERVER_NOT_CHECKED', find: notChecked },
  { code: 'REAL_SERVER_IS_VIRTUAL', find: realIsVirtual },
  { code: 'ALL_WEIGHTS_ZERO', find: allWeightsZero },
  { code: 'SORRY_SERVER_IS_REAL', find: sorryIsReal },
  { code: 'QUORUM_WITHOUT_CONSEQUENCE', find: quorumWithoutConsequence },
  { code: 'CHECK_SLOWER_THAN_LOOP', find: slowerThanLoop },
  { code: 'SLOW_DETECTION', find: slowDetection },
  { code: 'CHECK_WITHOUT_TLS', find: withoutTls },
  { code: 'CHECK_WITH_TLS', find: withTls },
  { code: 'GRANULARITY_WITHOUT_PERSISTENCE', find: granularityAlone },
  { code: 'PERSISTENCE_WITH_OPS', find: persistenceWithOps },
  { code: 'REDIRECT_WITHOUT_INSTANCE', find: redirectAlone },
  { code: 'SLOW_START_WITHOUT_STEPS', find: slowStartWithoutSteps },
];

function realServers({ call }: ServerSubject): readonly Statement[] {
  return statementsOf(call.statement.block, 'real_server');
}

function checkersOf(server: Statement): readonly Statement[] {
  return statementsOf(server.block).filter((each) => CHECKER.test(each.keyword));
}

/** Some without a check beside others that have one are a slip; all without are a decision. */
function notChecked(subject: ServerSubject): readonly Finding[] {
  const servers = realServers(subject);
  const unchecked = servers.filter((each) => checkersOf(each).length === 0);
  if (unchecked.length === servers.length) return [];
  return unchecked.map((each) => ({
    message: `real_server ${valueOf(each)} has no check, unlike the others: it counts as up for ever`,
    at: each,
    hint: 'give it the same check',
  }));
}

function realIsVirtual(subject: ServerSubject): readonly Finding[] {
  const { key } = subject.settings;
  if (key.kind !== 'address') return [];
  return realServers(subject)
    .filter((each) => parseIp(valueOf(each) ?? '') === key.address)
    .map((each) => ({
      message: 'the real server has the address of the virtual server: its packets come back here',
      at: each,
      hint: "write the server's own address",
    }));
}

function allWeightsZero({ settings }: ServerSubject): readonly Finding[] {
  const { realServers: servers } = settings;
  const idle = servers.length > 0 && servers.every(({ weight }) => weight === 0);
  return when(idle, () => ({
    message: 'every real server has weight 0, so that no new connection is served',
    hint: 'give at least one of them a weight',
  }));
}

function sorryIsReal(subject: ServerSubject): readonly Finding[] {
  const sorry = statementsOf(subject.call.statement.block, 'sorry_server').at(-1);
  if (sorry === undefined) return [];
  const [, address, port] = sorry.words;
  const twin = realServers(subject).find((each) => {
    const [, otherAddress, otherPort] = each.words;
    return address?.text === otherAddress?.text && port?.text === otherPort?.text;
  });
  return when(twin !== undefined, () => ({
    message: `the sorry_server ${address?.text ?? ''} is one of the real servers, which are down when it is needed`,
    at: sorry,
    hint: 'name a server that does nothing else',
  }));
}

function quorumWithoutConsequence({ settings, call }: ServerSubject): readonly Finding[] {
  const { quorumUp, quorumDown, smtpAlert } = settings;
  const told = quorumUp !== undefined || quorumDown !== undefined || smtpAlert;
  const at = call.inside('quorum', 'hysteresis');
  return when(at !== undefined && !told && call.inside('sorry_server') === undefined, () => ({
    message:
      'losing the quorum has no consequence here: the real servers that are left go on serving',
    at,
    hint: "add 'sorry_server', 'quorum_down' or 'smtp_alert'",
  }));
}

/** @returns the first check of the virtual server that is like that, with its real server */
function findCheck(
  { settings }: ServerSubject,
  wanted: (check: CheckSettings) => boolean,
): { readonly check: CheckSettings; readonly server: RealServerSettings } | undefined {
  for (const server of settings.realServers) {
    const check = server.checks.find(wanted);
    if (check !== undefined) return { check, server };
  }
  return undefined;
}

/** @returns where a keyword of a check is given: in it, its real server or the virtual server */
function placeOfCheck(
  { call }: ServerSubject,
  { check, server }: NonNullable<ReturnType<typeof findCheck>>,
  ...keywords: readonly string[]
): Place | undefined {
  const virtual = call.statement;
  const real = statementsOf(virtual.block, 'real_server').find(
    (each) => parseIp(valueOf(each) ?? '') === server.address,
  );
  const checker = statementsOf(real?.block, check.type).at(0);
  const blocks = [checker?.block, real?.block, virtual.block];
  const given = keywords.flatMap((keyword) =>
    blocks.flatMap((block) => statementsOf(block, keyword).slice(-1)),
  );
  return given[0] ?? checker;
}

/** Of one attempt; a file needs no time. */
function limitOf(check: CheckSettings): Duration {
  if (check.type === 'FILE_CHECK' || check.type === 'BFD_CHECK') return ZERO;
  return check.type === 'MISC_CHECK' ? check.timeout : check.connectTimeout;
}

function slowerThanLoop(subject: ServerSubject): readonly Finding[] {
  const slow = findCheck(subject, (each) => limitOf(each) > each.delayLoop);
  if (slow === undefined) return [];
  const { check, server } = slow;
  const [timeout, loop] = [inSeconds(limitOf(check)), inSeconds(check.delayLoop)];
  return [
    {
      message: `one ${check.type} of ${withPort(server.address, server.port)} may take ${timeout} s (connect_timeout), longer than its delay_loop of ${loop} s`,
      at: placeOfCheck(subject, slow, 'connect_timeout', 'delay_loop'),
      hint: 'choose a connect_timeout below delay_loop',
    },
  ];
}

/** From the death of a server that no longer answers at all to its removal, at worst. */
function detectionSeconds(check: CheckSettings): number {
  const { delayLoop, retry, delayBeforeRetry } = check;
  return (
    inSeconds(delayLoop) +
    inSeconds(limitOf(check)) * (retry + 1) +
    inSeconds(delayBeforeRetry) * retry
  );
}

function slowDetection(subject: ServerSubject): readonly Finding[] {
  const slow = findCheck(subject, (each) => detectionSeconds(each) > DETECTION_SECONDS_MAX);
  if (slow === undefined) return [];
  const { check, server } = slow;
  const { delayLoop, retry, delayBeforeRetry } = check;
  return [
    {
      message: `a dead ${withPort(server.address, server.port)} gets connections for up to ${Math.round(detectionSeconds(check))} s: delay_loop ${inSeconds(delayLoop)} s, and ${retry + 1} attempts of ${inSeconds(limitOf(check))} s with ${inSeconds(delayBeforeRetry)} s between them`,
      at: placeOfCheck(subject, slow, 'delay_loop', 'retry', 'connect_timeout'),
      hint: "'delay_loop 6' is usual",
    },
  ];
}

function withoutTls(subject: ServerSubject): readonly Finding[] {
  const plain = findCheck(
    subject,
    (check) => check.type === 'HTTP_GET' && check.target.port === TLS_PORT,
  );
  if (plain === undefined) return [];
  return [
    {
      message: 'HTTP_GET speaks plain HTTP to port 443, where servers expect TLS',
      at: placeOfCheck(subject, plain, 'connect_port'),
      hint: 'write SSL_GET',
    },
  ];
}

function withTls(subject: ServerSubject): readonly Finding[] {
  return realServers(subject).flatMap((server) =>
    statementsOf(server.block, 'SSL_GET').flatMap((check) => {
      const own = statementsOf(check.block, 'connect_port').at(-1);
      const port = own === undefined ? server.words[2]?.text : valueOf(own);
      return when(Number(port) === HTTP_PORT, () => ({
        message: 'SSL_GET speaks TLS to port 80, where servers expect plain HTTP',
        at: check,
        hint: 'write HTTP_GET',
      }));
    }),
  );
}

function granularityAlone({ call }: ServerSubject): readonly Finding[] {
  const at = call.inside('persistence_granularity');
  return when(at !== undefined && call.inside('persistence_timeout') === undefined, () => ({
    message: 'persistence_granularity without persistence_timeout means persistence_timeout 360',
    at,
    hint: "add 'persistence_timeout 360'",
  }));
}

function persistenceWithOps({ settings, call }: ServerSubject): readonly Finding[] {
  return when(settings.onePacket && settings.persistenceTimeout !== undefined, () => ({
    message:
      'ops schedules each packet by itself, and persistence_timeout keeps clients at a server',
    at: call.inside('ops'),
    hint: 'remove one of the two',
  }));
}

function redirectAlone({ settings, call, outline }: ServerSubject): readonly Finding[] {
  const isWithout =
    settings.redirect === true &&
    outline.settings.vrrpInstances.every((instance) =>
      allAddresses(instance).every(({ address }) => servicesAt(settings, address).length === 0),
    );
  return when(isWithout, () => ({
    message: 'redirect has no effect: no vrrp_instance of this configuration holds the address',
    at: call.inside('redirect'),
    hint: 'add it to virtual_ipaddress',
  }));
}

/** These know only whether there is a weight, or which is the highest. */
const WITHOUT_SHARES: ReadonlySet<string> = new Set(['rr', 'lc', 'dh', 'fo', 'ovf']);
/** A slow start has as many steps, of whole numbers. */
const SLOW_START_STEPS = 10;

function slowStartWithoutSteps({ settings, call }: ServerSubject): readonly Finding[] {
  const { scheduler } = settings;
  const slow = settings.realServers.filter(({ slowStart }) => slowStart !== undefined);
  const small = slow.find(({ weight }) => weight < SLOW_START_STEPS);
  if (slow.length === 0 || (!WITHOUT_SHARES.has(scheduler) && small === undefined)) return [];
  const at = call.inside('slow_start', 'lvs_sched', 'lb_algo');
  if (WITHOUT_SHARES.has(scheduler)) {
    const message = `slow_start does nothing good with lvs_sched ${scheduler}, which does not share by weight`;
    return [{ message, at, hint: "write 'lvs_sched wrr' or 'wlc'" }];
  }
  const message = `slow_start has fewer than ten steps with weight ${small?.weight}: weights are whole numbers`;
  return [{ message, at, hint: "write 'weight 100' for all real servers" }];
}
