export { ByteReader, ByteWriter, OutOfBytesError } from './bytes.ts';
export { internetChecksum } from './checksum.ts';
export {
  compareIp,
  ipBytes,
  ipFamily,
  ipFromBytes,
  isMulticast,
  parseIp,
  type IpAddress,
  type IpFamily,
} from './ip.ts';
export { BROADCAST_MAC, macBytes, macFromBytes, parseMac, type MacAddress } from './mac.ts';
export { formatPrefix, networkOf, parsePrefix, prefixContains, type Prefix } from './prefix.ts';
export { addressesOf, parseIpRange, type IpRange, type IpRangeProblem } from './range.ts';
export {
  ROUTE_CONGESTION_CONTROL,
  ROUTE_METRICS,
  type Encapsulation,
  type NumberRange,
  type RouteEntry,
  type RouteMetrics,
  type RoutingRule,
  type Way,
  type WeightedWay,
} from './routing.ts';
