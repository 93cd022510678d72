/** The kernel's words for routes and routing rules, but for the numbers that interfaces have. */
import type { IpAddress, IpFamily } from './ip.ts';
import type { Prefix } from './prefix.ts';

/**
 * Metrics of a route that are numbers, by the name that `ip route` gives them.
 * @see linux/rtnetlink.h RTAX_*
 */
export const ROUTE_METRICS = {
  mtu: 2,
  window: 3,
  rtt: 4,
  rttvar: 5,
  ssthresh: 6,
  cwnd: 7,
  advmss: 8,
  reordering: 9,
  hoplimit: 10,
  initcwnd: 11,
  features: 12,
  rto_min: 13,
  initrwnd: 14,
  quickack: 15,
  fastopen_no_cookie: 17,
} as const;

/** RTAX_CC_ALGO, the one that is a word. */
export const ROUTE_CONGESTION_CONTROL = 16;

/** rtt counts eighths of a millisecond, rttvar quarters, rto_min whole ones; features: 1 is ECN. */
export type RouteMetrics = Readonly<Partial<Record<keyof typeof ROUTE_METRICS, number>>> & {
  /** Bits, by the number of the metric: the kernel must not change it. */
  readonly lock?: number;
  /** Name of the algorithm. */
  readonly congctl?: string;
};

/** What packets are wrapped into. @see linux/lwtunnel.h */
export type Encapsulation =
  | {
      readonly type: 'ip' | 'ip6';
      readonly id?: number;
      readonly destination?: IpAddress;
      readonly source?: IpAddress;
      /** TTL or hop limit, 0–255. */
      readonly ttl?: number;
      /** Type of service or traffic class, 0–255. */
      readonly tos?: number;
      /** TUNNEL_*, 16 bits. */
      readonly flags?: number;
    }
  | {
      readonly type: 'mpls';
      /** 0–1048575 each, outermost first. */
      readonly labels: readonly number[];
      readonly ttl?: number;
    };

/** Where to: of a route, or one of several ways of it. */
export interface Way {
  /** Of the same family as the route, or IPv6 for an IPv4 route. */
  readonly gateway?: IpAddress;
  /** RTNH_F_* and RTM_F_*: 1 dead, 4 on-link, 0x10 link down. */
  readonly flags: number;
  /** Of accounting: source in the upper, destination in the lower 16 bits. */
  readonly realms?: number;
  readonly encapsulation?: Encapsulation;
}

/** One of several ways. */
export interface WeightedWay extends Way {
  /** 1–256, relative to the others. */
  readonly weight: number;
}

/** An entry of a routing table, but for its interfaces. */
export interface RouteEntry extends Way {
  readonly family: IpFamily;
  /** The default route has 0.0.0.0/0 or ::/0. */
  readonly destination: Prefix;
  /** RT_TABLE_*: 254 main, 255 local, 253 default. */
  readonly table: number;
  /** Who made it, RTPROT_*: 2 the kernel, 3 boot, 4 static, 18 keepalived. */
  readonly protocol: number;
  /** RT_SCOPE_*: 0 global, 253 link, 254 host. */
  readonly scope: number;
  /** RTN_*: 1 unicast, 2 local, 3 broadcast, 6 blackhole, 7 unreachable, 8 prohibit. */
  readonly type: number;
  /** Smaller is better; the kernel's default is 0 for IPv4, 1024 for IPv6. */
  readonly metric?: number;
  readonly preferredSource?: IpAddress;
  /** Only for packets from here. */
  readonly source?: Prefix;
  /** Type of service, 0 for any. */
  readonly tos: number;
  readonly metrics?: RouteMetrics;
  /** IPv6: the kernel removes it after so many seconds. */
  readonly expiresSeconds?: number;
  /** IPv6, ICMPV6_ROUTER_PREF_*: 1 high, 3 low; absent: medium. */
  readonly preference?: number;
  /** Whether MPLS takes over the TTL. */
  readonly ttlPropagate?: boolean;
}

/** Numbers from the first to the last. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Which packets are routed by which table, or what else becomes of them.
 * @see linux/fib_rules.h
 */
export interface RoutingRule {
  readonly family: IpFamily;
  /** Lower ones are looked at first. */
  readonly priority: number;
  /** FR_ACT_*: 1 look up, 2 goto, 3 nothing, 6 blackhole, 7 unreachable, 8 prohibit. */
  readonly action: number;
  /** RT_TABLE_*; 0 without one. */
  readonly table: number;
  /** FIB_RULE_*: 2 the packets that do not match. */
  readonly flags: number;
  /** Who made it, RTPROT_*. */
  readonly protocol: number;
  /** Type of service, 0 for any. */
  readonly tos: number;
  readonly from?: Prefix;
  readonly to?: Prefix;
  readonly inputInterface?: string;
  readonly outputInterface?: string;
  readonly mark?: number;
  readonly markMask?: number;
  /** Priority of the rule to go on with. */
  readonly goto?: number;
  /** As of a route. */
  readonly realms?: number;
  /** Routes with a prefix of at most so many bits do not count. */
  readonly suppressPrefixLength?: number;
  /** Routes by interfaces of this group do not count. */
  readonly suppressInterfaceGroup?: number;
  readonly tunnelId?: number;
  readonly users?: NumberRange;
  /** Look up in the table of the interface's VRF. */
  readonly l3mdev?: boolean;
  /** IPPROTO_* */
  readonly ipProtocol?: number;
  readonly sourcePorts?: NumberRange;
  readonly destinationPorts?: NumberRange;
}
