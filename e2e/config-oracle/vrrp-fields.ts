/** Where a value of an instance stands in keepalived's dump, and where in our settings. */
import type { ConfigurationDocument, Settings } from '@tandem/config';
import { field, list, match, present, scriptOf, yesNo, type Field, type Part } from './field.ts';
import { addressText, routeText, ruleText, withoutState } from './static-fields.ts';
import { blocksOf, textOf, type Data } from './said.ts';

/** What is said of something, because keywords that have no setting of their own are there. */
export interface WithSaid {
  readonly said: ConfigurationDocument;
  /** Each bfd_instance. */
  readonly sessions: readonly ConfigurationDocument[];
  /** Of global_defs. */
  readonly globals: ConfigurationDocument;
}

/** With what is said of it. */
export type Instance = Settings['vrrpInstances'][number] & WithSaid;
type Tracker = Instance['trackers'][number];

/** All but what it follows. */
const FIELDS: readonly Field<Instance>[] = [
  { name: 'name', theirs: ({ title }) => title, ours: ({ name }) => name },
  field('VRRP Version', ({ version }) => version),
  field('Interface', ({ interface: own, virtualInterface: virtual }) =>
    virtual === undefined
      ? own
      : `${virtual.name}, vmac on ${own}${virtual.advertsBelow ? ', xmit base i/f' : ''}`,
  ),
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
  present(/^ {3}VRRP interface tracking disabled$/, ({ trackPrimary }) => !trackPrimary),
  match('multicast group', /^ {3}Multicast address ([^, ]+)/, ({ unicast, multicastGroup }) =>
    unicast === undefined ? multicastGroup : undefined,
  ),
  match(
    'source address',
    /^ {3}Using src_ip = (.*) \(from configuration\)/,
    ({ sourceAddress }) => sourceAddress,
  ),
  field('Unicast TTL', ({ unicast }) => unicast?.ttl),
  {
    name: 'check_unicast_src',
    theirs(lines, { globals }) {
      const shown = lines.first(/^ {3}Check unicast src : (.*)/);
      // It counts for all, and is not shown with them.
      return globals['vrrp_check_unicast_src'] === true && shown !== undefined ? 'yes' : shown;
    },
    ours: ({ unicast }) => unicast && yesNo(unicast.checkSource),
  },
  list('Unicast Peer', ({ unicast }) => unicast?.peers.map(formatPeer) ?? []),
  field('Sync group', ({ syncGroup }) => syncGroup),
  lines('Virtual IP(?: \\(\\d+\\))?', ({ addresses }) => addresses.map(addressText)),
  lines('Virtual IP Excluded', (each) => each.excludedAddresses.map(addressText)),
  lines('Virtual Routes', ({ routing }) =>
    routing.flatMap((each) => (each.kind === 'route' ? [routeText(each)] : [])),
  ),
  lines('Virtual Rules', ({ routing }) =>
    routing.flatMap((each) => (each.kind === 'rule' ? [ruleText(each)] : [])),
  ),
  scriptOf('Master state transition script', ({ notify }) => notify.master),
  scriptOf('Backup state transition script', ({ notify }) => notify.backup),
  scriptOf('Fault state transition script', ({ notify }) => notify.fault),
  scriptOf('Stop state transition script', ({ notify }) => notify.stop),
  scriptOf('Generic state transition script', ({ notify }) => notify.any),
  scriptOf(
    'Master rx lower pri state transition script',
    (each) => each.notify.masterRxLowerPriority,
  ),
  field('Notify deleted', ({ notifyDeleted }) => (notifyDeleted ? 'Deleted' : 'Fault')),
  field('Notify priority changes', ({ notifyPriorityChanges }) => notifyPriorityChanges),
  field('Promote_secondaries', ({ promoteSecondaries }) =>
    promoteSecondaries ? 'enabled' : 'disabled',
  ),
  field('Authentication type', ({ version, authentication }) =>
    version === 3 ? undefined : TYPES[authentication?.type ?? 'none'],
  ),
  field(
    'Unicast checksum compatibility',
    ({ unicast }) => unicast && CHECKSUMS[unicast.oldChecksum ?? 'none'],
  ),
  present(/^ {3}Using Native IPv6$/, ({ family }) => family === 6),
  present(/^ {5}Using unicast$/, ({ unicast }) => unicast !== undefined),
  present(
    /^ {5}If unicast go to fault state if no peers$/,
    ({ said }) => said['unicast_fault_no_peer'] === true,
  ),
  present(/^ {3}Skip checking advert IP addresses$/, (each) => each.skipCheckAdvertAddresses),
  present(
    /^ {3}Use VMAC for VIPs on other interfaces$/,
    ({ said }) => said['use_vmac_addr'] === true,
  ),
  match(
    'name of the VMAC',
    /^ {3}Use VMAC, i\/f name (.*), is_up = /,
    (each) => each.virtualInterface?.name,
  ),
  match(
    'whom adverts are sent by',
    /^ {3}Use VMAC, .* xmit_base = (.*)/,
    (each) => each.virtualInterface?.advertsBelow,
  ),
  match('garp_extra_if', /^ {3}Gratuitous ARP for each secondary (.*)/, extraInterface),
  field('Accept', ({ said }) => (said['no_accept'] === true ? 'disabled' : 'enabled')),
  field('Kernel rx buffer size', ({ said }) => textOf(said['kernel_rx_buf_size'])),
  field('Debug level', ({ said }) => textOf(said['debug'] === 0 ? undefined : said['debug'])),
];

