/** Where values of global_defs stand in keepalived's dump, and where in our settings. */
import { ROOT, type ConfigurationDocument, type Keyword, type Settings } from '@tandem/config';
import { accountOf, commandText, field, match, present, type Field, type Part } from './field.ts';
import { textOf, type Data } from './said.ts';

/** What global_defs says, and what comes of it. */
export interface Globals {
  readonly settings: Settings['global'];
  /** Of the document: keywords that have no setting of their own are there. */
  readonly said: ConfigurationDocument;
  /** Instances do not accept packets, for which keepalived makes a table unasked. */
  readonly dropsPackets: boolean;
}

const ROWS = rowsOf('global_defs');

/** @returns the keyword table of a block of the root */
function rowsOf(block: string): ReadonlyMap<string, Keyword<never>> {
  const row = ROOT.keywords.get(block);
  const isTable = row?.kind === 'block' && 'rows' in row.grammar;
  const rows = isTable ? (row.grammar.rows as readonly Keyword<never>[]) : [];
  return new Map(rows.map((each) => [each.keyword, each]));
}

/** Defaults beside vrrp_min_garp. */
const MINIMAL_GARP: Readonly<Record<string, number>> = {
  vrrp_garp_master_delay: 0,
  vrrp_garp_master_repeat: 1,
  vrrp_garp_master_refresh_repeat: 0,
};

/** @returns what is said of a keyword, else its default */
function said(keyword: string): (globals: Globals) => Data | undefined {
  const row = ROWS.get(keyword);
  if (row === undefined) throw new RangeError(`no such keyword: ${keyword}`);
  return ({ said: all }) => {
    const minimal = all['vrrp_min_garp'] === true ? MINIMAL_GARP[keyword] : undefined;
    return all[keyword] ?? minimal ?? row.default;
  };
}

/** @returns a field of a keyword, as the dump writes it */
function keyword(name: string, word: string, format: (text: string) => string = (text) => text): G {
  const value = said(word);
  return field(name, (globals) => {
    const text = textOf(value(globals));
    return text === undefined ? undefined : format(text);
  });
}

/** @returns a field of a flag: its two words for yes and no */
function flag(name: string, word: string, [yes, no]: readonly [string, string]): G {
  return field(name, (globals) => (said(word)(globals) === true ? yes : no));
}

type G = Field<Globals>;

const TRUE_FALSE = ['true', 'false'] as const;
const ONE_ZERO = ['1', '0'] as const;
const ABLED = ['enabled', 'disabled'] as const;

const PROCESSES = [
  ['VRRP', 'vrrp', 'keepalived_vrrp'],
  ['Checker', 'checker', 'keepalived_lvs'],
  ['BFD', 'bfd', 'keepalived_bfd'],
] as const;
const BUFFERS = [
  'vrrp_netlink_cmd_rcv_bufs',
  'vrrp_netlink_monitor_rcv_bufs',
  'lvs_netlink_cmd_rcv_bufs',
  'lvs_netlink_monitor_rcv_bufs',
  'process_monitor_rcv_bufs',
];
const SNMP = [
  ['vrrp', 'enable_snmp_vrrp'],
  ['checker', 'enable_snmp_checker'],
  ['RFCv2', 'enable_snmp_rfcv2'],
  ['RFCv3', 'enable_snmp_rfcv3'],
  ['traps', 'enable_traps'],
] as const;
const FIFOS = [
  ['Global', 'all'],
  ['VRRP', 'vrrp'],
  ['LVS', 'lvs'],
] as const;

