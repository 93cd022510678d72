export {
  AUTHENTICATION_LENGTH,
  decodeAdvertisement,
  encodeAdvertisement,
  readAdvertisementHeader,
  VRRP_PROTOCOL,
  writeChecksum,
  type Advertisement,
  type AdvertisementHeader,
  type AdvertisementReason,
  type AdvertisementV2,
  type AdvertisementV3,
  type PacketPath,
} from './advertisement.ts';
export { authenticationKey } from './authentication.ts';
export { AH_PROTOCOL, sealPacket } from './authentication-header.ts';
export { encodeIpv4Advert } from './ipv4-advert.ts';
export { encodeAnnouncement } from './announcement.ts';
export {
  encodeRouterAdvert,
  isRouterSolicitation,
  routerAddress,
  type RouterAdvertSettings,
} from './router-advert.ts';
export {
  startRouterAdverts,
  stepRouterAdverts,
  type RouterAdvertState,
} from './router-advert-timing.ts';
export { keyOctets } from './hmac-check.ts';
export { signAdvert, TRAILER_LENGTH } from './hmac-trailer.ts';
export { signersHeard } from './signers.ts';
export { nextStamp } from './stamp.ts';
export { NO_COUNTS, type VrrpCounters } from './counters.ts';
export { fifo, type FifoEffect, type NotifyWord, type VrrpEffect } from './effect.ts';
export type { VrrpEvent } from './event.ts';
export { step } from './instance.ts';
export {
  decodeIpv4Packet,
  encodeIpv4Packet,
  IPV4_IDENTIFICATION_OFFSET,
  type Ipv4Reason,
  type ReceivedPacket,
} from './ipv4-packet.ts';
export {
  contributionOf,
  describe,
  isFaulty,
  isNewsTo,
  type LedgerEntry,
  type TrackedReport,
  type TrackedValue,
} from './ledger.ts';
export { longestLinkDelay, stepLink, type LinkDelays, type LinkState } from './link-delay.ts';
export { receiveBytes, type ReceiveRoom } from './receive-buffer.ts';
export { ownAdvertisement } from './own-advertisement.ts';
export { reasonsOf } from './reasons.ts';
export {
  entriesWithout,
  entryKey,
  type Routing,
  type StaticAddress,
  type StaticEntry,
  type VirtualRoute,
  type VirtualRule,
  type VirtualWay,
} from './routing-settings.ts';
export type {
  Authentication,
  DriftPolicy,
  GarpSettings,
  HmacSettings,
  NotifyScripts,
  ScriptSettings,
  SyncGroupSettings,
  TrackerKind,
  TrackerSettings,
  TrackFileSettings,
  TrackProcessSettings,
  TrackScriptSettings,
  UnicastPeer,
  UnicastSettings,
  VirtualAddress,
  VrrpInstanceSettings,
} from './settings.ts';
export {
  allAddresses,
  createInstance,
  isHeld,
  isSameAddress,
  type AddressFailure,
  type GroupFault,
  type MasterHeard,
  type VrrpState,
  type VrrpStateName,
} from './state.ts';
export { isCalmSince, restorationDelay } from './restoration.ts';
export { withSurroundings, type Surroundings } from './surroundings.ts';
export {
  createSyncGroup,
  groupFaultAmong,
  stepSyncGroup,
  stopSyncGroup,
  type SyncGroupEffect,
  type SyncGroupState,
} from './sync-group.ts';
export { NO_UPKEEP, stepUpkeep, titleOf, upkeepDeadline, whyNotSet } from './upkeep.ts';
export type { Setting, UpkeepEffect, UpkeepEvent } from './upkeep.ts';
export { checksumPath } from './unicast-checksum.ts';
export { masterDownInterval, skewTime } from './timers.ts';
export {
  createTrackScript,
  stepTrackScript,
  type ScriptResult,
  type TrackScriptEffect,
  type TrackScriptEvent,
  type TrackScriptState,
} from './track-script.ts';
export { isNoNumber, trackedNumber } from './track-file.ts';
export {
  createTrackProcess,
  isTracked,
  stepTrackProcess,
  type ProcessWords,
  type TrackProcessState,
} from './track-process.ts';
export type { AddressInterface, IpvlanSettings, VirtualInterface } from './virtual-interface.ts';
