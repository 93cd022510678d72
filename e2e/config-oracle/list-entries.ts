/** Lines of list blocks, right ones and wrong ones. */
import type { Random } from './random.ts';

const OPTIONS_MAX = 3;

/** An option of an entry, with values that are right and wrong for it. */
type Options = readonly (readonly [
  name: string,
  right: readonly string[],
  wrong: readonly string[],
])[];

const NUMBERS_WRONG = ['x', '-1', '', '4294967296', '1.5'];

const ADDRESS_OPTIONS: Options = [
  ['dev', ['eth0', 'eth1'], ['eth9', '']],
  ['brd', ['+', '-', '10.1.0.255'], ['x', '', 'fe80::1']],
  ['broadcast', ['10.1.0.255'], ['300.1.1.1']],
  ['label', ['eth0:1', 'eth0:vip'], ['', 'label-much-too-long']],
  ['scope', ['global', 'link', 'host', 'site', 'nowhere', '200'], ['x', '256', '', '-1']],
  ['home', [''], []],
  ['-nodad', [''], []],
  ['mngtmpaddr', [''], []],
  ['noprefixroute', [''], []],
  ['autojoin', [''], []],
  ['no_track', [''], []],
  ['preferred_lft', ['0', '100', 'forever'], ['x', '', '-1']],
];

const ROUTE_OPTIONS: Options = [
  ['via', ['10.1.0.9', 'inet 10.1.0.9'], ['x', '', 'fe80::1', '10.1.0.300']],
  ['src', ['10.1.0.1'], ['x', '', 'fe80::1']],
  ['table', ['100', 'main', 'local', '0x10'], ['nonsense', '', '-1', '4294967296']],
  ['metric', ['5', '0', '4294967295'], NUMBERS_WRONG],
  ['priority', ['5'], NUMBERS_WRONG],
  ['scope', ['link', 'global', '200'], ['x', '256']],
  ['onlink', [''], []],
  ['proto', ['static', '18'], ['x', '256']],
  ['protocol', ['static', 'kernel'], ['x']],
  ['tos', ['4', '0x10'], ['x', '256']],
  ['mtu', ['1400', 'lock 1400'], NUMBERS_WRONG],
  ['advmss', ['1400', 'lock 1400'], NUMBERS_WRONG],
  ['window', ['1000'], NUMBERS_WRONG],
  ['rtt', ['100', '100ms', '2s', '1.5s'], ['x', '', '10h']],
  ['rttvar', ['10ms'], ['x']],
  ['rto_min', ['200ms', 'lock 5s'], ['x']],
  ['cwnd', ['10', 'lock 10'], NUMBERS_WRONG],
  ['ssthresh', ['10'], NUMBERS_WRONG],
  ['reordering', ['3'], NUMBERS_WRONG],
  ['initcwnd', ['10'], NUMBERS_WRONG],
  ['initrwnd', ['10'], NUMBERS_WRONG],
  ['hoplimit', ['64'], ['x', '256']],
  ['realms', ['5', '5/6'], ['x']],
  ['features', ['ecn'], ['x']],
  ['quickack', ['0', '1'], ['2', 'x']],
  ['congctl', ['cubic', 'lock cubic'], ['']],
  ['fastopen_no_cookie', ['1'], ['x']],
  ['no_track', [''], []],
];

const RULE_OPTIONS: Options = [
  [
    'from',
    ['10.0.0.0/8', '10.1.0.1', 'default', 'any', 'all'],
    ['x', '', '10.0.0.0/33', '10.0.0.300'],
  ],
  ['to', ['10.2.0.0/16'], ['x', '']],
  ['fwmark', ['5', '0x10', '5/0xff'], ['x', '', '5/x']],
  ['iif', ['eth0'], ['eth9', '']],
  ['dev', ['eth1'], ['eth9']],
  ['oif', ['eth1'], ['eth9']],
  ['tos', ['4', '0x10'], ['x', '256']],
  ['dsfield', ['4'], ['x']],
  ['ipproto', ['tcp', '6'], ['x']],
  ['protocol', ['static', '18'], ['x']],
  ['uidrange', ['100-200'], ['100', '200-100', 'x']],
  ['sport', ['100-200'], ['100', 'x', '200-100']],
  ['dport', ['100-200'], ['x']],
  ['suppress_prefixlength', ['0', '24'], ['x', '-2']],
  ['no_track', [''], []],
];

function options(random: Random, table: Options, faulty: boolean): string {
  const chosen = random.some(table, OPTIONS_MAX);
  const culprit = faulty ? random.pick(table.filter(([, , wrong]) => wrong.length > 0)) : undefined;
  const good = chosen
    .filter((each) => each !== culprit)
    .map(([name, right]) => `${name} ${random.pick(right)}`.trim());
  return [
    ...good,
    ...(culprit === undefined ? [] : [`${culprit[0]} ${random.pick(culprit[2])}`.trim()]),
  ].join(' ');
}

const WEIGHT_RIGHT = [
  '',
  '',
  'weight 5',
  'weight -5',
  'weight 5 reverse',
  'weight 0',
  'weight 253',
  'weight -253',
];
const WEIGHT_WRONG = [
  'weight',
  'weight 255',
  'weight x',
  'wait 5',
  'weight 5 reversed',
  'weight -255',
  '5',
  'weight 254',
  'weight 5 reverse x',
];

function tracked(name: string, unknown: string): EntryMaker {
  return (random, faulty) => {
    if (!faulty) return `${name} ${random.pick(WEIGHT_RIGHT)}`.trim();
    return random.percent(40) ? unknown : `${name} ${random.pick(WEIGHT_WRONG)}`;
  };
}

