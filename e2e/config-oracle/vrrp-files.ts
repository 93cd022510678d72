/** Files with many instances, sync groups and what they follow. */
import { block, line, render, type Entry } from './entry.ts';
import { globalEntries } from './global-files.ts';
import type { Random } from './random.ts';
import { route, rule, staticBlocks, trackGroup } from './static-files.ts';

/** How many instances there are in a file. */
export const INSTANCES = 30;
/** So many of them, from the first on, are in groups of two. */
const GROUPED = 12;
const KEYWORDS_MAX = 14;
const ROUTES_MAX = 4;
const TRACKED = ['script', 'file', 'process', 'bfd'] as const;
const TRACKED_EACH = 3;

/** A keyword with values that keepalived accepts in any combination. */
type Keyword = readonly [keyword: string, values: readonly string[]];

const SCRIPTS = [
  '/usr/bin/true',
  `"/usr/bin/printf 'a b' c"`,
  '/usr/bin/true root',
  '/usr/bin/true nobody nogroup',
];

const KEYWORDS: readonly Keyword[] = [
  ['priority', ['1', '50', '254']],
  ['advert_int', ['1', '2', '10']],
  ['version', ['2', '3']],
  ['preempt_delay', ['0.5', '3', '1000']],
  ['nopreempt', ['']],
  ['garp_master_delay', ['0', '3', '60']],
  ['garp_master_repeat', ['1', '9']],
  ['garp_master_refresh', ['0', '30']],
  ['garp_master_refresh_repeat', ['1', '4']],
  ['garp_lower_prio_delay', ['0', '7']],
  ['garp_lower_prio_repeat', ['0', '6']],
  ['down_timer_adverts', ['1', '5', '100']],
  ['lower_prio_no_advert', ['', 'on', 'off']],
  ['higher_prio_send_advert', ['', 'on', 'off']],
  ['dont_track_primary', ['']],
  ['no_accept', ['']],
  ['accept', ['']],
  ['promote_secondaries', ['']],
  ['skip_check_adv_addr', ['']],
  ['kernel_rx_buf_size', ['4096']],
  ['debug', ['0', '3']],
  ['notify_deleted', ['']],
  ['notify_priority_changes', ['', 'on', 'off']],
  ['notify_master_rx_lower_pri', SCRIPTS],
  ['smtp_alert', ['', 'on', 'off']],
  ['mcast_dst_ip', ['224.0.0.77']],
  [
    'authentication',
    ['{\nauth_type PASS\nauth_pass abc\n}', '{\nauth_type PASS\nauth_pass "a b"\n}'],
  ],
  ['notify_master', SCRIPTS],
  ['notify_backup', SCRIPTS],
  ['notify_fault', SCRIPTS],
  ['notify', SCRIPTS],
  ['notify_stop', SCRIPTS],
];

const PATHS: readonly Keyword[] = [
  ['unicast_src_ip', ['192.168.1.10']],
  ['unicast_ttl', ['1', '64', '255']],
  ['check_unicast_src', ['']],
  ['old_unicast_checksum', ['', 'never']],
  ['unicast_fault_no_peer', ['']],
];
const PEER_LIMITS = ['', 'min_ttl 3', 'min_ttl 3 max_ttl 200', 'max_ttl 9'];

const GROUP_KEYWORDS: readonly Keyword[] = [
  ['smtp_alert', ['', 'on', 'off']],
  ['notify_master', SCRIPTS],
  ['notify_backup', SCRIPTS],
  ['notify_fault', SCRIPTS],
  ['notify_stop', SCRIPTS],
  ['notify', SCRIPTS],
];

