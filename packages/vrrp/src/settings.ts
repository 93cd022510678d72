import type { IpAddress, IpFamily } from '@tandem/inet';
import type { Duration } from '@tandem/time';
import type { ReceiveRoom } from './receive-buffer.ts';
import type { Routing } from './routing-settings.ts';
import type { AddressInterface, VirtualInterface } from './virtual-interface.ts';
import type { RouterAdvertSettings } from './router-advert.ts';

/** An address that an instance puts on an interface while it is master. */
export interface VirtualAddress {
  readonly address: IpAddress;
  /** Prefix length in bits; keepalived's default is 32 (IPv4) or 128 (IPv6). */
  readonly prefixLength: number;
  /** Interface name; the instance's own unless `dev` was given. */
  readonly device: string;
  /** Broadcast address, when `brd` was given (already computed for `+` and `-`). */
  readonly broadcast?: IpAddress;
  /** Interface label, at most 15 characters. */
  readonly label?: string;
  /** rt_scopes number: 0 global, 200 site, 253 link, 254 host, 255 nowhere. */
  readonly scope: number;
  /** The other end of a link; the prefix length is its then. */
  readonly peer?: IpAddress;
  /** IFA_F_*; absent: no duplicate address detection (IPv6), none (IPv4). */
  readonly flags?: number;
  /** For how long it is chosen as source, in seconds; absent: for ever. */
  readonly preferredSeconds?: number;
  /** False: nobody minds when somebody else removes it. */
  readonly track?: boolean;
}

/** A command to be run on an event; `argv` is already split as keepalived splits it. */
export interface ScriptSettings {
  /** Program and arguments; at least one element. */
  readonly argv: readonly string[];
  /** Account to run as; absent means the daemon's default script user. */
  readonly user?: string;
  readonly group?: string;
}

/** Commands of an instance, one per event; an absent one is not run. */
export interface NotifyScripts {
  readonly master?: ScriptSettings;
  readonly backup?: ScriptSettings;
  readonly fault?: ScriptSettings;
  readonly stop?: ScriptSettings;
  /** Run at every event with `INSTANCE NAME STATE PRIORITY` appended. */
  readonly any?: ScriptSettings;
  readonly masterRxLowerPriority?: ScriptSettings;
  /** Run when a reload has removed the instance; FAULT's is not. */
  readonly deleted?: ScriptSettings;
}

/** Gratuitous ARP (and unsolicited neighbour advertisement) timing. */
export interface GarpSettings {
  /** Second set after becoming master; 0 means none. Default 5 s. */
  readonly masterDelay: Duration;
  /** Packets per address per set, at least 1. Default 5. */
  readonly masterRepeat: number;
  /** Period of refreshes while master; 0 means none. */
  readonly masterRefresh: Duration;
  /** Packets per address per refresh, at least 1. */
  readonly masterRefreshRepeat: number;
  /** Second set after an advert of lower priority. Default: masterDelay. */
  readonly lowerPriorityDelay: Duration;
  /** Packets per address after an advert of lower priority; 0 means none. Default: masterRepeat. */
  readonly lowerPriorityRepeat: number;
  /** While master, of one address of each interface that no advert leaves by. */
  readonly extra?: {
    /** At least 1 s. */
    readonly period: Duration;
    /** False: of macvlans alone. */
    readonly all: boolean;
  };
}

/** Version 2 authentication, in clear or by a keyed hash; the password is 1–8 octets. */
export interface Authentication {
  readonly type: 'PASS' | 'AH';
  readonly password: string;
}

/**
 * A trailer of each advert that proves who sent it and that it is fresh.
 * @see keepalived.conf(5) auth_hmac
 */