/** Values of global_defs, as the process of VRRP has them. */
export const GLOBAL_PART: Part<Globals> = {
  fields: [
    field('Router ID', ({ settings }) => settings.routerId),
    field('Smtp server', ({ settings: { mail } }) => mail?.host),
    field('Smtp server port', ({ settings: { mail } }) => mail?.port),
    field(
      'Smtp server connection timeout',
      ({ settings: { mail } }) => mail && mail.connectTimeout / 1000,
    ),
    field('Email notification from', ({ settings: { mail } }) => mail?.from),
    field('Smtp HELO name', ({ settings: { mail } }) => mail?.heloName),
    {
      name: 'recipients',
      theirs: (lines) => lines.below('Email notification to').join('\n'),
      ours: ({ settings: { mail } }) => (mail?.to ?? []).join('\n'),
    },
    ...['smtp_alert', 'smtp_alert_vrrp', 'smtp_alert_checker'].map((word) =>
      field<Globals>(`Default ${word}`, ({ said: { [word]: value } }) =>
        value === undefined ? 'unset' : value === true ? 'on' : 'off',
      ),
    ),
    flag('Checkers log all failures', 'checker_log_all_failures', TRUE_FALSE),
    field('Send emails for fault transitions', ({ settings: { noEmailFaults } }) =>
      noEmailFaults ? 'off' : undefined,
    ),
    flag('no_checker_emails', 'no_checker_emails', ONE_ZERO),
    flag('rs_init_notifies', 'rs_init_notifies', ONE_ZERO),
    field('Dynamic interfaces', ({ said: { dynamic_interfaces: word } }) => word !== undefined),
    field('Allow interface changes', ({ said: { dynamic_interfaces: word } }) =>
      word === undefined ? undefined : word === 'allow_if_changes',
    ),
    keyword('Default interface', 'default_interface'),
    flag('Disable local IGMP', 'disable_local_igmp', ['yes', 'no']),
    flag('LVS flush', 'lvs_flush', TRUE_FALSE),
    field('LVS flush on stop', ({ said: { lvs_flush_on_stop: word } }) =>
      word === undefined ? 'disabled' : word === 'VS' ? 'VS' : 'full',
    ),
    ...FIFOS.flatMap(([name, hears]) => [
      field<Globals>(`${name} notify fifo`, ({ settings: { notifyFifos } }) => {
        const fifo = notifyFifos.find((each) => each.hears === hears);
        return fifo && `${fifo.path}, uid:gid ${accountOf(fifo)}`;
      }),
      field<Globals>(`${name} notify fifo script`, ({ settings: { notifyFifos } }) => {
        const { script, path } = notifyFifos.find((each) => each.hears === hears) ?? {};
        // That of LVS is given its path by another process.
        const last = hears === 'lvs' ? [] : [path ?? ''];
        return script && commandText({ ...script, argv: [...script.argv, ...last] });
      }),
    ]),
    flag('FIFO write vrrp states on reload', 'fifo_write_vrrp_states_on_reload', TRUE_FALSE),
    flag('VRRP notify priority changes', 'vrrp_notify_priority_changes', TRUE_FALSE),
    field('VRRP IPv4 mcast group', ({ settings: { multicastGroup4 } }) => multicastGroup4),
    field('VRRP IPv6 mcast group', ({ settings: { multicastGroup6 } }) => multicastGroup6),
    keyword('Gratuitous ARP delay', 'vrrp_garp_master_delay'),
    keyword('Gratuitous ARP repeat', 'vrrp_garp_master_repeat'),
    keyword('Gratuitous ARP refresh timer', 'vrrp_garp_master_refresh'),
    keyword('Gratuitous ARP refresh repeat', 'vrrp_garp_master_refresh_repeat'),
    lowerPriority('delay'),
    lowerPriority('repeat'),
    keyword('Num adverts before down', 'vrrp_down_timer_adverts'),
    field('Gratuitous ARP interval', ({ settings }) => sixDecimals(settings.garpInterval)),
    field('Gratuitous NA interval', ({ settings }) => sixDecimals(settings.gnaInterval)),
    flag('Send advert after receive lower priority advert', 'vrrp_lower_prio_no_advert', [
      'false',
      'true',
    ]),
    flag(
      'Send advert after receive higher priority advert',
      'vrrp_higher_prio_send_advert',
      TRUE_FALSE,
    ),
    keyword('VRRP default protocol version', 'vrrp_version'),
    flag('VRRP check unicast_src', 'vrrp_check_unicast_src', TRUE_FALSE),
    flag('VRRP skip check advert addresses', 'vrrp_skip_check_adv_addr', TRUE_FALSE),
    flag('VRRP strict mode', 'vrrp_strict', TRUE_FALSE),
    {
      name: 'vrrp_garp_extra_if',
      theirs: (lines) => lines.first(/^ Gratuitous ARP for each secondary (.*)/),
      ours: ({ said: { vrrp_garp_extra_if: extra } }) => extraInterface(extra),
    },
    ...table('nftables', 'keepalived'),
    ...table('nftables_ipvs', 'keepalived_ipvs'),
    match('nftables_ifindex', /^ nftables (.*)force use ifindex/, (globals) =>
      isMade('nftables', globals)
        ? globals.said['nftables_ifindex'] === true
          ? ''
          : "don't "
        : undefined,
    ),
    field('ipvs nftables start fwmark', (globals) =>
      isMade('nftables_ipvs', globals)
        ? textOf(said('nftables_ipvs_start_fwmark')(globals))
        : undefined,
    ),
    match('nftables_counters', /^ nftables with(.*) counters/, ({ said: all }) =>
      all['nftables_counters'] === true ? '' : 'out',
    ),
    field('Max auto priority', (globals) => {
      const limit = said('max_auto_priority')(globals);
      return limit === -1 ? 'Disabled' : limit === true ? 99 : Number(limit);
    }),
    keyword('Min auto priority delay', 'min_auto_priority_delay', (text) => `${text} usecs`),
    ...PROCESSES.flatMap(([name, prefix, usual]) => [
      field<Globals>(`${name} process priority`, (globals) =>
        Number(said(`${prefix}_priority`)(globals) ?? 0),
      ),
      flag(`${name} don't swap`, `${prefix}_no_swap`, TRUE_FALSE),
      field<Globals>(`${name} realtime priority`, (globals) =>
        Number(said(`${prefix}_rt_priority`)(globals) ?? 0),
      ),
      field<Globals>(`${name} realtime limit`, (globals) =>
        Number(said(`${prefix}_rlimit_rttime`)(globals) ?? 10_000),
      ),
      // keepalived never shows the first processor.
      match<Globals>(
        `${name} CPU Affinity`,
        new RegExp(`^ ${name} CPU Affinity = *(.*?) *$`),
        (globals) => {
          const numbers = said(`${prefix}_cpu_affinity`)(globals) as readonly number[] | undefined;
          return numbers
            ?.filter((each) => each > 0)
            .toSorted((a, b) => a - b)
            .join(' ');
        },
      ),
      // The later one counts, and in the files bfd_process_name stands behind process_names.
      field<Globals>(`${name === 'Checker' ? 'LVS' : name} process name`, ({ said: all }) => {
        const own = textOf(all[`${prefix}_process_name`]);
        const isNamed = all['process_names'] === true && (prefix !== 'bfd' || own === undefined);
        return isNamed ? usual : own;
      }),
    ]),
    keyword('Parent process name', 'process_name'),
    ...SNMP.map(([name, word]) =>
      match<Globals>(word, new RegExp(`^ SNMP ${name} (.*)`), (globals) =>
        isServed(word, globals) ? ABLED[0] : ABLED[1],
      ),
    ),
    field('SNMP socket', ({ said: { snmp_socket: socket } }) =>
      textOf(socket ?? 'default (unix:/var/agentx/master)'),
    ),
    match('enable_dbus', /^ DBus (\w+)$/, (globals) =>
      said('enable_dbus')(globals) === true ? ABLED[0] : ABLED[1],
    ),
    field('DBus service name', ({ said: { dbus_service_name: name } }) => textOf(name ?? '')),
    match('script security', /^ Script security (.*)/, ({ settings }) =>
      settings.enableScriptSecurity ? 'enabled' : 'disabled',
    ),
    {
      name: 'script user',
      // Said once somebody has asked for it.
      theirs: (lines) => lines.first(/^ Default script uid:gid (.*)/) ?? '0:0',
      ours: ({ settings: { scriptUser = {} } }) => accountOf(scriptUser),
    },
    ...BUFFERS.flatMap((word) => [
      field<Globals>(word, (globals) => Number(said(word)(globals) ?? 0)),
      flag(`${word}_force`, `${word}_force`, ONE_ZERO),
    ]),
    match(
      'vrrp_rx_bufs_policy',
      /^ rx_bufs_(?:size|policy) = (.*)/,
      ({ said: { vrrp_rx_bufs_policy: policy } }) =>
        policy === undefined ? undefined : textOf(policy),
    ),
    keyword('rx_bufs_multiples', 'vrrp_rx_bufs_multiplier'),
    keyword('umask', 'umask'),
    keyword('vrrp_startup_delay', 'vrrp_startup_delay'),
    present(/^ log_unknown_vrids$/, ({ said: all }) => all['log_unknown_vrids'] === true),
    field('VMAC prefix', ({ said: { vmac_prefix: prefix } }) => textOf(prefix)),
    keyword('VMAC address prefix', 'vmac_addr_prefix'),
    keyword('Config save dir', 'config_save_dir'),
    keyword('config save directory', 'tmp_config_directory'),
    present(
      /^ Use instance name in data dumps$/,
      ({ said: all }) => all['data_use_instance'] === true,
    ),
    present(
      /^ No test config before reload$/,
      ({ said: all }) => all['reload_check_config'] === undefined,
    ),
    field('Reload_file', ({ said: { reload_file: path } }) =>
      path === true ? '/run/keepalived.reload' : textOf(path),
    ),
    field('Reload time file', ({ said: { reload_time_file: path, reload_repeat: again } }) =>
      path === undefined ? undefined : `${textOf(path)}${again === true ? ' (repeat)' : ''}`,
    ),
  ],
  leftOut: [
    {
      lines: /^ Network namespace(?: ipvs)? = /,
      why: 'net_namespace is a keyword of the root, and would need one',
    },
    { lines: /^ No reload scheduled$/, why: 'that is in the file, which is not there' },
    { lines: /^ libnftnl version /, why: 'a library of keepalived' },
  ],
};

