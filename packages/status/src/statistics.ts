import type { VrrpCounters } from '@tandem/vrrp';
import type { VrrpInstanceSnapshot } from './snapshot.ts';

type Row = readonly [label: string, counter: keyof VrrpCounters];

/** Layout of the statistics file; a row without counter is a heading. */
const ROWS: readonly (Row | string)[] = [
  '  Advertisements:',
  ['    Received', 'advert_rcvd'],
  ['    Sent', 'advert_sent'],
  ['  Became master', 'become_master'],
  ['  Released master', 'release_master'],
  '  Packet Errors:',
  ['    Length', 'packet_len_err'],
  ['    TTL', 'ip_ttl_err'],
  ['    Invalid Type', 'invalid_type_rcvd'],
  ['    Advertisement Interval', 'advert_interval_err'],
  ['    Address List', 'addr_list_err'],
  '  Authentication Errors:',
  ['    Invalid Type', 'invalid_authtype'],
  ['    Type Mismatch', 'authtype_mismatch'],
  ['    Failure', 'auth_failure'],
];

/** Only of an instance with auth_hmac: keepalived before 2.4 has no such lines. */
const TRAILER_ROWS: readonly (Row | string)[] = [
  '  Authentication Extension Errors:',
  ['    Missing', 'auth_ext_missing'],
  ['    Malformed', 'auth_ext_malformed'],
  ['    Unknown Key', 'auth_ext_unknown_key'],
  ['    Invalid HMAC', 'auth_ext_invalid_hmac'],
  ['    Stale', 'auth_ext_stale'],
  ['    Replay', 'auth_ext_replay'],
];

const LAST_ROWS: readonly (Row | string)[] = [
  '  Priority Zero:',
  ['    Received', 'pri_zero_rcvd'],
  ['    Sent', 'pri_zero_sent'],
];

/**
 * The statistics file that keepalived writes on SIGUSR2, line for line: other programs parse it.
 * @param instances - in configuration order
 * @returns the file's text
 * @see keepalived(8) SIGUSR2
 */
export function formatStatistics(instances: readonly VrrpInstanceSnapshot[]): string {
  return instances.map((instance) => `${instanceLines(instance).join('\n')}\n`).join('');
}

function instanceLines(instance: VrrpInstanceSnapshot): string[] {
  const trailerRows = instance.hmac === undefined ? [] : TRAILER_ROWS;
  const rows = [...ROWS, ...trailerRows, ...LAST_ROWS].map((row) =>
    typeof row === 'string' ? row : `${row[0]}: ${instance.counters[row[1]]}`,
  );
  return [`VRRP Instance: ${instance.name}`, ...rows];
}
