/** Which servers of a virtual server the kernel's table has, and with which weight. */
import type { RealServerSettings, SorryServerSettings } from './settings.ts';
import { rampedWeight } from './slow-start.ts';
import { weightOf, type VirtualServerState } from './virtual-server.ts';

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
  const { settings, quorumUp, realServers } = state;
  const { sorryServer } = settings;
  const isSorry = sorryServer !== undefined && !quorumUp;
  const serving = realServers
    .filter(({ settings: own, up, drain }) => {
      if (drain?.isDone === true) return false;
      return own.inhibitOnFailure || (up && (!isSorry || drain !== undefined));
    })
    .map((each) => ({
      settings: each.settings,
      weight: each.up && !isSorry ? rampedWeight(weightOf(each), each.ramp) : 0,
    }));
  if (isSorry) return [{ settings: sorryServer, weight: SORRY_WEIGHT }, ...serving];
  return sorryServer?.inhibit === true
    ? [...serving, { settings: sorryServer, weight: 0 }]
    : serving;
}
