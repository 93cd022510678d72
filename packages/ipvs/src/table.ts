import type { IpAddress, IpFamily } from '@tandem/inet';

/** Identity of a service in the kernel. */
export type ServiceKey =
  | {
      readonly kind: 'address';
      /** IPPROTO number: 6 TCP, 17 UDP, 132 SCTP. */
      readonly protocol: number;
      readonly address: IpAddress;
      readonly port: number;
    }
  | { readonly kind: 'fwmark'; readonly mark: number; readonly family: IpFamily };

/**
 * A service as the kernel holds it.
 * @see linux/ip_vs.h IPVS_SVC_ATTR_*
 */
export interface Service {
  readonly key: ServiceKey;
  /** rr, wrr, lc … at most 15 characters. */
  readonly scheduler: string;
  /** IP_VS_SVC_F_* without HASHED: 1 persistent, 4 one-packet, 8/16/32 scheduler flags. */
  readonly flags: number;
  /** Persistence, in seconds; 0 without. */
  readonly timeoutSeconds: number;
  /** Persistence granularity: mask bits (IPv4) or prefix length (IPv6). */
  readonly netmaskBits: number;
  /** Persistence engine, such as `sip`. */
  readonly persistenceEngine?: string;
}

/** How the director hands a packet on: IP_VS_CONN_F_MASQ 0, LOCALNODE 1, TUNNEL 2, DROUTE 3. */
export type ForwardingMethod = 'Masq' | 'Local' | 'Tunnel' | 'Route';

/**
 * What packets to a destination are wrapped into, where that is not another IP header alone.
 * @see linux/ip_vs.h IPVS_DEST_ATTR_TUN_*, Linux 5.2 or later
 */
export interface Tunnel {
  readonly type: 'gue' | 'gre';
  /** UDP port of type gue, else 0. */
  readonly port: number;
  /** Remote: computed by the other end; type gue only. */
  readonly checksum: 'none' | 'full' | 'remote';
}

/** A destination as the kernel holds it. */
export interface Destination {
  readonly address: IpAddress;
  readonly port: number;
  readonly forwarding: ForwardingMethod;
  /** With Tunnel; absent: IP in IP. */
  readonly tunnel?: Tunnel;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
}

/** Counters in 64 bit, as numbers up to 2^53. */
export interface Counters {
  readonly connections: number;
  readonly inPackets: number;
  readonly outPackets: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

/** A destination with what the kernel counts for it. */
export interface ActualDestination extends Destination {
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
  readonly counters: Counters;
}

/** A service with its destinations, as it should be. */
export interface DesiredService extends Service {
  readonly destinations: readonly Destination[];
}

/** A service with its destinations, as read from the kernel. */
export interface ActualService extends Service {
  readonly counters: Counters;
  readonly destinations: readonly ActualDestination[];
}
