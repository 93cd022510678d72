import type { IpAddress } from '@tandem/inet';
import type { Duration, Instant } from '@tandem/time';
import { ZERO } from '@tandem/time';
import type { VrrpCounters } from './counters.ts';
import { NO_COUNTS } from './counters.ts';
import type { Restoration } from './restoration.ts';
import type { Rival } from './rival.ts';
import { openLedger } from './ledger.ts';
import type { LedgerEntry } from './ledger.ts';
import type { VirtualAddress, VrrpInstanceSettings } from './settings.ts';
import type { KnownSigner } from './signers.ts';

/** VRRP states as operators and notify scripts see them; INIT before start and after stop. */
export type VrrpStateName = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';

/** The router that holds the virtual addresses, as last heard. */
export interface MasterHeard {
  readonly address: IpAddress;
  /** 0–255 */
  readonly priority: number;
}

/**
 * Everything that an instance remembers. Replace it with what `step` returns; arm one timer for
 * `deadline` and call `step` with a `timer` event when it has come.
 */
export interface VrrpState {
  readonly settings: VrrpInstanceSettings;
  readonly state: VrrpStateName;
  /** 1–255: the configured priority unless two owners met. */
  readonly basePriority: number;
  /** 1–255: the base and what the trackers make of it. */
  readonly effectivePriority: number;
  /** One entry for each tracker of the settings, in their order. */
  readonly ledger: readonly LedgerEntry[];
  /** What keeps it in FAULT, and since when. */
  readonly faults: readonly Fault[];
  /** FAULT: whether scripts and mails have been told; not so while a first result is awaited. */
  readonly faultTold: boolean;
  /** Why its sync group keeps it in FAULT. */
  readonly groupFault: GroupFault | undefined;
  /** BACKUP: it gave way to whoever is quicker, not to a master that it had heard. */
  readonly hasYielded: boolean;
  /** BACKUP: its timer has run out, and it waits until that is so in all its sync group. */
  readonly awaitsGroup: boolean;
  readonly interfaceUp: boolean;
  /** It is not up because there is none; it may come. */
  readonly interfaceMissing: boolean;
  /** Why adverts of others cannot be heard; undefined while they can. */
  readonly hearingFailure: string | undefined;
  /** Address that adverts are sent from. */
  readonly source: IpAddress | undefined;
  /** Who was last heard as master; undefined while we are master or heard nobody. */
  readonly master: MasterHeard | undefined;
  /** Peers that were last heard with the old checksum. */
  readonly oldChecksumPeers: readonly IpAddress[];
  /** Routers whose adverts were signed right, at most 64. */
  readonly signers: readonly KnownSigner[];
  /** The master's advertisement interval; our own in version 2. */
  readonly masterInterval: Duration;
  /** From when on waits for a master count; stays after it has passed. */
  readonly holdUntil: Instant | undefined;
  /** MASTER: when the next advert goes out. */
  readonly advertisementDue: Instant | undefined;
  /** BACKUP: when the master is taken for dead. */
  readonly masterDownDue: Instant | undefined;
  /** BACKUP: until when a lower priority is put up with; stays after it has passed. */
  readonly preemptDelayUntil: Instant | undefined;
  /** MASTER: when the second set of announcements goes out. */
  readonly garpDue: Instant | undefined;
  /** MASTER: from when the next advert brings a refresh of the announcements. */
  readonly garpRefreshDue: Instant | undefined;
  /** MASTER: when interfaces that no advert leaves by are announced. */
  readonly garpExtraDue: Instant | undefined;
  /** MASTER: when the set after an advert of lower priority is repeated. */
  readonly lowerPriorityGarpDue: Instant | undefined;
  /** MASTER: when neighbours were last told because somebody else spoke as master. */
  readonly reannouncedAt: Instant | undefined;
  /** BACKUP: it was master until it stood still, and has not told the new one. */
  readonly steppedBack: boolean;
  /** BACKUP: the master of lower priority that is not obeyed; MASTER: whose good-bye is awaited. */
  readonly preempted: IpAddress | undefined;
  /** Addresses that the kernel refused, and why; tried again with each advert. */
  readonly addressFailures: readonly AddressFailure[];
  /** Addresses that somebody else took off of late. */
  readonly restorations: readonly Restoration[];
  /** What somebody else removed, as a reason for FAULT, where the policy is that; until a reload. */
  readonly drift: string | undefined;
  /** Why the last advert could not be sent; undefined once one could. */
  readonly sendFailure: string | undefined;
  /** The last advert that failed a check; whoever sends such may be a second master. */
  readonly refused: RefusedAdvert | undefined;
  /** Counts while MASTER. */
  readonly rival: Rival | undefined;
  readonly counters: VrrpCounters;
  /** When `step` wants a `timer` event; undefined: never. */
  readonly deadline: Instant | undefined;
}

