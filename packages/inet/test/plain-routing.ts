/** What ordinary entries of routing tables have in common, for tests. */

/** A unicast route in the main table, by the number that keepalived's routes have. */
export const PLAIN_ROUTE = {
  family: 4,
  table: 254,
  protocol: 18,
  scope: 0,
  type: 1,
  flags: 0,
  tos: 0,
} as const;

/** A rule that looks into table 100. */
export const PLAIN_RULE = {
  family: 4,
  action: 1,
  table: 100,
  flags: 0,
  protocol: 18,
  tos: 0,
} as const;
