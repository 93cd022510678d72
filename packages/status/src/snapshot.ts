import type { IpAddress } from '@tandem/inet';
import type {
  Drain,
  Ramp,
  ServiceTarget,
  VirtualServerKey,
  WeightAdjustment,
} from '@tandem/health';
import type {
  HmacSettings,
  TrackerSettings,
  VrrpCounters,
  VrrpInstanceSettings,
  VrrpState,
} from '@tandem/vrrp';

/** What one tracker says, and what that means to an instance. */
export interface TrackerSnapshot extends TrackerSettings {
  /** Good or bad, the number in a file, or what cannot be known; absent: not known yet. */
  readonly value?: boolean | number | 'disabled';
  /** Milliseconds since 1970 when it began to say so. */
  readonly sinceEpochMs?: number;
  /** What it adds to the priority. */
  readonly contribution: number;
  /** Whether it keeps the instance in FAULT. */
  readonly fault: boolean;
  /** What it says, in words. */
  readonly detail: string;
}

/** How an instance signs its adverts. */
interface HmacSnapshot extends Pick<HmacSettings, 'mode' | 'activeKey'> {
  /** Routers heard lately, whose last adverts were signed right. */
  readonly signers: readonly IpAddress[];
}

/** What hosts are told of the virtual router, since this node became its master. */
export interface RouterAdvertSnapshot {
  /** Router advertisements sent. */
  readonly sent: number;
  /** Valid router solicitations heard. */
  readonly solicited: number;
  /** Milliseconds since 1970; absent: none was sent. */
  readonly lastSentEpochMs?: number;
  /** What is wrong with it now, one sentence each. */
  readonly problems: readonly string[];
}

/** What an instance is, and why. */
export interface VrrpInstanceSnapshot
  extends
    Pick<VrrpInstanceSettings, 'name' | 'interface' | 'virtualRouterId' | 'syncGroup'>,
    Pick<VrrpState, 'state' | 'basePriority' | 'effectivePriority'> {
  /** The one of its own that its addresses are on. */
  readonly virtualInterface?: string;
  /** Milliseconds since 1970 of the last change of state. */
  readonly lastTransitionEpochMs: number;
  readonly trackers: readonly TrackerSnapshot[];
  readonly addresses: readonly string[];
  /** Of these, what is there though the instance is not master, one sentence each; absent: none. */
  readonly strangers?: readonly string[];
  /** What servers on this box answer for in its place, one sentence each; absent: nothing. */
  readonly redirects?: readonly string[];
  /** Those of the master, one line each. */
  readonly routes: readonly string[];
  /** Those of the master, one line each. */
  readonly rules: readonly string[];
  /** Who is master as far as this node knows; absent while nobody was heard. */
  readonly master?: { readonly address: IpAddress; readonly priority: number };
  readonly masterDownIntervalMs: number;
  /** One sentence each: why the instance is in FAULT, or is not master. */
  readonly reasons: readonly string[];
  /** FAULT: the same reasons, and milliseconds since 1970 when each came up. */
  readonly faults: readonly { readonly reason: string; readonly sinceEpochMs: number }[];
  readonly counters: VrrpCounters;
  /** Absent: without router_advert. */
  readonly routerAdvert?: RouterAdvertSnapshot;
  /** Absent: without auth_hmac. */
  readonly hmac?: HmacSnapshot;
}

/** An address, route or rule that stays, whoever is master. */
export interface StaticSnapshot {
  readonly kind: 'address' | 'route' | 'rule';
  /** The line. */
  readonly text: string;
  /** Why it is not there, as a sentence; absent: it is. */
  readonly problem?: string;
}

/** One checker of one real server. */
export interface CheckSnapshot {
  readonly type: string;
  readonly up: boolean;
  readonly hasRun: boolean;
  /** What it wants of the real server's weight; absent: nothing. */
  readonly adjustment?: WeightAdjustment;
  /** Last outcome in words. */
  readonly detail: string;
  readonly lastRunEpochMs?: number;
  readonly lastDurationMs?: number;
}

