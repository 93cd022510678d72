/** keepalived's text dump of its instances (SIGUSR1): scripts look for lines in it. */
import type { VrrpInstanceSnapshot } from '@tandem/status';
import { inSeconds, type Duration } from '@tandem/time';
import type {
  NotifyScripts,
  TrackerKind,
  TrackerSettings,
  UnicastSettings,
  VirtualAddress,
  VrrpInstanceSettings,
} from '@tandem/vrrp';
import { addressWords, HIDDEN_PASSWORD, scriptWords } from './dump-words.ts';

/** Titles of the scripts, in keepalived's order. */
const SCRIPT_TITLES: readonly (readonly [title: string, script: keyof NotifyScripts])[] = [
  ['Backup', 'backup'],
  ['Master', 'master'],
  ['Fault', 'fault'],
  ['Stop', 'stop'],
  ['Deleted', 'deleted'],
  ['Generic', 'any'],
  ['Master rx lower pri', 'masterRxLowerPriority'],
];

/** Titles of what is followed, in keepalived's order. */
const TRACKER_TITLES: readonly (readonly [title: string, kind: TrackerKind])[] = [
  ['interfaces', 'interface'],
  ['scripts', 'script'],
  ['files', 'file'],
  ['processes', 'process'],
];

/**
 * @param settings - instances in configuration order
 * @param snapshots - what is known of them; without, an instance has no state lines
 * @returns the file's text
 * @see keepalived(8) SIGUSR1
 */
export function formatVrrpData(
  settings: readonly VrrpInstanceSettings[],
  snapshots: readonly VrrpInstanceSnapshot[],
): string {
  const known = new Map(snapshots.map((each) => [each.name, each]));
  const lines = settings.flatMap((instance) => [
    ` VRRP Instance = ${instance.name}`,
    ...instanceLines(instance, known.get(instance.name)).map((line) => `   ${line}`),
  ]);
  return `${['------< VRRP Topology >------', ...lines].join('\n')}\n`;
}

function interfaceWords({ interface: parent, virtualInterface }: VrrpInstanceSettings): string {
  if (virtualInterface === undefined) return parent;
  const { name, advertsBelow } = virtualInterface;
  return `${name}, vmac on ${parent}${advertsBelow ? ', xmit base i/f' : ''}`;
}

function instanceLines(
  settings: VrrpInstanceSettings,
  snapshot: VrrpInstanceSnapshot | undefined,
): string[] {
  const isMaster = snapshot?.state === 'MASTER';
  return [
    `VRRP Version = ${settings.version}`,
    ...(settings.syncGroup === undefined ? [] : [`Sync group = ${settings.syncGroup}`]),
    ...(snapshot === undefined ? [] : stateLines(snapshot)),
    `Interface = ${interfaceWords(settings)}`,
    ...(settings.trackPrimary ? [] : ['VRRP interface tracking disabled']),
    ...(settings.skipCheckAdvertAddresses ? ['Skip checking advert IP addresses'] : []),
    ...multicastLines(settings),
    ...garpLines(settings),
    `Down timer adverts = ${settings.downTimerAdverts}`,
    `Send advert after receive lower priority advert = ${!settings.lowerPriorityNoAdvert}`,
    `Send advert after receive higher priority advert = ${settings.higherPrioritySendAdvert}`,
    `Virtual Router ID = ${settings.virtualRouterId}`,
    ...priorityLines(settings, snapshot),
    `Advert interval = ${intervalWords(settings)}`,
    `Accept = ${settings.accept ? 'enabled' : 'disabled'}`,
    `Preempt = ${settings.preempt ? 'enabled' : 'disabled'}`,
    ...(settings.preemptDelay > 0
      ? [`Preempt delay = ${inSeconds(settings.preemptDelay)} secs`]
      : []),
    'Promote_secondaries = disabled',
    ...authenticationLines(settings),
    ...addressLines(`Virtual IP (${settings.addresses.length}):`, settings.addresses, isMaster),
    ...addressLines('Virtual IP Excluded :', settings.excludedAddresses, isMaster),
    ...trackerLines(settings.trackers),
    ...unicastLines(settings.unicast),
    `Using smtp notification = ${settings.smtpAlert ? 'yes' : 'no'}`,
    `Notify deleted = ${settings.notifyDeleted ? 'Deleted' : 'Fault'}`,
    ...scriptLines(settings.notify),
    `Notify priority changes = ${settings.notifyPriorityChanges}`,
  ];
}

function stateLines(snapshot: VrrpInstanceSnapshot): string[] {
  const { master, state } = snapshot;
  return [
    `State = ${state}`,
    ...(state === 'BACKUP' && master !== undefined
      ? [`Master router = ${master.address}`, `Master priority = ${master.priority}`]
      : []),
    `Wantstate = ${state === 'MASTER' ? 'MASTER' : 'BACKUP'}`,
    `Last transition = ${transitionWords(snapshot.lastTransitionEpochMs)}`,
    `Master down timer = ${Math.round(snapshot.masterDownIntervalMs * 1000)} usecs`,
  ];
}