/** What another member of the sync group has. */
export interface GroupFault {
  readonly reason: string;
  /** False while it only waits for first results, of which nobody is told. */
  readonly told: boolean;
}

/** One reason for FAULT. */
interface Fault {
  readonly reason: string;
  readonly since: Instant;
}

/** An address that could not be put on its interface. */
export interface AddressFailure {
  readonly address: VirtualAddress;
  readonly error: string;
}

/** An advert for our virtual router that did not count. */
interface RefusedAdvert {
  readonly source: IpAddress;
  readonly why: string;
  readonly at: Instant;
}

/** What no state but the one that set them keeps: timers, failures, and what is being waited for. */
export const NOTHING_PENDING = {
  hasYielded: false,
  awaitsGroup: false,
  advertisementDue: undefined,
  masterDownDue: undefined,
  preemptDelayUntil: undefined,
  garpDue: undefined,
  garpRefreshDue: undefined,
  garpExtraDue: undefined,
  lowerPriorityGarpDue: undefined,
  reannouncedAt: undefined,
  steppedBack: false,
  preempted: undefined,
  addressFailures: [],
  restorations: [],
  sendFailure: undefined,
} as const;

/**
 * @param settings - of the instance
 * @returns an instance that has not started: it waits for a `start` event
 */
export function createInstance(settings: VrrpInstanceSettings): VrrpState {
  return {
    settings,
    state: 'INIT',
    basePriority: settings.priority,
    effectivePriority: settings.priority,
    ledger: openLedger(settings.trackers),
    faults: [],
    faultTold: false,
    groupFault: undefined,
    ...NOTHING_PENDING,
    interfaceUp: false,
    interfaceMissing: false,
    hearingFailure: undefined,
    source: undefined,
    master: undefined,
    oldChecksumPeers: [],
    signers: [],
    masterInterval: settings.advertisementInterval,
    refused: undefined,
    rival: undefined,
    drift: undefined,
    holdUntil: undefined,
    counters: NO_COUNTS,
    deadline: undefined,
  };
}

/**
 * @param settings - of an instance
 * @returns all its addresses, those in packets first
 */
export function allAddresses(settings: VrrpInstanceSettings): VirtualAddress[] {
  return [...settings.addresses, ...settings.excludedAddresses];
}

/** @returns whether both are one address on one device */
export function isSameAddress(a: VirtualAddress, b: VirtualAddress): boolean {
  return a.address === b.address && a.prefixLength === b.prefixLength && a.device === b.device;
}

/**
 * @param state - of a master
 * @param address - one of its own
 * @returns false when the kernel refused it, or somebody took it off and it is not yet put back
 */
export function isHeld(state: VrrpState, address: VirtualAddress): boolean {
  const missing = [
    ...state.addressFailures,
    ...state.restorations.filter(({ due }) => due !== undefined),
  ];
  return !missing.some((each) => isSameAddress(each.address, address));
}

/**
 * @param duration - a setting of which 0 means "not at all"
 * @returns whether it is more than that
 */
export function isWanted(duration: Duration): boolean {
  return duration > ZERO;
}
