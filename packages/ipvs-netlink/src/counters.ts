import type { Counters } from '@tandem/ipvs';
import { AttributeTable, nest, u32, u64, type AttributeCodec } from '@tandem/netlink';

/** Counters as a kernel says them: older ones have packets and connections in 32 bits only. */
export interface CountersAttributes {
  readonly IPVS_STATS_ATTR_CONNS?: number | undefined;
  readonly IPVS_STATS_ATTR_INPKTS?: number | undefined;
  readonly IPVS_STATS_ATTR_OUTPKTS?: number | undefined;
  readonly IPVS_STATS_ATTR_INBYTES?: number | undefined;
  readonly IPVS_STATS_ATTR_OUTBYTES?: number | undefined;
}

/** What the kernel's statistics are read for: totals since they were zeroed, or what comes in a second. */
export type Figures = 'counters' | 'rates';

/** Where the five numbers of each start: IPVS_STATS_ATTR_CONNS, IPVS_STATS_ATTR_CPS. */
const FIRST: Readonly<Record<Figures, number>> = { counters: 1, rates: 6 };

/** @param count - of connections and packets, and bytes of a rate */
function statistics(
  count: AttributeCodec<number>,
  figures: Figures,
): AttributeCodec<CountersAttributes> {
  const first = FIRST[figures];
  const bytes = figures === 'rates' ? count : u64;
  const table = new AttributeTable({
    IPVS_STATS_ATTR_CONNS: [first, count],
    IPVS_STATS_ATTR_INPKTS: [first + 1, count],
    IPVS_STATS_ATTR_OUTPKTS: [first + 2, count],
    IPVS_STATS_ATTR_INBYTES: [first + 3, bytes],
    IPVS_STATS_ATTR_OUTBYTES: [first + 4, bytes],
  });
  return nest(table);
}

/**
 * IPVS_SVC_ATTR_STATS64 and IPVS_DEST_ATTR_STATS64. Rates are averages whose time base is the
 * kernel's own, so that only listings read them.
 * @see linux/ip_vs.h IPVS_STATS_ATTR_*
 */
export const stats64: Readonly<Record<Figures, AttributeCodec<CountersAttributes>>> = {
  counters: statistics(u64, 'counters'),
  rates: statistics(u64, 'rates'),
};

/** IPVS_SVC_ATTR_STATS and IPVS_DEST_ATTR_STATS, which kernels before 4.1 have alone. */
export const stats32: Readonly<Record<Figures, AttributeCodec<CountersAttributes>>> = {
  counters: statistics(u32, 'counters'),
  rates: statistics(u32, 'rates'),
};

/** @returns the counters; those that the kernel does not say are 0 */
export function countersOf(attributes: CountersAttributes | undefined): Counters {
  return {
    connections: attributes?.IPVS_STATS_ATTR_CONNS ?? 0,
    inPackets: attributes?.IPVS_STATS_ATTR_INPKTS ?? 0,
    outPackets: attributes?.IPVS_STATS_ATTR_OUTPKTS ?? 0,
    inBytes: attributes?.IPVS_STATS_ATTR_INBYTES ?? 0,
    outBytes: attributes?.IPVS_STATS_ATTR_OUTBYTES ?? 0,
  };
}