const TYPES = { none: 'none', PASS: 'SIMPLE_PASSWORD', AH: 'IPSEC_AH' } as const;
const CHECKSUMS = { none: 'no', always: 'config', never: 'never' } as const;

/** `all SECONDS`, shown where addresses are on other interfaces; without `all` it is not. */
function extraInterface(instance: Instance): string | undefined {
  const { said, globals, addresses, excludedAddresses } = instance;
  const given = said['garp_extra_if'] ?? globals['vrrp_garp_extra_if'];
  const { all, value } = (typeof given === 'object' ? given : {}) as ConfigurationDocument;
  const isElsewhere = [...addresses, ...excludedAddresses].some(
    ({ device }) => device !== instance.interface,
  );
  return all === true && isElsewhere ? `i/f = ${textOf(value)}` : undefined;
}

/** What an instance follows by itself; what it follows because of its group is not shown with it. */
const TRACKED =
  /^ {3}Tracked (?:interfaces|scripts|files|processes|BFDs) :$|^ {5}\S+ weight |^ {5}\S+[,:] weight /;

const LEFT_OUT: Part<Instance>['leftOut'] = [
  { lines: /^ {3}Flags:(?: none)?$/, why: 'a title' },
  { lines: /^ {3}Number of config faults = 0$/, why: 'it is counted' },
  { lines: /^ {3}Using src_ip = (?!.*from configuration)/, why: 'that of the interface' },
  { lines: /^ {3}Next gratuitous ARP for such secondary = /, why: 'a state' },
  { lines: /^ {3}(?:No sockets allocated|fd_in )/, why: 'a state' },
];

/** Every value of an instance that the dump has. */
export const GROUPED_INSTANCE_PART: Part<Instance> = {
  fields: FIELDS,
  leftOut: [
    ...LEFT_OUT,
    { lines: TRACKED, why: 'its own and not those of its group, which count with them' },
  ],
};

/** Every value of an instance without a group. */
export const INSTANCE_PART: Part<Instance> = {
  fields: [
    ...FIELDS,
    // keepalived comes to follow the interfaces of addresses and routes only after it has shown this.
    list('Tracked interfaces', ({ trackers, said }) => {
      const named = blocksOf(said['track_interface']);
      return trackers
        .filter(
          ({ kind, name }) => kind === 'interface' && named.some((each) => each['name'] === name),
        )
        .map(formatTracker);
    }),
    tracked('Tracked scripts', 'script', ''),
    tracked('Tracked files', 'file', ','),
    tracked('Tracked processes', 'process', ','),
    list('Tracked BFDs', (each) => sessionTexts(each, ':')),
  ],
  leftOut: LEFT_OUT,
};

function tracked(title: string, kind: Tracker['kind'], sign: string): Field<Instance> {
  return list(title, ({ trackers }) =>
    trackers
      .filter((each) => each.kind === kind)
      .map((each) => formatTracker({ ...each, name: `${each.name}${sign}` })),
  );
}

/**
 * @param said - of an instance or group
 * @param sign - behind the name
 * @returns what is said in a block of track_bfd, as the dump has it
 */
export function sessionTexts(
  { said, sessions }: Omit<WithSaid, 'globals'>,
  sign: string,
): string[] {
  return blocksOf(said['track_bfd']).map((entry) => {
    const session = sessions.find((each) => each['name'] === entry['name']) ?? {};
    const name = `${textOf(entry['name'])}${sign}`;
    return `${name} weight ${weightText(entry['weight'], session['weight'], entry['reverse'])}`;
  });
}

/** @returns a weight as written, else that of what is followed */
export function weightText(
  given: Data | undefined,
  usual: Data | undefined,
  reversed?: Data,
): string {
  const isPlain = typeof usual !== 'object';
  const { value = usual ?? 0, reverse } = (isPlain ? {} : usual) as ConfigurationDocument;
  const isReversed = given === undefined ? reverse : (reversed ?? reverse);
  return `${textOf(given ?? value)}${isReversed === true ? ' reverse' : ''}`;
}

/** @returns what follows the name of what is tracked, as the dump has it */
export function formatTracker({
  name,
  weight,
  reverse,
}: Pick<Tracker, 'name' | 'weight' | 'reverse'>): string {
  return `${name} weight ${weight}${reverse ? ' reverse' : ''}`;
}

/** @returns the field of lines below a title, without what they say of the kernel */
function lines(title: string, ours: (instance: Instance) => readonly string[]): Field<Instance> {
  return {
    name: title,
    theirs: (all) => all.below(title).map(withoutState).join('\n'),
    ours: (each) => ours(each).join('\n'),
  };
}

function formatPeer({
  address,
  minTtl,
  maxTtl,
}: NonNullable<Instance['unicast']>['peers'][number]): string {
  return `${address} min_ttl ${minTtl} max_ttl ${maxTtl}`;
}
