/** What the supervisor makes of what the bfd process tells it. */
import { describeDiagnostic, detectionTime, transmitInterval, type BfdSession } from '@tandem/bfd';
import type { Settings } from '@tandem/config';
import type { BfdSessionSnapshot } from '@tandem/status';
import type { BfdReport, ChildName } from '../ipc.ts';

/**
 * @param report - of a session
 * @param settings - in force
 * @returns who follows it; all, when it is configured no longer
 */
export function toldOf({ name }: BfdReport, { bfdSessions }: Settings): readonly ChildName[] {
  const { vrrp, checkers } = bfdSessions.find((each) => each.name === name)?.tells ?? {
    vrrp: true,
    checkers: true,
  };
  return [...(vrrp ? (['vrrp'] as const) : []), ...(checkers ? (['ipvs'] as const) : [])];
}

/** @returns what `tandemctl status` shows of a session */
export function sessionSnapshot(session: BfdSession): BfdSessionSnapshot {
  const { settings, state, diagnostic, remote } = session;
  const interval = transmitInterval(session);
  return {
    name: settings.name,
    neighbour: settings.neighbour,
    state,
    diagnostic: describeDiagnostic(diagnostic),
    remoteState: remote.state,
    remoteDiagnostic: describeDiagnostic(remote.diagnostic),
    ...(interval === undefined ? {} : { transmitIntervalMs: interval }),
    ...(remote.discriminator === 0 ? {} : { detectionTimeMs: detectionTime(session) }),
  };
}
