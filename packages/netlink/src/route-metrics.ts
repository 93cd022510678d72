import { ROUTE_CONGESTION_CONTROL, ROUTE_METRICS, type RouteMetrics } from '@tandem/inet';
import { text, u32, type AttributeCodec } from './attribute-codec.ts';
import { AttributeTable, nest } from './attribute-table.ts';

type Row<T> = readonly [number, AttributeCodec<T>];
type Numbers = Readonly<Record<keyof typeof ROUTE_METRICS, Row<number>>>;

const NUMBERS = Object.fromEntries(
  Object.entries(ROUTE_METRICS).map(([name, type]) => [name, [type, u32]]),
) as Record<string, Row<number>> as Numbers;

/** @see linux/rtnetlink.h RTAX_*, in the words of `ip route` */
const METRICS = new AttributeTable<Numbers & { lock: Row<number>; congctl: Row<string> }>({
  lock: [1, u32],
  ...NUMBERS,
  congctl: [ROUTE_CONGESTION_CONTROL, text],
});

/** RTA_METRICS. */
export const routeMetrics: AttributeCodec<RouteMetrics> = nest(
  METRICS,
) as AttributeCodec<RouteMetrics>;
