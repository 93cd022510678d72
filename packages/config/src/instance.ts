import { ipFamily } from '@tandem/inet';
import { seconds, ZERO, type Duration } from '@tandem/time';
import type {
  GarpSettings,
  TrackerSettings,
  VirtualAddress,
  VrrpInstanceSettings,
} from '@tandem/vrrp';
import { addressesInAdverts } from './advert-room.ts';
import type { Call } from './call.ts';
import { finishReceiveRoom } from './keywords/receive-buffers.ts';
import { inherit } from './inherit.ts';
import { complainConflicts } from './instance-conflicts.ts';
import { finishPaths } from './instance-paths.ts';
import { finishAuthentication, finishInterval, finishVersion } from './instance-version.ts';
import type { AddressEntry } from './keywords/address-entry.ts';
import { finishHmac } from './keywords/auth-hmac.ts';
import { finishRouterAdvert } from './keywords/router-advert.ts';
import type { InstanceDraft } from './keywords/vrrp-instance.ts';
import { complainUnknownInterface } from './interface.ts';
import { finishNotify } from './notify.ts';
import { strictly } from './strict.ts';
import { finishVirtualInterface, placeOnAddressInterfaces } from './virtual-interface.ts';
import { trackedDevices, withInterfaces } from './static-entries.ts';

/** Settings that an instance has under the same name as global_defs, or alone. */
const DEFAULTS: Pick<
  VrrpInstanceSettings,
  | 'downTimerAdverts'
  | 'skipCheckAdvertAddresses'
  | 'lowerPriorityNoAdvert'
  | 'higherPrioritySendAdvert'
  | 'trackPrimary'
  | 'checksumAsVersion2'
  | 'ownerIgnoresAdverts'
  | 'onDrift'
> = {
  downTimerAdverts: 3,
  skipCheckAdvertAddresses: false,
  lowerPriorityNoAdvert: false,
  higherPrioritySendAdvert: true,
  trackPrimary: true,
  checksumAsVersion2: false,
  ownerIgnoresAdverts: false,
  onDrift: 'restore',
};

/**
 * Fills in the defaults of an instance and checks what only the whole block shows.
 * @param written - the block as read
 * @param call - the statement that opens the block
 * @returns the settings, or undefined after a fatal complaint
 * @see inventory §3.1
 */
export function finishInstance(
  written: InstanceDraft,
  call: Call,
): VrrpInstanceSettings | undefined {
  const { globals, virtualRouterId } = written;
  if (virtualRouterId === undefined) {
    complainNoRouterId(call);
    finishInterface(written, call);
    return undefined;
  }
  const family = familyOf(written);
  const strict = written.strict ?? globals.strict ?? false;
  const version = finishVersion({ draft: written, family, strict }, call);
  if (!checkAddresses(written, version, call)) return undefined;
  const priority = written.priority ?? (written.state === 'MASTER' ? 255 : 100);
  complainConflicts({ draft: written, version, family, priority, strict }, call);
  const draft = strict ? strictly(written, priority) : written;
  const device = finishInterface(draft, call);
  const preempt = finishPreempt(draft, priority, call);
  const complete = (entry: AddressEntry): VirtualAddress => finishAddress(entry, device);
  const addresses = [...draft.addresses, ...draft.excludedAddresses].map(complete);
  const interval = finishInterval(draft, version, call);
  const hmac = finishHmac(draft.hmac, { interval, strict }, call);
  const authentication =
    draft.hmac === undefined ? finishAuthentication({ draft, family, version }, call) : {};
  const shape = { family, version, device, ...authentication, ...hmac };
  const count = addressesInAdverts(draft.addresses, shape, call);
  const [included, excluded] = [addresses.slice(0, count), addresses.slice(count)];
  // A keepalived that takes over with AH counts on from our number: a last advert would be a repeated one.
  const saysGoodbye = authentication.authentication?.type !== 'AH';
  const place = {
    virtualRouterId,
    family,
    interface: device,
    addresses: included,
    excludedAddresses: excluded,
  };
  const paths = finishPaths(draft, family, call);
  return {
    name: draft.name,
    interface: device,
    virtualRouterId,
    family,
    version,
    priority,
    initialState: draft.state ?? (priority === 255 ? 'MASTER' : 'BACKUP'),
    advertisementInterval: interval,
    ...authentication,
    ...hmac,
    ...finishPlaces(draft, { ...paths, ...place }, call),
    preempt,
    garp: finishGarp(draft),
    ...inherit({ ...DEFAULTS, higherPrioritySendAdvert: saysGoodbye }, [draft, globals]),
    trackers: withInterfaces(
      finishTrackers(draft, { device, priority }, call),
      trackedDevices([...included, ...excluded, ...draft.routes]),
      device,
    ),
    routing: [...draft.routes, ...draft.rules],
    promoteSecondaries: draft.promoteSecondaries === true && !isOnVmac(draft),
    preemptDelay: finishPreemptDelay(draft, preempt, call),
    ...paths,
    ...finishReceiveRoom(draft),
    ...finishRouterAdvert(draft.routerAdvert, addresses, call),
    ...(draft.trackSource === true && { trackSource: true }),
    accept: accepts(draft, { version, priority, strict }),
    notify: finishNotify(draft),
    ...finishNews(draft),
    ...syncDaemon(draft),
  };
}