export interface HmacSettings {
  /** At least one; ids 1–255, 32–64 octets in hexadecimal digits. */
  readonly keys: readonly { readonly id: number; readonly octets: string }[];
  /** The key that own adverts are signed with. */
  readonly activeKey: number;
  /** time: stamps must be fresh, too; monotonic: they must only grow. */
  readonly antiReplay: 'time' | 'monotonic';
  /** How far a stamp may be from the own clock. */
  readonly timeWindow: Duration;
  /**
   * enforce: adverts without a trailer are dropped; permissive: they count; receive-only: they
   * count, and own ones have none.
   */
  readonly mode: 'enforce' | 'permissive' | 'receive-only';
}

/** A box that adverts are sent to, and those expected from it. */
export interface UnicastPeer {
  readonly address: IpAddress;
  /** 0–255; default 0. */
  readonly minTtl: number;
  /** 0–255; default 255. */
  readonly maxTtl: number;
}

/**
 * What somebody else removes is put back; or the master yields to others, as keepalived does; or it
 * goes to FAULT until a reload.
 */
export type DriftPolicy = 'restore' | 'yield' | 'fault';

/** Adverts to each peer instead of to a group. */
export interface UnicastSettings {
  /** None, with `unicast_fault_no_peer`: the instance stays in FAULT. */
  readonly peers: readonly UnicastPeer[];
  /** TTL or hop limit of own adverts, 0–255; default 255. */
  readonly ttl: number;
  /** Whether adverts of others than the peers are dropped. */
  readonly checkSource: boolean;
  /**
   * Version 3 over IPv4: whether the checksum has the multicast group for its destination, as with
   * keepalived before 1.3.7. Absent: towards peers that do so.
   */
  readonly oldChecksum?: 'always' | 'never';
}

/** What instances can follow. */
export type TrackerKind = 'interface' | 'script' | 'file' | 'process' | 'bfd';

/** Something that an instance follows, and what it means to it. */
export interface TrackerSettings {
  readonly kind: TrackerKind;
  /** Of the interface, or of the block that defines it. */
  readonly name: string;
  /** -254–254; of a file: the factor of its number. 0: FAULT instead of a change of priority. */
  readonly weight: number;
  /** The change of priority is negated; with weight 0, good and bad are swapped. */
  readonly reverse: boolean;
}

/**
 * One VRRP instance, all defaults filled in.
 * @see keepalived.conf(5) vrrp_instance
 */
