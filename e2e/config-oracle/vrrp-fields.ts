/** Where a value stands in keepalived's dump, and where in our settings. */
import type { Settings } from '@tandem/config';
import { field, list, match, scriptOf, yesNo, type Field } from './field.ts';

type Instance = Settings['vrrpInstances'][number];

const SCOPES: Readonly<Record<number, string>> = { 0: 'global', 253: 'link', 254: 'host' };

/** Every value of an instance that the dump has. */
export const INSTANCE_FIELDS: readonly Field<Instance>[] = [
  field('VRRP Version', ({ version }) => version),
  field('Interface', (instance) => instance.interface),
  field('Virtual Router ID', ({ virtualRouterId }) => virtualRouterId),
  field('Priority', ({ priority }) => priority),
  field('Advert interval', ({ version, advertisementInterval: ms }) =>
    version === 2 ? `${ms / 1000} sec` : `${ms} milli-sec`,
  ),
  field('Gratuitous ARP delay', ({ garp }) => garp.masterDelay / 1000),
  field('Gratuitous ARP repeat', ({ garp }) => garp.masterRepeat),
  field('Gratuitous ARP refresh', ({ garp }) => garp.masterRefresh / 1000),
  field('Gratuitous ARP refresh repeat', ({ garp }) => garp.masterRefreshRepeat),
  field('Gratuitous ARP lower priority delay', ({ garp }) => garp.lowerPriorityDelay / 1000),
  field('Gratuitous ARP lower priority repeat', ({ garp }) => garp.lowerPriorityRepeat),
  field('Down timer adverts', ({ downTimerAdverts }) => downTimerAdverts),
  field('Send advert after receive lower priority advert', (each) => !each.lowerPriorityNoAdvert),
  field(
    'Send advert after receive higher priority advert',
    (each) => each.higherPrioritySendAdvert,
  ),
  field('Preempt', ({ preempt }) => (preempt ? 'enabled' : 'disabled')),
  field('Preempt delay', ({ preemptDelay: ms }) => (ms === 0 ? undefined : `${ms / 1000} secs`)),
  field('Using smtp notification', ({ smtpAlert }) => yesNo(smtpAlert)),
  field('Wantstate', ({ initialState }) => initialState),
  field('Password', ({ authentication }) => authentication?.password),
  {
    name: 'tracking of the interface',
    theirs: (lines) => String(!lines.some((line) => line.includes('interface tracking disabled'))),
    ours: ({ trackPrimary }) => String(trackPrimary),
  },
  match('multicast group', /^ {3}Multicast address ([^, ]+)/, ({ unicast, multicastGroup }) =>
    unicast === undefined ? multicastGroup : undefined,
  ),
  match(
    'source address',
    /^ {3}Using src_ip = (.*) \(from configuration\)/,
    ({ sourceAddress }) => sourceAddress,
  ),
  field('Unicast TTL', ({ unicast }) => unicast?.ttl),
  match('check_unicast_src', /^ {3}Check unicast src : (.*)/, ({ unicast }) =>
    unicast?.checkSource === true ? 'yes' : undefined,
  ),
  list('Unicast Peer', ({ unicast }) => unicast?.peers.map(formatPeer) ?? []),
  field('Sync group', ({ syncGroup }) => syncGroup),
  {
    name: 'addresses',
    theirs: (lines) =>
      lines
        .filter((line) => / dev .* scope /.test(line))
        .map((line) => line.trim().replace(/ preferred_lft .*| deprecated$| set$/, ''))
        .join('\n'),
    ours: ({ addresses, excludedAddresses }) =>
      [...addresses, ...excludedAddresses].map(formatAddress).join('\n'),
  },
  scriptOf('Master state transition script', ({ notify }) => notify.master),
  scriptOf('Backup state transition script', ({ notify }) => notify.backup),
  scriptOf('Fault state transition script', ({ notify }) => notify.fault),
  scriptOf('Stop state transition script', ({ notify }) => notify.stop),
  scriptOf('Generic state transition script', ({ notify }) => notify.any),
];

/** Its own ones only; those of its group are not shown with it. */
export const UNGROUPED_INSTANCE_FIELDS: readonly Field<Instance>[] = [
  // keepalived comes to follow the interfaces of the addresses only after it has shown this.
  list('Tracked interfaces', ({ trackers, addresses, interface: own }) => {
    const devices = new Set(addresses.map(({ device }) => device).filter((each) => each !== own));
    return trackers
      .filter(({ kind, name }) => kind === 'interface' && !devices.has(name))
      .map(formatTracker);
  }),
];

/** @returns what follows the name of what is tracked, as the dump has it */
export function formatTracker({ name, weight, reverse }: Instance['trackers'][number]): string {
  return `${name} weight ${weight}${reverse ? ' reverse' : ''}`;
}

function formatPeer({
  address,
  minTtl,
  maxTtl,
}: NonNullable<Instance['unicast']>['peers'][number]): string {
  return `${address} min_ttl ${minTtl} max_ttl ${maxTtl}`;
}

function formatAddress({
  address,
  prefixLength,
  broadcast,
  device,
  scope,
  label,
}: Instance['addresses'][number]): string {
  const length = prefixLength === (address.includes(':') ? 128 : 32) ? '' : `/${prefixLength}`;
  const rest = [
    broadcast && `brd ${broadcast}`,
    `dev ${device}`,
    `scope ${SCOPES[scope]}`,
    label && `label ${label}`,
  ];
  return [`${address}${length}`, ...rest.filter(Boolean)].join(' ');
}
