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

/** What happens to a quorum, in the words of mails. */
export type QuorumNews =
  | 'Gained quorum'
  | 'Lost quorum'
  | 'Starting with quorum up'
  | 'Starting with quorum down';

/**
 * @param news - what has happened; a start with the quorum is a gain like others
 * @returns `Gained quorum 2+1=3 <= 4`, `Lost quorum 2-1=1 > 0` or, with the sum of a gain, `Starting
 *   with quorum down 2-1=3 > 0`, without the blank and the name that follow in the log
 */
export function formatNews(news: QuorumNews, weightSum: number, limits: QuorumLimits): string {
  const { quorum, hysteresis } = limits;
  const limit = limitOf(news, limits);
  return news === 'Gained quorum' || news === 'Starting with quorum up'
    ? `Gained quorum ${quorum}+${hysteresis}=${limit} <= ${weightSum}`
    : `${news} ${quorum}-${hysteresis}=${limit} > ${weightSum}`;
}

/** @returns the same for a mail, where all signs are those of a gain: `=> Lost quorum 2+1=1 <= 0 <=` */
export function formatMail(news: QuorumNews, weightSum: number, limits: QuorumLimits): string {
  const { quorum, hysteresis } = limits;
  return `=> ${news} ${quorum}+${hysteresis}=${limitOf(news, limits)} <= ${weightSum} <=`;
}

function limitOf(news: QuorumNews, { quorum, hysteresis }: QuorumLimits): number {
  return news === 'Lost quorum' ? quorum - hysteresis : quorum + hysteresis;
}
