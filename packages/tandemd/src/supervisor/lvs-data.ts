/** keepalived's text dump of virtual servers and their checkers (SIGUSR1). */
import {
  formatRealServer,
  formatVirtualServer,
  type CheckSettings,
  type CommandSettings,
  type RealServerSettings,
  type VirtualServerKey,
  type VirtualServerSettings,
} from '@tandem/health';
import { ipFamily } from '@tandem/inet';
import type { CheckSnapshot, RealServerSnapshot, VirtualServerSnapshot } from '@tandem/status';
import { inSeconds, type Duration } from '@tandem/time';
import { scriptWords } from './dump-words.ts';

/**
 * @param settings - virtual servers in configuration order
 * @param snapshots - what is known of them
 * @returns the file's text, without its global definitions
 * @see keepalived(8) SIGUSR1
 */
export function formatLvsData(
  settings: readonly VirtualServerSettings[],
  snapshots: readonly VirtualServerSnapshot[],
): string {
  const known = new Map(snapshots.map((each) => [formatVirtualServer(each.key), each]));
  const servers = settings.map((server) => ({
    server,
    snapshot: known.get(formatVirtualServer(server.key)),
  }));
  const lines = [
    '------< LVS Topology >------',
    ...servers.flatMap(({ server, snapshot }) => serverLines(server, snapshot)),
    '------< Health checkers >------',
    ...servers.flatMap(({ server, snapshot }) => checkerLines(server, snapshot)),
  ];
  return `${lines.join('\n')}\n`;
}

function serverLines(
  server: VirtualServerSettings,
  snapshot: VirtualServerSnapshot | undefined,
): string[] {
  const { key, sorryServer } = server;
  const lines = [
    `Address family = ${familyOf(server) === 4 ? 'inet' : 'inet6'}`,
    `lvs_sched = ${server.scheduler}`,
    `One packet scheduling = ${server.onePacket ? 'enabled' : 'disabled'}`,
    ...(server.persistenceTimeout === undefined
      ? []
      : [`persistence timeout = ${inSeconds(server.persistenceTimeout)}`]),
    `protocol = ${key.kind === 'address' ? key.protocol : 'none'}`,
    `alpha is ${server.alpha ? 'ON' : 'OFF'}`,
    `omega is ${server.omega ? 'ON' : 'OFF'}`,
    `quorum = ${server.quorum}, hysteresis = ${server.hysteresis}`,
    ...scriptLines('Quorum up', server.quorumUp),
    ...scriptLines('Quorum down', server.quorumDown),
    `Using smtp notification = ${yesOrNo(server.smtpAlert)}`,
    ...(sorryServer === undefined
      ? []
      : [
          `sorry server = ${formatRealServer(key, sorryServer)}`,
          `  forwarding method = ${sorryServer.forwarding}`,
          `  Inhibit on failure is ${sorryServer.inhibit ? 'ON' : 'OFF'}`,
        ]),
    `quorum_state_up = ${Number(snapshot?.quorumUp === true)}`,
    ...server.realServers.flatMap((real) => realServerLines(real, stateOf(snapshot, real))),
  ];
  return [' ------< Virtual server >------', ` ${placeOf(key)}`, ...indent(lines)];
}

function realServerLines(
  real: RealServerSettings,
  snapshot: RealServerSnapshot | undefined,
): string[] {
  const { address, port } = real;
  const weight = snapshot?.weight ?? real.weight;
  const failed = (snapshot?.checks ?? []).filter(({ up }) => !up).length;
  return [
    '------< Real server >------',
    `RIP = ${address}, RPORT = ${port}, WEIGHT = ${real.weight} EFF WEIGHT = ${weight}`,
    `forwarding method = ${real.forwarding}`,
    `connection limit range = ${real.lowerThreshold} -> ${real.upperThreshold}`,
    `Inhibit on failure is ${real.inhibitOnFailure ? 'ON' : 'OFF'}`,
    ...scriptLines('  RS up', real.notifyUp),
    ...scriptLines('  RS down', real.notifyDown),
    `Using smtp notification = ${yesOrNo(real.smtpAlert)}`,
    `effective weight = ${weight}`,
    `alive = ${Number(snapshot?.up === true)}`,
    `num failed checkers = ${failed}`,
  ];
}

function checkerLines(
  { key, realServers }: VirtualServerSettings,
  snapshot: VirtualServerSnapshot | undefined,
): string[] {
  return realServers.flatMap((real) =>
    real.checks.flatMap((check, i) => [
      ` ${formatVirtualServer(key)} -> ${formatRealServer(key, real)}`,
      ...indent(checkLines(check, stateOf(snapshot, real)?.checks[i])),
    ]),
  );
}

function checkLines(check: CheckSettings, snapshot: CheckSnapshot | undefined): string[] {
  return [
    `Up = ${yesOrNo(snapshot?.up === true)}`,
    `Has run = ${yesOrNo(snapshot?.hasRun === true)}`,
    `Alpha = ${yesOrNo(check.alpha)}`,
    `Delay loop = ${microseconds(check.delayLoop)}`,
    `Warmup = ${microseconds(check.warmup)}`,
    `Retries = ${check.retry}`,
    ...(check.retry === 0 ? [] : [`Delay before retry = ${microseconds(check.delayBeforeRetry)}`]),
    `Log all failures = ${yesOrNo(check.logAllFailures)}`,
    `Keepalive method = ${check.type}`,
  ];
}

function stateOf(
  snapshot: VirtualServerSnapshot | undefined,
  { address, port }: RealServerSettings,
): RealServerSnapshot | undefined {
  return snapshot?.realServers.find((each) => each.address === address && each.port === port);
}

function placeOf(key: VirtualServerKey): string {
  if (key.kind === 'fwmark') return `VS FWMARK = ${key.mark}`;
  if (key.kind === 'group') return `VS GROUP = [${key.name}]:${key.index}`;
  return `VS VIP = ${key.address}, VPORT = ${key.port}`;
}

/** Of a group, that of what it names first. */
function familyOf({ key, members = [] }: VirtualServerSettings): 4 | 6 {
  if (key.kind === 'address') return ipFamily(key.address);
  if (key.kind === 'fwmark') return key.family;
  const [first] = members;
  return first === undefined || first.kind === 'fwmark'
    ? (first?.family ?? 4)
    : ipFamily(first.first);
}

function scriptLines(title: string, command: CommandSettings | undefined): string[] {
  return command === undefined ? [] : [`${title} notify script = ${scriptWords(command)}`];
}

function microseconds(duration: Duration): string {
  return `${Math.round(duration * 1000)} us`;
}

function yesOrNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `   ${line}`);
}
