/** Lines of static_ipaddress, static_routes and static_rules, and of what instances have alike. */
import { block, type Entry } from './entry.ts';
import type { Random } from './random.ts';

const OPTIONS_MAX = 5;
const LINES = 12;

/** Options with their values, each at most once in a line. */
type Options = readonly (readonly string[])[];

const ADDRESS_OPTIONS: Options = [
  ['dev eth0', 'dev eth1'],
  ['no_track'],
  ['noprefixroute'],
  ['track_group T'],
];
const ADDRESS_OPTIONS_4: Options = [
  ['brd +', 'brd -', 'brd 10.9.0.255'],
  ['scope link', 'scope host', 'scope global'],
  ['label eth0:x'],
];
const ADDRESS_OPTIONS_6: Options = [
  ['home'],
  ['-nodad'],
  ['mngtmpaddr'],
  ['autojoin'],
  ['preferred_lft 0', 'preferred_lft 50', 'preferred_lft forever'],
];

const ROUTE_OPTIONS: Options = [
  ['table 100', 'table 254', 'table local'],
  ['metric 5', 'metric 4294967295'],
  ['scope link', 'scope host'],
  ['protocol static no_track', 'no_track', 'protocol 18'],
  ['mtu 1400', 'mtu lock 1400'],
  ['advmss 1400', 'advmss lock 1300'],
  ['window 1000'],
  ['rtt 300ms', 'rtt lock 2s', 'rtt 2400', 'rtt 8'],
  ['rttvar 300ms', 'rttvar lock 1.5s', 'rttvar 4'],
  ['rto_min 300ms', 'rto_min lock 5s'],
  ['cwnd 10', 'cwnd lock 10'],
  ['ssthresh 10', 'ssthresh lock 10'],
  ['reordering 3', 'reordering lock 4'],
  ['initcwnd 10'],
  ['initrwnd 10'],
  ['hoplimit 64'],
  ['features ecn'],
  ['quickack 0', 'quickack 1'],
  ['congctl cubic', 'congctl lock reno'],
  ['fastopen_no_cookie 0', 'fastopen_no_cookie 1'],
  ['ttl-propagate enabled', 'ttl-propagate disabled'],
  ['append', 'add', 'prepend'],
  ['track_group T'],
];
const ROUTE_OPTIONS_4: Options = [
  ['via 10.1.0.9', 'via inet 10.1.0.9'],
  ['src 10.1.0.1'],
  ['tos 4', 'tos 0x10'],
  ['realms 5', 'realms 5/6'],
  ['onlink'],
  ['encap ip id 3 dst 10.0.0.4 src 10.0.0.5 tos 3 ttl 4', 'encap ip dst 10.0.0.4'],
];
const ROUTE_OPTIONS_6: Options = [
  ['via fe80::9'],
  ['src 2001:db8::1'],
  ['from 2001:db8:7::/48'],
  ['pref high', 'pref medium', 'pref low'],
  ['expires 30'],
  ['encap ip6 id 3 dst 2001:db8::4 src 2001:db8::5 tc 3 hoplimit 4'],
];
const NEXT_HOPS = [
  'via 10.1.0.8 dev eth0',
  'via 10.1.0.9 dev eth1 weight 7',
  'dev eth1 weight 256',
  'via 10.1.0.7 onlink',
  'via 10.1.0.6 realms 4/5',
];
const TYPED = ['blackhole', 'unreachable', 'prohibit', 'throw'];

const RULE_OPTIONS: Options = [
  ['not'],
  ['iif eth0', 'dev eth1'],
  ['oif eth1'],
  ['tos 4', 'dsfield 0x8'],
  ['fwmark 5', 'fwmark 0x10/0xff'],
  ['ipproto tcp', 'ipproto 6', 'ipproto udp'],
  ['protocol 4 no_track', 'no_track'],
  ['uidrange 100-200'],
  ['sport 100-200', 'sport 53-53'],
  ['dport 100-200'],
  ['tunnel-id 5'],
];
const RULE_OPTIONS_4: Options = [['realms 4/5', 'realms 7']];
const LOOK_UPS = ['table 100', 'lookup main', 'table local', 'l3mdev'];
const SUPPRESS: Options = [
  ['suppress_prefixlength 0', 'suppress_prefixlength 24'],
  ['suppress_ifgroup 3'],
];
const ACTIONS = ['blackhole', 'prohibit', 'unreachable', 'nop', 'goto 32000'];

