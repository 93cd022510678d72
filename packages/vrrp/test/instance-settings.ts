import type { IpAddress } from '@tandem/inet';
import { parseIp } from '@tandem/inet';
import { seconds, ZERO } from '@tandem/time';
import type {
  TrackProcessSettings,
  TrackScriptSettings,
  VirtualAddress,
  VrrpInstanceSettings,
} from '../src/settings.ts';

/** An address that the test knows to be one. */
export function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

/** ADDRESS/24 on eth0, or another interface. */
export function vip(text: string, device: string = 'eth0'): VirtualAddress {
  return { address: ip(text), prefixLength: 24, device, scope: 0 };
}

/** The captured packet's instance: VRID 51, two addresses, PASS. */
export function instanceSettings(
  changes: Partial<VrrpInstanceSettings> = {},
): VrrpInstanceSettings {
  return {
    name: 'V',
    interface: 'eth0',
    virtualRouterId: 51,
    family: 4,
    version: 2,
    priority: 100,
    initialState: 'BACKUP',
    advertisementInterval: seconds(1),
    authentication: { type: 'PASS', password: 'secret' },
    addresses: [vip('10.77.0.100'), vip('10.77.0.101')],
    excludedAddresses: [],
    accept: true,
    checksumAsVersion2: false,
    ownerIgnoresAdverts: false,
    routing: [],
    onDrift: 'restore',
    promoteSecondaries: false,
    preempt: true,
    preemptDelay: ZERO,
    downTimerAdverts: 3,
    garp: {
      masterDelay: seconds(5),
      masterRepeat: 5,
      masterRefresh: ZERO,
      masterRefreshRepeat: 1,
      lowerPriorityDelay: seconds(5),
      lowerPriorityRepeat: 5,
    },
    skipCheckAdvertAddresses: false,
    lowerPriorityNoAdvert: false,
    higherPrioritySendAdvert: false,
    trackPrimary: true,
    trackers: [],
    multicastGroup: ip('224.0.0.18'),
    notify: {},
    notifyDeleted: false,
    notifyPriorityChanges: false,
    smtpAlert: false,
    ...changes,
  };
}

/** Processes named haproxy, one of which is enough. */
export function processSettings(changes: Partial<TrackProcessSettings> = {}): TrackProcessSettings {
  return {
    name: 'proxy',
    process: 'haproxy',
    parameters: [],
    match: 'exact',
    wholeCommand: false,
    quorum: 1,
    forkDelay: ZERO,
    terminateDelay: ZERO,
    ...changes,
  };
}

/** A script that one success makes good, and one failure bad. */
export function scriptSettings(changes: Partial<TrackScriptSettings> = {}): TrackScriptSettings {
  return {
    name: 'chk',
    argv: ['/check'],
    interval: seconds(2),
    timeout: seconds(1),
    rise: 1,
    fall: 1,
    initFail: false,
    ...changes,
  };
}
