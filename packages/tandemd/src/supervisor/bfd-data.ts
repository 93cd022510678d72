/** keepalived's text dump of BFD sessions (SIGUSR1). */
import {
  describeDiagnostic,
  detectionTime,
  inMicroseconds,
  transmitInterval,
  type BfdSession,
} from '@tandem/bfd';
import { ipFamily } from '@tandem/inet';
import { ZERO, type Duration } from '@tandem/time';

/**
 * @param sessions - as last told
 * @returns the file's text, without its global definitions
 * @see keepalived(8) SIGUSR1
 */
export function formatBfdData(sessions: readonly BfdSession[]): string {
  const lines = ['------< BFD Topology >------', ...sessions.flatMap(sessionLines)];
  return `${lines.join('\n')}\n`;
}

function sessionLines(session: BfdSession): string[] {
  const { settings, remote, state, diagnostic } = session;
  const { name, neighbour, source, tells, ttl, ttlMin } = settings;
  const lines = [
    `Neighbor IP = ${neighbour}`,
    ...(source === undefined ? [] : [`Source IP = ${source}`]),
    `Required min RX interval = ${microseconds(settings.requiredMinRx)}`,
    `Desired min TX interval = ${microseconds(settings.desiredMinTx)}`,
    `Desired idle TX interval = ${microseconds(settings.idleTx)}`,
    `Detection multiplier = ${settings.detectMultiplier}`,
    `${ipFamily(neighbour) === 4 ? 'TTL' : 'hoplimit'} = ${ttl}`,
    `max_hops = ${ttlMin === 0 ? 255 : Math.max(0, ttl - ttlMin)}`,
    `passive = ${settings.passive}`,
    `send event to VRRP process = ${yesOrNo(tells.vrrp)}`,
    `send event to checker process = ${yesOrNo(tells.checkers)}`,
    `local state = ${state}`,
    `remote state = ${remote.state}`,
    `local discriminator = ${hexadecimal(session.discriminator)}`,
    `remote discriminator = ${hexadecimal(remote.discriminator)}`,
    `local diag = ${describeDiagnostic(diagnostic)}`,
    `remote diag = ${describeDiagnostic(remote.diagnostic)}`,
    `remote min tx intv = ${microseconds(remote.desiredMinTx)}`,
    `remote min rx intv = ${microseconds(remote.requiredMinRx)}`,
    'local demand = 0',
    `remote demand = ${Number(remote.demand)}`,
    `remote detect multiplier = ${remote.detectMultiplier}`,
    `${session.polling ? '' : '!'}poll, !final`,
    `local tx intv = ${microseconds(transmitInterval(session) ?? ZERO)}`,
    `local detection time = ${microseconds(detectionTime(session))}`,
  ];
  return [` BFD Instance = ${name}`, ...lines.map((line) => `   ${line}`)];
}

function microseconds(duration: Duration): string {
  return `${inMicroseconds(duration)} us`;
}

function hexadecimal(discriminator: number): string {
  return `0x${discriminator.toString(16)}`;
}

function yesOrNo(value: boolean): string {
  return value ? 'Yes' : 'No';
}
