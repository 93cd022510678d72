/** Files with many instances, sync groups and what they follow. */
import { block, line, render, type Entry } from './entry.ts';
import type { Random } from './random.ts';

/** How many instances there are in a file. */
export const INSTANCES = 30;
/** So many of them, from the first on, are in groups of two. */
const GROUPED = 12;
const KEYWORDS_MAX = 8;
const TRACKED = ['script', 'file', 'process'] as const;
const TRACKED_EACH = 3;

/** A keyword with values that keepalived accepts in any combination. */
type Keyword = readonly [keyword: string, values: readonly string[]];

const SCRIPTS = [
  '/usr/bin/true',
  `"/usr/bin/printf 'a b' c"`,
  '/usr/bin/true root',
  '/usr/bin/true nobody nogroup',
];

const GLOBALS: readonly Keyword[] = [
  ['vrrp_mcast_group4', ['224.0.0.77', '239.1.1.1']],
  ['vrrp_mcast_group6', ['ff02::77']],
  ['vrrp_garp_interval', ['0.5', '0.000001', '10']],
  ['vrrp_gna_interval', ['1.25', '1']],
  ['vrrp_garp_master_delay', ['4', '0']],
  ['vrrp_garp_master_repeat', ['3']],
  ['vrrp_garp_master_refresh', ['30']],
  ['vrrp_garp_master_refresh_repeat', ['2']],
  ['vrrp_garp_lower_prio_delay', ['6', '0']],
  ['vrrp_garp_lower_prio_repeat', ['2', '0']],
  ['vrrp_down_timer_adverts', ['5']],
  ['vrrp_lower_prio_no_advert', ['', 'off']],
  ['vrrp_check_unicast_src', ['']],
  ['script_user', ['root', 'nobody', 'nobody nogroup', 'root daemon']],
  ['smtp_alert', ['on', 'off']],
  ['smtp_alert_vrrp', ['on', 'off']],
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
const FILE_KEYWORDS: readonly Keyword[] = [['weight', ['5', '-254 reverse', '0', '1']]];
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

const OPTIONS = [
  '',
  'label eth0:1',
  'brd +',
  'brd -',
  'scope link',
  'dev eth1',
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
  // Without an account to run as, keepalived leaves scripts out.
  const secure = [line('enable_script_security'), line('script_user nobody')];
  return [
    decided,
    ...(random.percent(70) ? mail : []),
    ...(random.percent(50) ? secure : []),
    ...some(GLOBALS, random),
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
    children: [line(`file /etc/${name}`), ...some(FILE_KEYWORDS, random)],
  }),
  process: (name, random) => ({
    text: `vrrp_track_process ${name}`,
    children: [
      line(`process ${random.pick(['sh', '/usr/sbin/nginx', 'sh a "b c"'])}`),
      ...some(PROCESS_KEYWORDS, random),
    ],
  }),
};

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
      ...own,
      ...paths,
      block('virtual_ipaddress', ...addresses),
      block('virtual_ipaddress_excluded', `10.${i}.9.1/24`, `fe80::9:${i}/64`),
      ...trackers(random, 40).filter(
        // keepalived takes the weight of the group, but not its direction.
        ({ text }) => i >= GROUPED || text !== 'track_process',
      ),
    ],
  };
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