/** `1795208494.315401 (Fri Nov 20 21:01:34.315401 2026)`, local time. */
function transitionWords(epochMs: number): string {
  const seconds = (epochMs / 1000).toFixed(6);
  const fraction = seconds.slice(seconds.indexOf('.'));
  const when = new Date(epochMs);
  // Node prints `Fri Nov 20 2026` and `21:01:34 GMT+0000 (…)`.
  const [weekday = '', month = '', day = '', year = ''] = when.toDateString().split(' ');
  const time = when.toTimeString().slice(0, 'hh:mm:ss'.length);
  const date = `${weekday} ${month} ${String(Number(day)).padStart(2)}`;
  return `${seconds} (${date} ${time}${fraction} ${year})`;
}

function garpLines({ garp }: VrrpInstanceSettings): string[] {
  const rows: readonly (readonly [string, Duration | number])[] = [
    ['delay', inSeconds(garp.masterDelay)],
    ['repeat', garp.masterRepeat],
    ['refresh', inSeconds(garp.masterRefresh)],
    ['refresh repeat', garp.masterRefreshRepeat],
    ['lower priority delay', inSeconds(garp.lowerPriorityDelay)],
    ['lower priority repeat', garp.lowerPriorityRepeat],
  ];
  return rows.map(([title, value]) => `Gratuitous ARP ${title} = ${value}`);
}

function intervalWords({ version, advertisementInterval }: VrrpInstanceSettings): string {
  return version === 2
    ? `${inSeconds(advertisementInterval)} sec`
    : `${advertisementInterval} milli-sec`;
}

function addressLines(
  title: string,
  addresses: readonly VirtualAddress[],
  isSet: boolean,
): string[] {
  if (addresses.length === 0) return [];
  return [title, ...addresses.map((each) => `  ${addressWords(each, isSet)}`)];
}

function priorityLines(
  { priority }: VrrpInstanceSettings,
  snapshot: VrrpInstanceSnapshot | undefined,
): string[] {
  const { basePriority, effectivePriority, trackers } = snapshot ?? {
    basePriority: priority,
    effectivePriority: priority,
    trackers: [],
  };
  const total = trackers.reduce((sum, each) => sum + each.contribution, basePriority);
  return [
    `Priority = ${priority}`,
    `Effective priority = ${effectivePriority}`,
    `Total priority = ${total}`,
  ];
}

function trackerLines(trackers: readonly TrackerSettings[]): string[] {
  return TRACKER_TITLES.flatMap(([title, kind]) => {
    const own = trackers.filter((each) => each.kind === kind);
    if (own.length === 0) return [];
    // keepalived writes a comma in these lists and none in those.
    const separator = kind === 'file' || kind === 'process' ? ',' : '';
    const lines = own.map(
      ({ name, weight, reverse }) =>
        `  ${name}${separator} weight ${weight}${reverse ? ' reverse' : ''}`,
    );
    return [`Tracked ${title} :`, ...lines];
  });
}

function multicastLines({ unicast, multicastGroup }: VrrpInstanceSettings): string[] {
  return unicast === undefined ? [`Multicast address ${multicastGroup}`] : [];
}

function authenticationLines({ authentication }: VrrpInstanceSettings): string[] {
  if (authentication === undefined) return [];
  if (authentication.type === 'AH') return ['Authentication type = IPSEC_AH'];
  return ['Authentication type = SIMPLE_PASSWORD', `Password = ${HIDDEN_PASSWORD}`];
}

/** keepalived's words for old_unicast_checksum. */
const CHECKSUMS = { absent: 'no', always: 'config', never: 'never' } as const;

function unicastLines(unicast: UnicastSettings | undefined): string[] {
  if (unicast === undefined) return [];
  const { ttl, checkSource, peers, oldChecksum = 'absent' } = unicast;
  return [
    `Unicast TTL = ${ttl}`,
    `Check unicast src : ${checkSource ? 'yes' : 'no'}`,
    'Unicast Peer :',
    ...peers.map(
      ({ address, minTtl, maxTtl }) => `  ${address} min_ttl ${minTtl} max_ttl ${maxTtl}`,
    ),
    `Unicast checksum compatibility = ${CHECKSUMS[oldChecksum]}`,
  ];
}

function scriptLines(notify: NotifyScripts): string[] {
  return SCRIPT_TITLES.flatMap(([title, name]) => {
    const script = notify[name];
    return script === undefined
      ? []
      : [`${title} state transition script = ${scriptWords(script)}`];
  });
}
