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

/** @param count - of connections and packets */
function counters(count: AttributeCodec<number>): AttributeCodec<CountersAttributes> {
  const table = new AttributeTable({
    IPVS_STATS_ATTR_CONNS: [1, count],
    IPVS_STATS_ATTR_INPKTS: [2, count],
    IPVS_STATS_ATTR_OUTPKTS: [3, count],
    IPVS_STATS_ATTR_INBYTES: [4, u64],
    IPVS_STATS_ATTR_OUTBYTES: [5, u64],
  });
  return nest(table);
}

/**
 * IPVS_SVC_ATTR_STATS64 and IPVS_DEST_ATTR_STATS64. The rates that follow are not read: they are
 * averages whose time base is the kernel's own.
 * @see linux/ip_vs.h IPVS_STATS_ATTR_*
 */
export const stats64: AttributeCodec<CountersAttributes> = counters(u64);

/** IPVS_SVC_ATTR_STATS and IPVS_DEST_ATTR_STATS, which kernels before 4.1 have alone. */
export const stats32: AttributeCodec<CountersAttributes> = counters(u32);

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
