import type { Datagram, DatagramReason } from '@tandem/bfd';
import { ipFamily, type IpAddress } from '@tandem/inet';

/** Anybody may send packets; of more others the log has no word. */
const STRANGERS_MAX = 16;

/** Why packets of a neighbour count for nothing. */
interface Drop {
  readonly why: string;
  /** Since the last one that counted. */
  readonly count: number;
}

/** What is dropped of what is heard, for log and status. */
export class Drops {
  readonly #drops = new Map<IpAddress, Drop>();
  /** What has been logged last of each sender. */
  readonly #logged = new Map<IpAddress, string>();
  #strangers = 0;

  /** @returns a sentence for each neighbour whose last packet was dropped */
  get problems(): readonly string[] {
    return [...this.#drops].map(
      ([source, { why, count }]) => `${sentence(source, why)} (${count})`,
    );
  }

  /** A packet of a neighbour counts. */
  heard(source: IpAddress): void {
    this.#drops.delete(source);
  }

  /**
   * @param datagram - that is dropped
   * @param ttlMin - that its session wants; undefined: its sender is no neighbour
   * @returns a line for the log, when it is another than that of the sender before
   */
  dropped(
    datagram: Datagram,
    reason: DatagramReason,
    ttlMin: number | undefined,
  ): string | undefined {
    const { source } = datagram;
    const why = ttlMin === undefined ? 'no session is with it' : explain(datagram, reason, ttlMin);
    if (ttlMin !== undefined)
      this.#drops.set(source, { why, count: (this.#drops.get(source)?.count ?? 0) + 1 });
    if (this.#logged.get(source) === why) return undefined;
    if (ttlMin === undefined && (this.#strangers += 1) > STRANGERS_MAX) return undefined;
    this.#logged.set(source, why);
    return sentence(source, why);
  }

  /** @param neighbours - of the sessions from now on */
  keep(neighbours: ReadonlySet<string>): void {
    for (const source of this.#drops.keys())
      if (!neighbours.has(source)) this.#drops.delete(source);
  }
}

function sentence(source: IpAddress, why: string): string {
  return `BFD packets of ${source} are dropped: ${why}`;
}

function explain({ source, ttl }: Datagram, reason: DatagramReason, ttlMin: number): string {
  if (reason === 'no-session')
    return 'they are for another session, or another address or port of this box';
  if (reason !== 'ttl-too-low') return `not usable: ${reason}`;
  const name = ipFamily(source) === 4 ? 'TTL' : 'hop limit';
  return `${name} ${ttl}, at least ${ttlMin} wanted; see max_hops`;
}