/** @returns the blocks of the root about what is static; their track_group is T */
export function staticBlocks(random: Random): Entry[] {
  const times = Array.from({ length: LINES }, (_, i) => i);
  return [
    block('static_ipaddress', ...times.map((i) => address(i, random))),
    block('static_routes', ...times.map((i) => route(i, random))),
    block('static_rules', ...times.map((i) => rule(i, random))),
  ];
}

function address(i: number, random: Random): string {
  const six = random.percent(50);
  const text = six
    ? `2001:db8:9::${i}${random.pick(['', '/64'])}`
    : `10.9.${i}.1${random.pick(['', '/24', '/30'])}`;
  const peer = six || random.percent(70) ? '' : `peer 10.9.${i}.77`;
  const options = pick(
    [...ADDRESS_OPTIONS, ...(six ? ADDRESS_OPTIONS_6 : ADDRESS_OPTIONS_4)],
    random,
  );
  if (peer !== '') return words(text.replace(/\/.*/, ''), peer, ...without(options, 'brd'));
  return words(text, ...(text.includes('/') ? options : without(options, 'brd')));
}

/** @returns a line of static_routes or virtual_routes */
export function route(i: number, random: Random): string {
  const six = random.percent(30);
  const own = six ? ROUTE_OPTIONS_6 : ROUTE_OPTIONS_4;
  const options = pick([...ROUTE_OPTIONS, ...own], random);
  const device = `dev ${random.pick(['eth0', 'eth1'])}`;
  if (six) return words(`2001:db8:${i + 1}::/48`, device, ...options);
  const target = random.pick([
    `10.${i}.0.0/16`,
    `10.${i}.0.1`,
    i === 0 ? 'default' : `to 10.${i}.8.0/24`,
  ]);
  if (random.percent(15)) {
    const hops = [0, 1].map(() => `nexthop ${random.pick(NEXT_HOPS)}`);
    return words(
      target,
      ...without(options, 'via', 'onlink', 'encap', 'realms', 'track_group'),
      ...hops,
    );
  }
  if (random.percent(15)) {
    const kept = without(
      options,
      'via',
      'onlink',
      'encap',
      'track_group',
      'add',
      'append',
      'prepend',
    );
    return words(random.pick(TYPED), target.replace('to ', ''), ...kept);
  }
  return words(target, device, ...options);
}

/** @returns a line of static_rules or virtual_rules */
export function rule(i: number, random: Random): string {
  const six = random.percent(30);
  const net = (n: number): string => (six ? `2001:db8:${n}::/48` : `10.${n}.0.0/16`);
  const ends = random.pick([
    [`from ${net(1)}`],
    [`to ${net(2)}`],
    [`from ${net(1)}`, `to ${net(2)}`],
  ]);
  const looksUp = random.percent(60);
  const action = looksUp
    ? [random.pick(LOOK_UPS), ...pick(SUPPRESS, random)]
    : [random.pick(ACTIONS)];
  const options = looksUp && !six ? [...RULE_OPTIONS, ...RULE_OPTIONS_4] : RULE_OPTIONS;
  return words(...ends, ...pick(options, random), ...action, `preference ${100 + i}`);
}

function pick(options: Options, random: Random): string[] {
  return random.some(options, OPTIONS_MAX).map((values) => random.pick(values));
}

function without(options: readonly string[], ...names: readonly string[]): string[] {
  return options.filter((each) => !names.includes(each.split(' ')[0] ?? ''));
}

function words(...all: readonly string[]): string {
  return all.filter((each) => each !== '').join(' ');
}

/** @returns the track_group that entries name; it stands before them */
export function trackGroup(members: readonly string[]): Entry {
  return { text: 'track_group T', children: [block('group', ...members)] };
}
