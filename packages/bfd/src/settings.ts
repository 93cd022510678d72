import type { IpAddress } from '@tandem/inet';
import type { Duration } from '@tandem/time';

/**
 * A bfd_instance, all defaults filled in.
 * @see keepalived.conf(5) BFD CONFIGURATION
 */
export interface BfdSettings {
  readonly name: string;
  readonly neighbour: IpAddress;
  /** Of the family of the neighbour; absent: the kernel's choice. */
  readonly source?: IpAddress;
  /** UDP port: 3784 one hop away, 4784 with `multihop`. */
  readonly port: number;
  readonly requiredMinRx: Duration;
  /** While the session is up. */
  readonly desiredMinTx: Duration;
  /** While it is not; at least 1 s. */
  readonly idleTx: Duration;
  /** 1–255 */
  readonly detectMultiplier: number;
  /** Wait for the other end to speak first. */
  readonly passive: boolean;
  /** TTL or hop limit of what is sent, 1–255. */
  readonly ttl: number;
  /** Least TTL or hop limit of what is heard, 0–255. */
  readonly ttlMin: number;
  /** Who is told of it. */
  readonly tells: { readonly vrrp: boolean; readonly checkers: boolean };
}
