/** What a run is about, for people. */
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import { formatFault } from './faults.ts';
import type { Scenario } from './scenario.ts';

/** @returns routers, hosts and faults, a line each */
export function describeScenario({ routers, hosts, faults }: Scenario): string[] {
  return [
    ...routers.flatMap(({ address, instances }, i) =>
      instances.map((each) => `r${i} ${address} ${describeInstance(each)}`),
    ),
    `${hosts} hosts`,
    ...faults.map((fault, i) => `fault ${i}: ${formatFault(fault)}`),
  ];
}

/** In the words of keepalived.conf; defaults are left out. */
function describeInstance(settings: VrrpInstanceSettings): string {
  const { name, version, priority, advertisementInterval } = settings;
  const words: (string | false)[] = [
    `${name} version ${version}`,
    `priority ${priority}`,
    `advert_int ${advertisementInterval} ms`,
    ...describeElection(settings),
    ...describeWay(settings),
    ...describeAnnouncements(settings),
  ];
  return words.filter((each) => each !== false).join(', ');
}

function describeElection(settings: VrrpInstanceSettings): (string | false)[] {
  const { preemptDelay, downTimerAdverts, syncGroup } = settings;
  const [tracker] = settings.trackers;
  return [
    settings.initialState === 'MASTER' && 'state MASTER',
    !settings.preempt && 'nopreempt',
    preemptDelay > 0 && `preempt_delay ${preemptDelay} ms`,
    downTimerAdverts !== 3 && `down_timer_adverts ${downTimerAdverts}`,
    tracker !== undefined && `track_script ${tracker.name} weight ${tracker.weight}`,
    syncGroup !== undefined && `in sync group ${syncGroup}`,
    settings.lowerPriorityNoAdvert && 'lower_prio_no_advert',
    settings.higherPrioritySendAdvert && 'higher_prio_send_advert',
  ];
}

function describeWay(settings: VrrpInstanceSettings): (string | false)[] {
  const { authentication, hmac, virtualInterface } = settings;
  return [
    settings.unicast !== undefined && 'unicast_peer',
    authentication !== undefined && `auth_type ${authentication.type}`,
    hmac !== undefined && `auth_hmac ${hmac.antiReplay}`,
    virtualInterface !== undefined && 'use_vmac',
    virtualInterface?.advertsBelow === true && 'vmac_xmit_base',
    settings.addressInterfaces !== undefined && 'addresses use_vmac',
  ];
}

function describeAnnouncements({ garp }: VrrpInstanceSettings): (string | false)[] {
  return [
    garp.masterRefresh > 0 && `garp_master_refresh ${garp.masterRefresh} ms`,
    garp.extra !== undefined && `garp_extra_if ${garp.extra.period} ms`,
  ];
}