function table(word: 'nftables' | 'nftables_ipvs', usual: string): readonly G[] {
  const name = word === 'nftables' ? 'nftables' : 'ipvs nftables';
  return [
    field(`${name} table name`, (globals) => {
      const own = globals.said[word];
      return isMade(word, globals) ? (own === true ? usual : textOf(own ?? usual)) : undefined;
    }),
    field(`${name} base chain priority`, (globals) =>
      isMade(word, globals) ? textOf(said(`${word}_priority`)(globals)) : undefined,
    ),
  ];
}

function isMade(word: 'nftables' | 'nftables_ipvs', { said: all, dropsPackets }: Globals): boolean {
  return all[word] !== undefined || (word === 'nftables' && dropsPackets);
}

function lowerPriority(what: 'delay' | 'repeat'): G {
  const [own, other] = [said(`vrrp_garp_lower_prio_${what}`), said(`vrrp_garp_master_${what}`)];
  return field(`Gratuitous ARP lower priority ${what}`, (globals) =>
    textOf(own(globals) ?? other(globals)),
  );
}

function isServed(word: string, globals: Globals): boolean {
  const isBoth = /rfcv[23]/.test(word) && said('enable_snmp_rfc')(globals) === true;
  return isBoth || said(word)(globals) === true;
}

/** `[all] SECONDS` */
function extraInterface(extra: Data | undefined): string {
  const words = (
    typeof extra === 'object' ? extra : { value: extra ?? 0 }
  ) as ConfigurationDocument;
  return `${words['all'] === true ? 'i/f' : 'VMAC'} = ${textOf(words['value'])}s`;
}

function sixDecimals(ms: number | undefined): string {
  return ((ms ?? 0) / 1000).toFixed(6);
}
