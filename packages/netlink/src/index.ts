export type { Address, AddressLifetimes } from './address.ts';
export { decodeAnswer } from './answer.ts';
export {
  be16,
  bytes,
  u16,
  u32,
  u64,
  u8,
  text,
  type AttributeCodec,
  type Payload,
} from './attribute-codec.ts';
export {
  AttributeTable,
  nest,
  type AttributeValues,
  type UnknownAttribute,
} from './attribute-table.ts';
export type { Decoded, DecodeFault } from './decoded.ts';
export {
  encodeGenericHeader,
  GENERIC_HEADER_LENGTH,
  GenericNetlink,
  type GenericFamily,
} from './generic-netlink.ts';
export type { Link, LinkChange } from './link.ts';
export { MessageWriter } from './message-writer.ts';
export type { NetlinkMessage } from './message.ts';
export type { Neighbour } from './neighbour.ts';
export { NetlinkClient, type NetlinkClientOptions } from './netlink-client.ts';
export { NetlinkError } from './netlink-error.ts';
export type { NetlinkRequest } from './netlink-request.ts';
export { RouteMonitor, type RouteMonitorHandler } from './route-monitor.ts';
export type { NextHop, Route } from './route.ts';
export { Rtnetlink } from './rtnetlink.ts';
