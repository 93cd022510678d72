/** Counters of an instance since start, named as keepalived's JSON names them. */
export interface VrrpCounters {
  /** Adverts that passed all checks. */
  readonly advert_rcvd: number;
  readonly advert_sent: number;
  readonly become_master: number;
  readonly release_master: number;
  readonly packet_len_err: number;
  readonly advert_interval_err: number;
  readonly ip_ttl_err: number;
  readonly invalid_type_rcvd: number;
  readonly addr_list_err: number;
  readonly invalid_authtype: number;
  readonly authtype_mismatch: number;
  readonly auth_failure: number;
  readonly auth_ext_missing: number;
  readonly auth_ext_malformed: number;
  readonly auth_ext_unknown_key: number;
  readonly auth_ext_invalid_hmac: number;
  readonly auth_ext_stale: number;
  readonly auth_ext_replay: number;
  readonly checksum_err: number;
  readonly version_err: number;
  readonly pri_zero_rcvd: number;
  readonly pri_zero_sent: number;
}

/** All zero. */
export const NO_COUNTS: VrrpCounters = {
  advert_rcvd: 0,
  advert_sent: 0,
  become_master: 0,
  release_master: 0,
  packet_len_err: 0,
  advert_interval_err: 0,
  ip_ttl_err: 0,
  invalid_type_rcvd: 0,
  addr_list_err: 0,
  invalid_authtype: 0,
  authtype_mismatch: 0,
  auth_failure: 0,
  auth_ext_missing: 0,
  auth_ext_malformed: 0,
  auth_ext_unknown_key: 0,
  auth_ext_invalid_hmac: 0,
  auth_ext_stale: 0,
  auth_ext_replay: 0,
  checksum_err: 0,
  version_err: 0,
  pri_zero_rcvd: 0,
  pri_zero_sent: 0,
};

/**
 * @param counters - before
 * @param names - which to raise by one
 * @returns the counters after
 */
export function count(
  counters: VrrpCounters,
  ...names: readonly (keyof VrrpCounters)[]
): VrrpCounters {
  const raised = { ...counters };
  for (const name of names) raised[name] += 1;
  return raised;
}
