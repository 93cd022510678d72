export type { Address } from './address.ts';
export { decodeAnswer } from './answer.ts';
export { be16, u16, u32, u64, u8, text, type AttributeCodec } from './attribute-codec.ts';
export { AttributeTable, nest, type AttributeValues } from './attribute-table.ts';
export type { Decoded } from './decoded.ts';
export {
  encodeGenericHeader,
  GENERIC_HEADER_LENGTH,
  GenericNetlink,
  type GenericFamily,
} from './generic-netlink.ts';
export type { Link, LinkChange, NewLink } from './link.ts';
export { MessageWriter } from './message-writer.ts';
export type { Neighbour } from './neighbour.ts';
export { BARRIER } from './netlink-client.ts';
export type { DropTable } from './drop-table.ts';
export { NetlinkError } from './netlink-error.ts';
export type { NetlinkRequest } from './netlink-request.ts';
export {
  hasTable,
  removeDirectors,
  removeTable,
  renewDirectors,
  replaceDropTable,
  replaceRedirectTable,
  surveyDropTable,
} from './nftables.ts';
export { keepNftablesSockets } from './nftables-transaction.ts';
export type { Director, RedirectTable } from './redirect-table.ts';
export { RouteMonitor, type RouteMonitorHandler } from './route-monitor.ts';
export type { Route } from './route.ts';
export { Rtnetlink } from './rtnetlink.ts';
