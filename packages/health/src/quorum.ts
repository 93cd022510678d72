/** Quorum arithmetic. @see inventory §4.4; texts are those of keepalived 2.2.7, odd ones included. */

/** Limits of a virtual server. */
export interface QuorumLimits {
  readonly quorum: number;
  readonly hysteresis: number;
}

/**
 * @param up - whether the virtual server has its quorum now
 * @param weightSum - sum of the weights of its live real servers
 * @param limits - quorum and hysteresis
 * @returns whether it has it with that sum: gained at quorum + hysteresis, lost below
 *   quorum - hysteresis; never without any weight
 */
export function hasQuorum(up: boolean, weightSum: number, limits: QuorumLimits): boolean {
  const { quorum, hysteresis } = limits;
  return weightSum > 0 && weightSum >= (up ? quorum - hysteresis : quorum + hysteresis);
}

/** @returns `Gained quorum 2+0=2 <= 2`, without the blank and the name that follow in the log */
export function formatGained(weightSum: number, limits: QuorumLimits): string {
  return `Gained quorum ${formatUpper(limits)} <= ${weightSum}`;
}

/** @returns `Lost quorum 2-0=2 > 1` */
export function formatLost(weightSum: number, limits: QuorumLimits): string {
  const { quorum, hysteresis } = limits;
  return `Lost quorum ${quorum}-${hysteresis}=${quorum - hysteresis} > ${weightSum}`;
}

/** @returns `Starting with quorum down 2-0=2 > 0` */
export function formatStartDown(weightSum: number, limits: QuorumLimits): string {
  return formatLost(weightSum, limits).replace('Lost quorum', 'Starting with quorum down');
}

/** @returns `2+0=2`, the sum at which the quorum is gained */
export function formatUpper(limits: QuorumLimits): string {
  const { quorum, hysteresis } = limits;
  return `${quorum}+${hysteresis}=${quorum + hysteresis}`;
}
