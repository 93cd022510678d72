/** keepalived's JSON of its instances: what exporters read after signal 36. */
import type { Settings } from '@tandem/config';
import type { VrrpInstanceSnapshot } from '@tandem/status';
import { inSeconds } from '@tandem/time';
import type { NotifyScripts, VrrpInstanceSettings } from '@tandem/vrrp';
import { addressWords, HIDDEN_PASSWORD, scriptWords, STATE_NUMBERS } from './dump-words.ts';

/** @see RFC 2338 §5.3.6 */
const AUTHENTICATION_NUMBERS = { none: 0, PASS: 1, AH: 2 } as const;

/** Keys of the scripts, in keepalived's order. */
const SCRIPT_KEYS: readonly (readonly [key: string, script: keyof NotifyScripts])[] = [
  ['script_backup', 'backup'],
  ['script_master', 'master'],
  ['script_fault', 'fault'],
  ['script_stop', 'stop'],
  ['script', 'any'],
  ['script_master_rx_lower_pri', 'masterRxLowerPriority'],
];

/**
 * Some switches are 0 or 1, others true or false, as keepalived has them.
 * @param settings - instances in configuration order
 * @param snapshots - what is known of them; an instance that is not known yet is left out
 * @returns one line without line feed, slashes escaped
 * @see keepalived(8) --signum=JSON
 */
export function formatVrrpJson(
  settings: readonly VrrpInstanceSettings[],
  snapshots: readonly VrrpInstanceSnapshot[],
): string {
  return escaped(elements(settings, snapshots));
}

/**
 * Version 2: instances are one list, tracked processes another.
 * @param settings - in force
 * @param snapshots - as for version 1
 * @returns one line without line feed, slashes escaped
 * @see keepalived.conf(5) json_version
 */
export function formatVrrpJson2(
  settings: Pick<Settings, 'vrrpInstances' | 'trackProcesses'>,
  snapshots: readonly VrrpInstanceSnapshot[],
): string {
  const followed = snapshots.flatMap(({ trackers }) => trackers);
  const track_process = settings.trackProcesses.map((each) => ({
    process: each.process,
    param_match: each.parameters.length === 0 ? 'none' : each.match,
    min_processes: each.quorum,
    have_quorum: followed.some(
      ({ kind, name, value }) => kind === 'process' && name === each.name && value === true,
    ),
    full_command: each.wholeCommand,
  }));
  return escaped({ vrrp: elements(settings.vrrpInstances, snapshots), track_process });
}

function escaped(value: object): string {
  return JSON.stringify(value).replaceAll('/', String.raw`\/`);
}

function elements(
  settings: readonly VrrpInstanceSettings[],
  snapshots: readonly VrrpInstanceSnapshot[],
): object[] {
  const known = new Map(snapshots.map((each) => [each.name, each]));
  return settings.flatMap((instance) => {
    const snapshot = known.get(instance.name);
    return snapshot === undefined
      ? []
      : [{ data: data(instance, snapshot), stats: stats(snapshot) }];
  });
}

function data(settings: VrrpInstanceSettings, snapshot: VrrpInstanceSnapshot): object {
  const { garp, authentication } = settings;
  const isMaster = snapshot.state === 'MASTER';
  return {
    iname: settings.name,
    dont_track_primary: Number(!settings.trackPrimary),
    skip_check_adv_addr: Number(settings.skipCheckAdvertAddresses),
    strict_mode: 0,
    vmac_ifname: settings.virtualInterface?.name ?? '',
    ifp_ifname: settings.interface,
    master_priority: isMaster ? 0 : (snapshot.master?.priority ?? 0),
    last_transition: snapshot.lastTransitionEpochMs / 1000,
    garp_delay: inSeconds(garp.masterDelay),
    garp_refresh: inSeconds(garp.masterRefresh),
    garp_rep: garp.masterRepeat,
    garp_refresh_rep: garp.masterRefreshRepeat,
    garp_lower_prio_delay: inSeconds(garp.lowerPriorityDelay),
    garp_lower_prio_rep: garp.lowerPriorityRepeat,
    lower_prio_no_advert: Number(settings.lowerPriorityNoAdvert),
    higher_prio_send_advert: Number(settings.higherPrioritySendAdvert),
    vrid: settings.virtualRouterId,
    base_priority: snapshot.basePriority,
    effective_priority: snapshot.effectivePriority,
    vipset: isMaster,
    promote_secondaries: false,
    adver_int: inSeconds(settings.advertisementInterval),
    master_adver_int: inSeconds(settings.advertisementInterval),
    accept: Number(settings.accept),
    nopreempt: !settings.preempt,
    preempt_delay: inSeconds(settings.preemptDelay),
    state: STATE_NUMBERS[snapshot.state],
    wantstate: isMaster ? STATE_NUMBERS.MASTER : STATE_NUMBERS.BACKUP,
    version: settings.version,
    smtp_alert: settings.smtpAlert,
    notify_deleted: settings.notifyDeleted,
    ...scripts(settings.notify),
    ...(settings.addresses.length === 0
      ? {}
      : { vips: settings.addresses.map((each) => addressWords(each, isMaster)) }),
    ...(settings.excludedAddresses.length === 0
      ? {}
      : { evips: settings.excludedAddresses.map((each) => addressWords(each, isMaster)) }),
    auth_type: AUTHENTICATION_NUMBERS[authentication?.type ?? 'none'],
    ...(authentication === undefined ? {} : { auth_data: HIDDEN_PASSWORD }),
  };
}

function scripts(notify: NotifyScripts): Record<string, string> {
  const entries = SCRIPT_KEYS.flatMap(([key, name]) => {
    const script = notify[name];
    return script === undefined ? [] : [[key, scriptWords(script)]];
  });
  return Object.fromEntries(entries) as Record<string, string>;
}

function stats({ counters, hmac }: VrrpInstanceSnapshot): object {
  return {
    advert_rcvd: counters.advert_rcvd,
    advert_sent: counters.advert_sent,
    become_master: counters.become_master,
    release_master: counters.release_master,
    packet_len_err: counters.packet_len_err,
    advert_interval_err: counters.advert_interval_err,
    ip_ttl_err: counters.ip_ttl_err,
    invalid_type_rcvd: counters.invalid_type_rcvd,
    addr_list_err: counters.addr_list_err,
    invalid_authtype: counters.invalid_authtype,
    authtype_mismatch: counters.authtype_mismatch,
    auth_failure: counters.auth_failure,
    ...(hmac === undefined ? {} : trailerStats(counters)),
    pri_zero_rcvd: counters.pri_zero_rcvd,
    pri_zero_sent: counters.pri_zero_sent,
  };
}

/** keepalived before 2.4 has none of these. */
function trailerStats(counters: VrrpInstanceSnapshot['counters']): object {
  return {
    auth_ext_missing: counters.auth_ext_missing,
    auth_ext_malformed: counters.auth_ext_malformed,
    auth_ext_unknown_key: counters.auth_ext_unknown_key,
    auth_ext_invalid_hmac: counters.auth_ext_invalid_hmac,
    auth_ext_stale: counters.auth_ext_stale,
    auth_ext_replay: counters.auth_ext_replay,
  };
}
