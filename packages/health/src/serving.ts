/** Which servers of a virtual server the kernel's table has, and with which weight. */
import type { RealServerSettings, SorryServerSettings } from './settings.ts';
import { rampedWeight } from './slow-start.ts';
import type { RealServerState, VirtualServerState } from './virtual-server.ts';
import { weightOf } from './weight.ts';

/** A sorry server that serves has this weight. */
const SORRY_WEIGHT = 1;

/** A server that belongs into the kernel's table, with the weight that it has there. */
export interface ServingServer {
  readonly settings: RealServerSettings | SorryServerSettings;
  readonly weight: number;
}

/**
 * While the quorum is lost and there is a sorry server, it serves alone; real servers with
 * inhibit_on_failure wait at weight 0, whether they are up or not, and so do those that somebody
 * wants out, until they are.
 * @param state - of one virtual server
 * @returns the servers of the kernel's table; of two with the same address and port the first counts
 */
export function servingServers(state: VirtualServerState): readonly ServingServer[] {
  const { sorryServer } = state.settings;
  const serving: ServingServer[] = [];
  for (const each of state.realServers) {
    const weight = tableWeight(state, each);
    if (weight !== undefined) serving.push({ settings: each.settings, weight });
  }
  if (sorryServer === undefined) return serving;
  if (sorryServes(state)) return [{ settings: sorryServer, weight: SORRY_WEIGHT }, ...serving];
  return sorryServer.inhibit ? [...serving, { settings: sorryServer, weight: 0 }] : serving;
}

/**
 * @param state - of one virtual server
 * @param server - one of its real servers
 * @returns the weight that it has in the kernel's table; undefined: it is not there
 */
export function tableWeight(
  state: VirtualServerState,
  server: RealServerState,
): number | undefined {
  const { settings, up, drain, ramp } = server;
  const isSorry = sorryServes(state);
  if (drain?.isDone === true) return undefined;
  const isThere = settings.inhibitOnFailure || (up && (!isSorry || drain !== undefined));
  if (!isThere) return undefined;
  return up && !isSorry ? rampedWeight(weightOf(server), ramp) : 0;
}

/** @returns whether there is a sorry server, and all that is new goes to it */
export function sorryServes({ settings, quorumUp }: VirtualServerState): boolean {
  return settings.sorryServer !== undefined && !quorumUp;
}
