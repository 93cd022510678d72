import type { IpAddress, IpFamily } from '@tandem/inet';
import type { Duration } from '@tandem/time';
import type { CheckSettings, CommandSettings } from './check-settings.ts';

/** How packets reach a real server. */
export type ForwardingMethod = 'NAT' | 'DR' | 'TUN';

/** What packets are wrapped into on their way through a tunnel that is not plain IP in IP. */
export interface TunnelSettings {
  readonly type: 'gue' | 'gre';
  /** UDP port of type gue, else 0. */
  readonly port: number;
  readonly checksum: 'none' | 'full' | 'remote';
}

/** Transport protocol of a virtual server. */
export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** One real server, all defaults filled in. */
export interface RealServerSettings {
  readonly address: IpAddress;
  /** Equal to the virtual server's with DR and TUN, but in a group as written, or 0. */
  readonly port: number;
  /** 0–2147483647 */
  readonly weight: number;
  readonly forwarding: ForwardingMethod;
  /** With TUN; absent: IP in IP. */
  readonly tunnel?: TunnelSettings;
  /** Weight 0 instead of removal while down. */
  readonly inhibitOnFailure: boolean;
  /** Connections above which no new one comes; 0 means no limit. */
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly notifyUp?: CommandSettings;
  readonly notifyDown?: CommandSettings;
  readonly smtpAlert: boolean;
  /** Time from a recovery to the whole weight; absent: at once. */
  readonly slowStart?: Duration;
  readonly checks: readonly CheckSettings[];
}

/** Who serves while the quorum is lost. */
export interface SorryServerSettings {
  readonly address: IpAddress;
  /** 0: that of the packet. */
  readonly port: number;
  readonly forwarding: ForwardingMethod;
  /** With TUN; absent: IP in IP. */
  readonly tunnel?: TunnelSettings;
  /** In the table at weight 0 while it is not needed. */
  readonly inhibit: boolean;
}

/** What a virtual server listens on. */
export type VirtualServerKey =
  | {
      readonly kind: 'address';
      readonly address: IpAddress;
      readonly port: number;
      readonly protocol: Protocol;
    }
  | { readonly kind: 'fwmark'; readonly mark: number; readonly family: IpFamily }
  | {
      readonly kind: 'group';
      readonly name: string;
      /** Which of the virtual servers of that group it is, from 0. */
      readonly index: number;
      /** Absent where all members are marks. */
      readonly protocol?: Protocol;
    };

/** A line of a virtual_server_group: services that share one virtual server. */
export type ServiceTarget =
  | {
      readonly kind: 'addresses';
      /** Of one family; both ends included, at most 65536 addresses. */
      readonly first: IpAddress;
      readonly last: IpAddress;
      readonly port: number;
    }
  | { readonly kind: 'fwmark'; readonly mark: number; readonly family: IpFamily };

/**
 * One virtual server, all defaults filled in.
 * @see keepalived.conf(5) virtual_server
 */
export interface VirtualServerSettings {
  readonly key: VirtualServerKey;
  /** Of a group: what it listens on. */
  readonly members?: readonly ServiceTarget[];
  /** Kernel scheduler name, `rr` … */
  readonly scheduler: string;
  /** Scheduler flag bits as the kernel has them (IP_VS_SVC_F_SCHED1…3). */
  readonly schedulerFlags: number;
  readonly onePacket: boolean;
  /** Absent: no persistence. */
  readonly persistenceTimeout?: Duration;
  /** What makes packets those of one client beside its address: `sip`. Absent: nothing. */
  readonly persistenceEngine?: string;
  /** IPv4: mask bits 0–32; IPv6: prefix 0–128. Full length by default; of a group 128, at most. */
  readonly persistenceGranularity: number;
  readonly quorum: number;
  readonly hysteresis: number;
  readonly quorumUp?: CommandSettings;
  readonly quorumDown?: CommandSettings;
  /** Start with real servers down until checked. */
  readonly alpha: boolean;
  /** Run the down notifiers at stop. */
  readonly omega: boolean;
  /** Real servers are checked only while one of its addresses is on this box. */
  readonly haSuspend?: true;
  /** While this box is not the director, a server on it answers for the address. */
  readonly redirect?: true;
  /** Attempts that other virtual servers make, too, are made once. */
  readonly shareChecks?: true;
  /** A real server that is configured no longer keeps its connections so long; absent: it does not. */
  readonly drainOnRemoval?: Duration;
  /** Mail of the virtual server itself (quorum). */
  readonly smtpAlert: boolean;
  readonly sorryServer?: SorryServerSettings;
  readonly realServers: readonly RealServerSettings[];
}
