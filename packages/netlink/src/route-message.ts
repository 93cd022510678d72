/**
 * Message types of rtnetlink.
 * @see linux/rtnetlink.h RTM_*
 */
export const RTM: {
  readonly NEWLINK: number;
  readonly DELLINK: number;
  readonly GETLINK: number;
  readonly NEWADDR: number;
  readonly DELADDR: number;
  readonly GETADDR: number;
  readonly NEWROUTE: number;
  readonly DELROUTE: number;
  readonly GETROUTE: number;
  readonly NEWNEIGH: number;
  readonly DELNEIGH: number;
  readonly GETNEIGH: number;
  readonly NEWRULE: number;
  readonly DELRULE: number;
  readonly GETRULE: number;
} = {
  NEWLINK: 16,
  DELLINK: 17,
  GETLINK: 18,
  NEWADDR: 20,
  DELADDR: 21,
  GETADDR: 22,
  NEWROUTE: 24,
  DELROUTE: 25,
  GETROUTE: 26,
  NEWNEIGH: 28,
  DELNEIGH: 29,
  GETNEIGH: 30,
  NEWRULE: 32,
  DELRULE: 33,
  GETRULE: 34,
};

/**
 * Multicast groups of rtnetlink.
 * @see linux/rtnetlink.h enum rtnetlink_groups
 */
export const RTNLGRP: {
  readonly links: readonly number[];
  readonly addresses: readonly number[];
  readonly routes: readonly number[];
  readonly rules: readonly number[];
} = {
  /** RTNLGRP_LINK */
  links: [1],
  /** RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR */
  addresses: [5, 9],
  /** RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE */
  routes: [7, 11],
  /** RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE */
  rules: [8, 19],
};