const WEIGHTS = ['', '', '5', '-5 reverse', '0', '253', '-253', '0 reverse'];
const SCRIPT_KEYWORDS: readonly Keyword[] = [
  ['interval', ['1', '7', '4294']],
  ['timeout', ['1', '3']],
  ['rise', ['1', '4']],
  ['fall', ['1', '5']],
  ['weight', WEIGHTS.filter((each) => each !== '')],
  ['user', ['root', 'nobody', 'nobody nogroup']],
  ['init_fail', ['']],
];
const FILE_KEYWORDS: readonly Keyword[] = [
  ['weight', ['5', '-254 reverse', '0', '1']],
  ['init_file', ['', '7', '-3 overwrite']],
];
const PROCESS_KEYWORDS: readonly Keyword[] = [
  ['weight', ['5', '-254 reverse', '0']],
  ['param_match', ['initial', 'partial']],
  ['quorum', ['1', '3']],
  ['quorum_max', ['7', '3']],
  ['delay', ['1.5', '0.000001']],
  ['terminate_delay', ['2.5']],
  ['fork_delay', ['2000']],
  ['full_command', ['']],
];

const SESSION_KEYWORDS: readonly Keyword[] = [
  ['min_rx', ['50', '1000']],
  ['min_tx', ['20']],
  ['idle_tx', ['2000']],
  ['multiplier', ['3', '255']],
  ['passive', ['']],
  ['ttl', ['64']],
  ['max_hops', ['2']],
  ['weight', ['5', '-5 reverse', '0']],
  ['vrrp', ['']],
];

const OPTIONS = [
  '',
  'label eth0:1',
  'brd +',
  'brd -',
  'scope link',
  'dev eth1',
  'no_track',
  'noprefixroute',
  'brd 10.0.0.255 scope host',
];

/**
 * @param random - decides about everything
 * @returns a configuration
 */
export function vrrpConfiguration(random: Random): string {
  const entries: Entry[] = [
    { text: 'global_defs', children: globals(random) },
    ...TRACKED.flatMap((kind) =>
      Array.from({ length: TRACKED_EACH }, (_, i) => TRACKED_BLOCKS[kind](`${kind}${i}`, random)),
    ),
    trackGroup(['V0', 'V20']),
    ...garpGroups(random),
    ...staticBlocks(random),
    ...Array.from({ length: GROUPED / 2 }, (_, i) => group(i, random)),
    ...Array.from({ length: INSTANCES }, (_, i) => instance(i, random)),
  ];
  return `${render(entries).join('\n')}\n`;
}

function globals(random: Random): Entry[] {
  const mail = [
    line('smtp_server 127.0.0.1'),
    block('notification_email', 'a@b.example', 'c@d.example "e f@g"'),
    block('notification_email', 'h@i.example'),
  ];
  // What holds without it is a decision.
  const decided = line('vrrp_higher_prio_send_advert off');
  return [
    decided,
    ...mail,
    ...(random.percent(70) ? [line('enable_script_security')] : []),
    ...globalEntries(random),
  ];
}

const TRACKED_BLOCKS: Readonly<
  Record<(typeof TRACKED)[number], (name: string, random: Random) => Entry>
> = {
  script: (name, random) => ({
    text: `vrrp_script ${name}`,
    children: [
      line(`script ${random.pick(SCRIPTS.slice(0, 2))}`),
      ...some(SCRIPT_KEYWORDS, random),
    ],
  }),
  file: (name, random) => ({
    text: `track_file ${name}`,
    children: [line(`file /run/${name}`), ...some(FILE_KEYWORDS, random)],
  }),
  process: (name, random) => ({
    text: `vrrp_track_process ${name}`,
    children: [
      line(`process ${random.pick(['sh', '/usr/sbin/nginx', 'sh a "b c"'])}`),
      ...some(PROCESS_KEYWORDS, random),
    ],
  }),
  bfd: bfdInstance,
};

/** @returns a session with a source that nobody has */
export function bfdInstance(name: string, random: Random): Entry {
  return {
    text: `bfd_instance ${name}`,
    children: [
      line(`neighbor_ip 192.168.2.${name.replace('bfd', '1')}`),
      line('source_ip 192.168.1.10'),
      ...some(SESSION_KEYWORDS, random),
    ],
  };
}