/** One real server as the health side sees it. */
export interface RealServerSnapshot {
  readonly address: IpAddress;
  readonly port: number;
  readonly up: boolean;
  /** Slow start and quorum aside. */
  readonly weight: number;
  /** What it has in the kernel's table; absent: it is not there. */
  readonly tableWeight?: number;
  /** How many tenths of it are in effect after a recovery; absent: all. */
  readonly ramp?: Ramp;
  /** Somebody wants it out; absent: nobody does. */
  readonly drain?: Drain;
  /** Milliseconds since 1970 when it is out at the latest; absent: out, or when it has no connection. */
  readonly drainEndsEpochMs?: number;
  /** It is configured no longer, and only drains. */
  readonly isRemoved?: true;
  readonly checks: readonly CheckSnapshot[];
}

/** Who answers when the quorum is lost. */
interface SorryServerSnapshot {
  readonly address: IpAddress;
  readonly port: number;
  /** It does now. */
  readonly serves: boolean;
}

/** A service that the kernel does not have as it is wanted. */
export interface RefusedService {
  /** Such as `TCP 10.0.0.1:80`. */
  readonly service: string;
  /** What the kernel has instead, which may be the one that is wanted; absent: it has no such service. */
  readonly scheduler?: string;
  /** What the kernel said when it was asked last. */
  readonly why: string;
}

/** One virtual server as the health side sees it. */
export interface VirtualServerSnapshot {
  readonly key: VirtualServerKey;
  /** Of a group. */
  readonly members?: readonly ServiceTarget[];
  /** As configured. */
  readonly scheduler: string;
  /** Of its services, those that the kernel does not take; absent: none. */
  readonly refused?: readonly RefusedService[];
  readonly quorumUp: boolean;
  readonly quorum: number;
  readonly weightSum: number;
  /** With ha_suspend, as this box has none of its addresses: nothing is checked. */
  readonly isSuspended?: true;
  /** Absent: there is none. */
  readonly sorryServer?: SorryServerSnapshot;
  readonly realServers: readonly RealServerSnapshot[];
}

/** One BFD session. */
export interface BfdSessionSnapshot {
  readonly name: string;
  readonly neighbour: IpAddress;
  readonly state: 'AdminDown' | 'Down' | 'Init' | 'Up';
  /** Why it is in this state, in the words of RFC 5880. */
  readonly diagnostic: string;
  /** What the other end says of itself. */
  readonly remoteState: 'AdminDown' | 'Down' | 'Init' | 'Up';
  readonly remoteDiagnostic: string;
  /** Time between own packets; absent: none are sent. */
  readonly transmitIntervalMs?: number;
  /** How long the other end may be silent; absent: it has not been heard. */
  readonly detectionTimeMs?: number;
}

/** State of one child process, as the supervisor knows it. */
export interface ProcessSnapshot {
  readonly name: 'supervisor' | 'vrrp' | 'ipvs' | 'bfd';
  readonly pid: number | undefined;
  readonly restarts: number;
  readonly startedEpochMs: number;
  readonly rssBytes: number | undefined;
}

/** What came of a reload. */
export interface ReloadOutcome {
  readonly accepted: boolean;
  /** Formatted diagnostics, one each. */
  readonly diagnostics: readonly string[];
}

/** What came of an order to take real servers out, or back. */
export type DrainOutcome =
  | {
      readonly accepted: true;
      /** Real servers and their virtual servers, by the names that logs have. */
      readonly servers: readonly string[];
      /** Those that are to come back, and that nobody has taken out. */
      readonly notDrained: readonly string[];
      /** One sentence for each virtual server that has no real server left. */
      readonly warnings: readonly string[];
    }
  | {
      readonly accepted: false;
      readonly problem: string;
      /** The words of the request are at fault, whatever there is. */
      readonly misused?: true;
    };

/** All that `tandemctl status` shows; a stable JSON schema, version 1. */
export interface StatusSnapshot {
  readonly version: 1;
  readonly tandem: string;
  readonly host: string;
  readonly configurationFile: string;
  readonly loadedEpochMs: number;
  readonly lastReload?: ReloadOutcome & { readonly epochMs: number };
  readonly processes: readonly ProcessSnapshot[];
  readonly vrrp: readonly VrrpInstanceSnapshot[];
  readonly statics: readonly StaticSnapshot[];
  readonly virtualServers: readonly VirtualServerSnapshot[];
  readonly bfd: readonly BfdSessionSnapshot[];
  /** One sentence each: what is wrong with the node now, such as a kernel without IPVS. */
  readonly problems: readonly string[];
}