export interface VrrpInstanceSettings {
  readonly name: string;
  readonly interface: string;
  /** 1–255 */
  readonly virtualRouterId: number;
  readonly family: IpFamily;
  readonly version: 2 | 3;
  /** Configured (base) priority, 1–255; 255 is the address owner. */
  readonly priority: number;
  /** Matters only with priority 255 (inventory §3.2). */
  readonly initialState: 'MASTER' | 'BACKUP';
  /** Version 2: whole seconds. */
  readonly advertisementInterval: Duration;
  readonly authentication?: Authentication;
  /** Not beside `authentication`. */
  readonly hmac?: HmacSettings;
  /** In configuration order, which is the order in packets. */
  readonly addresses: readonly VirtualAddress[];
  /** Not in packets. */
  readonly excludedAddresses: readonly VirtualAddress[];
  /** What the master sets beside its addresses, in this order: routes, rules. */
  readonly routing: readonly Routing[];
  /** What follows when somebody else removes one of its addresses, routes or rules. */
  readonly onDrift: DriftPolicy;
  /** The kernel keeps secondary addresses of the interface when the primary one goes. */
  readonly promoteSecondaries: boolean;
  readonly preempt: boolean;
  /** 0 means at once. */
  readonly preemptDelay: Duration;
  /** Adverts missed before the master is taken for dead. Default 3. */
  readonly downTimerAdverts: number;
  readonly garp: GarpSettings;
  readonly skipCheckAdvertAddresses: boolean;
  readonly lowerPriorityNoAdvert: boolean;
  readonly higherPrioritySendAdvert: boolean;
  /** Version 3 over IPv4: the checksum covers the advert alone. */
  readonly checksumAsVersion2: boolean;
  /** With priority 255 nothing that others say counts. */
  readonly ownerIgnoresAdverts: boolean;
  /** False with `dont_track_primary`: the own link's state is ignored. */
  readonly trackPrimary: boolean;
  /** Each at most once; those of its sync group are among them. */
  readonly trackers: readonly TrackerSettings[];
  /** Name of the sync group that it belongs to. */
  readonly syncGroup?: string;
  /** What adverts are sent from; absent: the interface's primary or link-local address. */
  readonly sourceAddress?: IpAddress;
  /** With track_src_ip: FAULT while no interface has it, as always with `unicast`. */
  readonly trackSource?: true;
  /** Default 224.0.0.18 or ff02::12; not used with `unicast`. */
  readonly multicastGroup: IpAddress;
  /** Absent: adverts go to the group. */
  readonly unicast?: UnicastSettings;
  /** Of the socket that its adverts come by, whose instances add up; absent: the daemon decides. */
  readonly receiveRoom?: ReceiveRoom;
  /** False: a master that does not own the addresses drops packets to them. */
  readonly accept: boolean;
  /** Absent: addresses and adverts are on `interface` itself. */
  readonly virtualInterface?: VirtualInterface;
  /** Those that addresses are on beside it; absent: none. */
  readonly addressInterfaces?: readonly AddressInterface[];
  readonly notify: NotifyScripts;
  /** Its removal at a reload is told as DELETED, instead of FAULT. */
  readonly notifyDeleted: boolean;
  /** FIFOs are told of changes of its priority, too. */
  readonly notifyPriorityChanges: boolean;
  readonly smtpAlert: boolean;
  /** What its master advertises as a router of IPv6; absent: nothing. Not without a link-local address. */
  readonly routerAdvert?: RouterAdvertSettings;
  /** Interface of the LVS connection sync daemon that follows this instance. */
  readonly lvsSyncDaemonInterface?: string;
}

/**
 * Instances that change state together.
 * @see keepalived.conf(5) vrrp_sync_group
 */
export interface SyncGroupSettings {
  readonly name: string;
  /** Names of instances, in configuration order; at least one. */
  readonly members: readonly string[];
  readonly notify: NotifyScripts;
  readonly smtpAlert: boolean;
}

/**
 * A script whose result instances follow.
 * @see keepalived.conf(5) vrrp_script
 */
export interface TrackScriptSettings extends ScriptSettings {
  readonly name: string;
  /** From start to start. Default 1 s. */
  readonly interval: Duration;
  /** A run that takes longer has failed. Default: interval. */
  readonly timeout: Duration;
  /** Successes in a row that make it good, at least 1. */
  readonly rise: number;
  /** Failures in a row that make it bad, at least 1. */
  readonly fall: number;
  /** One success at the start is not enough when `rise` wants more. */
  readonly initFail: boolean;
}

/**
 * A file whose number instances follow.
 * @see keepalived.conf(5) track_file
 */
export interface TrackFileSettings {
  readonly name: string;
  readonly path: string;
  /** What the file is made with; without `overwrite`, only where there is none. */
  readonly initial?: { readonly value: number; readonly overwrite: boolean };
}

/**
 * Processes whose number instances follow.
 * @see keepalived.conf(5) vrrp_track_process
 */
export interface TrackProcessSettings {
  readonly name: string;
  /** Its name, or the path that it is started by. */
  readonly process: string;
  readonly parameters: readonly string[];
  /** All parameters as they are; all, the last of them by its beginning; the first ones. */
  readonly match: 'exact' | 'initial' | 'partial';
  /** False: the name alone decides. */
  readonly wholeCommand: boolean;
  /** 1–65535 */
  readonly quorum: number;
  /** 0–65535; absent: no limit. */
  readonly quorumMax?: number;
  /** How long their number must have been right to count; 0: not at all. */
  readonly forkDelay: Duration;
  /** How long it must have been wrong. */
  readonly terminateDelay: Duration;
}