function garpGroups(random: Random): Entry[] {
  const delays = some(
    [
      ['garp_interval', ['0.5', '0.01']],
      ['gna_interval', ['0.25', '1']],
    ],
    random,
  );
  return delays.length === 0
    ? []
    : [{ text: 'garp_group', children: [...delays, block('interfaces', 'eth0', 'eth1')] }];
}

function group(i: number, random: Random): Entry {
  return {
    text: `vrrp_sync_group G${i}`,
    children: [
      block('group', `V${2 * i}`, `V${2 * i + 1}`),
      // Without it keepalived leaves out only some of what instances follow with a weight.
      line('sync_group_tracking_weight'),
      ...some(GROUP_KEYWORDS, random),
      ...trackers(random, 30),
    ],
  };
}

function instance(i: number, random: Random): Entry {
  const six = random.percent(20);
  const paths = !six && random.percent(30) ? unicast(random) : [];
  const addresses = six
    ? [`fe80::${i}/64`, `2001:db8::${i}`]
    : [`10.${i}.0.1/${8 + random.below(23)} ${random.pick(OPTIONS)}`, `10.${i}.0.2`];
  const own = some(KEYWORDS, random).filter(
    ({ text }) => !six || !/^(?:version|mcast_dst_ip|authentication)/.test(text),
  );
  return {
    text: `vrrp_instance V${i}`,
    children: [
      line(`interface eth${i % 2}`),
      line(`virtual_router_id ${i + 1}`),
      ...vmac(i, random),
      ...own,
      ...paths,
      block('virtual_ipaddress', ...addresses),
      block('virtual_routes', ...times(random, (n) => route(100 + n, random))),
      block('virtual_rules', ...times(random, (n) => rule(i * ROUTES_MAX + n, random))),
      block('virtual_ipaddress_excluded', `10.${i}.9.1/24`, `fe80::9:${i}/64`),
      ...trackers(random, 40).filter(
        // keepalived takes the weight of the group, but not its direction.
        ({ text }) => i >= GROUPED || !/track_(?:process|bfd)/.test(text),
      ),
    ],
  };
}

function times(random: Random, make: (n: number) => string): string[] {
  return Array.from({ length: random.below(ROUTES_MAX) }, (_, n) => make(n)).map((each) =>
    each.replace(/ ?track_group T/, ''),
  );
}

function vmac(i: number, random: Random): Entry[] {
  if (random.percent(80)) return [];
  const first = line(random.pick(['use_vmac', `use_vmac vmac${i}`]));
  return [
    first,
    ...some(
      [
        ['vmac_xmit_base', ['']],
        ['garp_extra_if', ['30', 'all 30']],
      ],
      random,
    ),
  ];
}

function unicast(random: Random): Entry[] {
  const peers = Array.from(
    { length: 1 + random.below(3) },
    (_, i) => `192.168.1.${20 + i} ${random.pick(PEER_LIMITS)}`,
  );
  return [...some(PATHS, random), block('unicast_peer', ...peers)];
}

function trackers(random: Random, chances: number): Entry[] {
  const kinds = (['interface', ...TRACKED] as const).filter(() => random.percent(chances));
  return kinds.map((kind) => {
    const names =
      kind === 'interface'
        ? ['lo']
        : Array.from({ length: TRACKED_EACH }, (_, i) => `${kind}${i}`).filter(() =>
            random.percent(60),
          );
    return block(`track_${kind}`, ...names.map((name) => `${name} ${weight(random)}`));
  });
}

function weight(random: Random): string {
  const chosen = random.pick(WEIGHTS);
  return chosen === '' ? '' : `weight ${chosen}`;
}

function some(keywords: readonly Keyword[], random: Random): Entry[] {
  return random
    .some(keywords, KEYWORDS_MAX)
    .map(([keyword, values]) => line(`${keyword} ${random.pick(values)}`.trim()));
}