/** Makes one line of a list block. */
type EntryMaker = (random: Random, faulty: boolean) => string;

function words(right: readonly string[], wrong: readonly string[]): EntryMaker {
  return (random, faulty) => random.pick(faulty ? wrong : right);
}

const addressEntry: EntryMaker = (random, faulty) => {
  if (faulty && random.percent(40)) {
    return random.pick([
      '10.1.0.300',
      'x',
      '10.1.0.1/33',
      '10.1.0.1/x',
      '10.1.0.1 10.1.0.2',
      '10.1.0.1 dve eth0',
      '10.1',
      '10.1.0.1/',
      'fe80::1/129',
      '10.1.0.1/-1',
    ]);
  }
  const address = random.pick([
    '10.1.0.5/24',
    '10.1.0.6',
    '10.1.0.7/32',
    '10.1.0.8/16',
    '10.1.0.9/0',
  ]);
  return `${address} ${options(random, ADDRESS_OPTIONS, faulty)}`.trim();
};

const routeEntry: EntryMaker = (random, faulty) => {
  if (faulty && random.percent(30)) {
    return random.pick([
      '10.9.0.0/33 dev eth0',
      'x dev eth0',
      'dev eth0',
      '10.9.0.0/16 via',
      '10.9.0.0/16 dev eth9',
      '10.9.0.0/16 dve eth0',
      '10.9.0.0/16 via 10.1.0.9',
    ]);
  }
  const target = random.pick([
    '10.9.0.0/16',
    'default',
    '10.9.0.1',
    'to 10.9.0.0/16',
    'unicast 10.9.0.0/16',
    'blackhole 10.9.0.0/16',
    'unreachable 10.9.0.0/16',
    'prohibit 10.9.0.0/16',
    'any',
  ]);
  const device = /^[bup][lnr][aeo]/.test(target) ? 'no_track' : 'dev eth0';
  return `${target} ${device} ${options(random, ROUTE_OPTIONS, faulty)}`.trim();
};

const ruleEntry: EntryMaker = (random, faulty) => {
  const action = faulty
    ? random.pick(['table 100', 'table x', '', 'goto x', 'lookup', 'tabel 100', 'blackhole'])
    : random.pick([
        'table 100',
        'lookup main',
        'table main',
        'blackhole',
        'prohibit',
        'unreachable',
        'goto 1000',
        'nop',
      ]);
  const preference =
    faulty && random.percent(20)
      ? random.pick(['', 'preference x', 'priority -1'])
      : random.pick(['preference 100', 'priority 200', 'order 300', 'pref 400']);
  return `${options(random, RULE_OPTIONS, faulty && random.percent(60))} ${action} ${preference}`
    .trim()
    .replaceAll(/ +/g, ' ');
};

const groupEntry: EntryMaker = words(
  [
    '10.2.0.1 80',
    '10.2.0.1',
    '10.2.0.1-5 80',
    '10.2.0.1-10.2.0.9 80',
    '10.2.1.0/28 80',
    'fwmark 5',
    '10.2.0.1 0',
    'fwmark 6 inet',
  ],
  [
    'x 80',
    '10.2.0.1 65536',
    '10.2.0.300 80',
    '10.2.0.5-1 80',
    '10.2.0.1-300 80',
    '10.2.1.1/28 80',
    'fwmark',
    'fwmark x',
    'fwmark 0',
    '10.2.0.1 http',
    '10.2.0.1/33 80',
    'fwmark 6 ipv4',
    '10.2.0.1-x 80',
    'fwmark 6 inet6',
  ],
);

/** Lines of list blocks, by keyword. */
export const ENTRIES: Readonly<Record<string, EntryMaker>> = {
  notification_email: words(
    ['a@b.example', 'a@b.example c@d.example', '"a b@c"'],
    ['"a@b.example', ''],
  ),
  virtual_ipaddress: addressEntry,
  virtual_ipaddress_excluded: addressEntry,
  static_ipaddress: addressEntry,
  virtual_routes: routeEntry,
  static_routes: routeEntry,
  virtual_rules: ruleEntry,
  static_rules: ruleEntry,
  unicast_peer: words(
    ['10.1.0.2', '10.1.0.2 min_ttl 3', '10.1.0.2 min_ttl 3 max_ttl 255', '10.1.0.3 max_ttl 0'],
    [
      'x',
      '10.1.0.300',
      '10.1.0.2 min_ttl',
      '10.1.0.2 min_ttl 256',
      '10.1.0.2 ttl 5',
      'fe80::1',
      '10.1.0.2 10.1.0.3',
      '10.1.0.2/24',
      '10.1.0.2 min_ttl 9 max_ttl 3',
      '',
    ],
  ),
  track_interface: tracked('eth1', 'eth9'),
  track_script: tracked('chk', 'nope'),
  track_file: tracked('tf', 'nope'),
  track_process: tracked('pr', 'nope'),
  track_bfd: tracked('b1', 'nope'),
  group: words(['V1'], ['NOPE', 'V1 V1', '']),
  interfaces: words(['eth0', 'eth0 eth1'], ['eth9', 'eth0 eth0', '']),
  linkbeat_interfaces: words(
    ['eth0', 'eth0 MII', 'eth0 ETHTOOL', 'eth0 IOCTL'],
    ['eth9', 'eth0 NONSENSE', ''],
  ),
  interface_up_down_delays: words(
    ['eth0 5', 'eth0 5 6', 'eth0 0.5', 'eth0 255 0'],
    ['eth9 5', 'eth0', 'eth0 x', 'eth0 256', 'eth0 -1', 'eth0 5 x', 'eth0 5 6 7', ''],
  ),
  virtual_server_group: groupEntry,
};