/** keepalived starts with no instance without an interface, not even where there is a default. */
function finishInterface(draft: InstanceDraft, call: Call): string {
  const device = draft.interface ?? draft.globals.defaultInterface ?? 'eth0';
  const at = call.inside('interface') ?? call.inside('vrf');
  // A name that is none has been complained about already, as fatal.
  if (draft.interface === undefined && call.inside('interface') !== undefined) return device;
  if (draft.interface === undefined && at === undefined) {
    call.complain('MISSING_INTERFACE', `it names no interface; ${device} is used`, {
      severity: 'warning',
      hint: `add 'interface ${device}'`,
    });
  } else if (device === 'lo') {
    call.complain('LOOPBACK_INTERFACE', 'VRRP cannot use the loopback interface', {
      at,
      fatal: true,
      hint: 'name the interface that the other boxes are reached by',
    });
  } else {
    const hint = 'name one that `ip link` shows, or allow dynamic_interfaces';
    complainUnknownInterface(device, call, { at, fatal: true, hint });
  }
  return device;
}

function complainNoRouterId(call: Call): void {
  // A value that is none has been complained about already, as fatal.
  if (call.inside('virtual_router_id') !== undefined) return;
  call.complain('MISSING_VIRTUAL_ROUTER_ID', 'the virtual router id must be set', {
    fatal: true,
    hint: "add 'virtual_router_id N' with N from 1 to 255",
  });
}

/** The first virtual address decides; without one the peers or the excluded ones do. */
function familyOf(draft: InstanceDraft): 4 | 6 {
  const [peer] = draft.peers.values();
  const first = draft.addresses[0] ?? peer ?? draft.excludedAddresses[0];
  if (first === undefined) return draft.nativeIpv6 === true ? 6 : 4;
  return first.address.includes(':') ? 6 : 4;
}

/** @returns false when keepalived would refuse to start */
function checkAddresses(draft: InstanceDraft, version: 2 | 3, call: Call): boolean {
  const { addresses } = draft;
  const first = addresses[0];
  if (first === undefined) {
    if (draft.needsNoAddress === true) return true;
    const fatal = version === 3 ? true : undefined;
    const need = fatal ? 'required' : 'sensible';
    call.complain('NO_VIRTUAL_ADDRESS', `No VIP specified; at least one is ${need}`, {
      severity: fatal ? 'error' : 'warning',
      fatal,
      hint: "add 'virtual_ipaddress { ADDRESS }', or no_virtual_ipaddress",
    });
    return fatal === undefined;
  }
  if (first.address.includes(':') && !/^fe[89ab]/.test(first.address)) {
    call.complain('FIRST_ADDRESS_NOT_LINK_LOCAL', 'the first IPv6 VIP should be link local', {
      at: first.word,
      severity: 'note',
    });
  }
  return true;
}

function finishAddress(entry: AddressEntry, device: string): VirtualAddress {
  const { word: _, vmac: __, ...address } = entry;
  return { ...address, device: address.device ?? device };
}

function isOnVmac({ vmac, ipvlan }: InstanceDraft): boolean {
  return vmac !== undefined && ipvlan === undefined;
}

type Placed = Omit<Parameters<typeof placeOnAddressInterfaces>[0], 'virtualInterface'> &
  Parameters<typeof finishVirtualInterface>[1];

/** What it makes on top of its interface, and of those of its addresses, and what is on which. */
function finishPlaces(
  draft: InstanceDraft,
  placed: Placed,
  call: Call,
): Pick<
  VrrpInstanceSettings,
  'virtualInterface' | 'addressInterfaces' | 'addresses' | 'excludedAddresses'
> {
  const own = finishVirtualInterface(draft, placed, call);
  const wanted = new Set(
    [...draft.addresses, ...draft.excludedAddresses].flatMap(({ vmac, address, device }) =>
      vmac === true ? [`${address} ${device ?? placed.interface}`] : [],
    ),
  );
  const isOther = ({ address, device }: VirtualAddress): boolean =>
    device !== placed.interface || ipFamily(address) !== placed.family;
  const wants = (each: VirtualAddress): boolean =>
    (draft.vmacForAddresses === true && isOther(each)) ||
    wanted.has(`${each.address} ${each.device}`);
  return { ...own, ...placeOnAddressInterfaces({ ...placed, ...own }, wants) };
}

