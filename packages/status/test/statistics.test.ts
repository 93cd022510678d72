import { expect, test } from 'vitest';
import { formatStatistics, type VrrpInstanceSnapshot } from '../src/index.ts';

const instance: VrrpInstanceSnapshot = {
  name: 'VI_1',
  interface: 'eth0',
  virtualRouterId: 51,
  state: 'MASTER',
  lastTransitionEpochMs: 0,
  basePriority: 100,
  effectivePriority: 100,
  addresses: [],
  routes: [],
  rules: [],
  masterDownIntervalMs: 3609,
  trackers: [],
  reasons: [],
  faults: [],
  counters: {
    advert_rcvd: 8,
    advert_sent: 15,
    become_master: 2,
    release_master: 1,
    packet_len_err: 3,
    advert_interval_err: 4,
    ip_ttl_err: 5,
    invalid_type_rcvd: 6,
    addr_list_err: 7,
    invalid_authtype: 9,
    authtype_mismatch: 10,
    auth_failure: 11,
    auth_ext_missing: 17,
    auth_ext_malformed: 18,
    auth_ext_unknown_key: 19,
    auth_ext_invalid_hmac: 20,
    auth_ext_stale: 21,
    auth_ext_replay: 22,
    checksum_err: 12,
    version_err: 13,
    pri_zero_rcvd: 14,
    pri_zero_sent: 16,
  },
};

test('the statistics file has the layout that exporters parse', () => {
  expect(formatStatistics([instance])).toBe(`VRRP Instance: VI_1
  Advertisements:
    Received: 8
    Sent: 15
  Became master: 2
  Released master: 1
  Packet Errors:
    Length: 3
    TTL: 5
    Invalid Type: 6
    Advertisement Interval: 4
    Address List: 7
  Authentication Errors:
    Invalid Type: 9
    Type Mismatch: 10
    Failure: 11
  Priority Zero:
    Received: 14
    Sent: 16
`);
});

test('without an instance the file is empty', () => {
  expect(formatStatistics([])).toBe('');
});