/** nopreempt makes no sense for who starts as master. */
function finishPreempt(draft: InstanceDraft, priority: number, call: Call): boolean {
  const preempt = draft.preempt ?? true;
  if (preempt || (draft.state !== 'MASTER' && priority !== 255)) return preempt;
  const reason = priority === 255 ? 'priority 255' : 'initial state MASTER';
  call.complain('NOPREEMPT_IGNORED', `nopreempt will not work with ${reason}; ignoring it`, {
    at: call.inside('nopreempt'),
    severity: 'warning',
    hint: "write 'state BACKUP' on all boxes",
  });
  return true;
}

/** Who never preempts, or starts as master, has nothing to delay. */
function finishPreemptDelay(draft: InstanceDraft, preempt: boolean, call: Call): Duration {
  const { preemptDelay = ZERO, state, priority } = draft;
  const isMaster = state === 'MASTER' || (state === undefined && priority === 255);
  if ((preempt && !isMaster) || preemptDelay === ZERO) return preemptDelay;
  const reason = preempt ? 'initial state MASTER' : 'nopreempt';
  call.complain('PREEMPT_DELAY_IGNORED', `preempt_delay has no effect with ${reason}`, {
    at: call.inside('preempt_delay'),
    severity: 'warning',
  });
  return ZERO;
}

/** The own interface is followed anyway, and nothing changes the priority of an owner. */
function finishTrackers(
  draft: InstanceDraft,
  { device, priority }: { readonly device: string; readonly priority: number },
  call: Call,
): TrackerSettings[] {
  return [...draft.trackers.values()].flatMap(({ word: at, ...tracker }) => {
    const { kind, name } = tracker;
    if (kind === 'interface' && name === device) {
      const message = `Ignoring track_interface ${name} since own interface`;
      call.complain('TRACKS_OWN_INTERFACE', message, { at });
      return [];
    }
    if (priority === 255 && tracker.weight !== 0) {
      const message = `ignoring track_${kind} ${name}, as nothing changes the priority of an owner`;
      call.complain('TRACKER_OF_OWNER', message, { at, hint: "only 'weight 0' has an effect" });
      return [];
    }
    return [tracker];
  });
}

const USUAL_GARP = {
  garpMasterDelay: seconds(5),
  garpMasterRepeat: 5,
  garpMasterRefreshRepeat: 1,
};

/** keepalived sends nothing at the refreshes that vrrp_garp_master_refresh asks for. */
const MINIMAL_GARP: typeof USUAL_GARP = {
  garpMasterDelay: ZERO,
  garpMasterRepeat: 1,
  garpMasterRefreshRepeat: 0,
};

function finishGarp(draft: InstanceDraft): GarpSettings {
  const { globals } = draft;
  const extra = draft.garpExtra ?? globals.garpExtra;
  const usual = globals.minGarp === true ? MINIMAL_GARP : USUAL_GARP;
  const { garpMasterDelay, garpMasterRepeat } = { ...usual, ...globals };
  const garp = inherit(
    {
      garpMasterDelay,
      garpMasterRepeat,
      garpMasterRefresh: ZERO,
      garpMasterRefreshRepeat: usual.garpMasterRefreshRepeat,
      // Not the instance's own garp_master_delay and _repeat: keepalived takes the global ones here.
      garpLowerPriorityDelay: garpMasterDelay,
      garpLowerPriorityRepeat: garpMasterRepeat,
    },
    [draft, globals],
  );
  return {
    masterDelay: garp.garpMasterDelay,
    masterRepeat: garp.garpMasterRepeat,
    masterRefresh: garp.garpMasterRefresh,
    masterRefreshRepeat: garp.garpMasterRefreshRepeat,
    lowerPriorityDelay: garp.garpLowerPriorityDelay,
    lowerPriorityRepeat: garp.garpLowerPriorityRepeat,
    ...(extra !== undefined && extra.period > 0 && { extra }),
  };
}

/** @see RFC 9568 §6.1 Accept_Mode, which the owner of the addresses has no need of */
function accepts(
  { accept }: InstanceDraft,
  { version, priority, strict }: { version: 2 | 3; priority: number; strict: boolean },
): boolean {
  if (priority === 255) return true;
  return (strict && version === 2 ? undefined : accept) ?? !strict;
}

/** What is told beside scripts. */
function finishNews({
  globals,
  ...draft
}: InstanceDraft): Pick<
  VrrpInstanceSettings,
  'notifyDeleted' | 'notifyPriorityChanges' | 'smtpAlert'
> {
  return {
    notifyDeleted: draft.notifyDeleted !== undefined,
    notifyPriorityChanges: draft.notifyPriorityChanges ?? globals.notifyPriorityChanges ?? false,
    smtpAlert: draft.smtpAlert ?? globals.smtpAlertVrrp ?? globals.smtpAlert ?? false,
  };
}

function syncDaemon(draft: InstanceDraft): Pick<VrrpInstanceSettings, 'lvsSyncDaemonInterface'> {
  const { lvsSyncDaemonInterface } = draft;
  return lvsSyncDaemonInterface === undefined ? {} : { lvsSyncDaemonInterface };
}
