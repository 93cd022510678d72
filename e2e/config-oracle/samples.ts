/** What stands after keywords: words that are right there, and words that are nearly so. */
/** Arguments of a keyword; an empty one is the bare keyword. */
export interface Sample {
  readonly right: readonly string[];
  readonly wrong: readonly string[];
}

const SCRIPT: Sample = {
  right: [
    '/bin/true',
    '"/bin/true"',
    '"/bin/true a b"',
    `"/bin/true 'a b' c"`,
    '/bin/true root',
    '/bin/true root root',
    '"/bin/true a" root root',
    `'/bin/true a'`,
    String.raw`"/bin/true a\\x41b"`,
    '/etc/hostname',
    '/nonexistent/script',
    'true',
  ],
  wrong: [
    '""',
    '"/bin/true',
    `"/bin/true 'a"`,
    '/bin/true nobody-here',
    '/bin/true root nobody-here',
    '',
  ],
};

const LONG_TIME: Sample = {
  right: ['0.5', '1', '5', '10.5', '4295', '86400'],
  wrong: ['-1', 'x', '18446744073710', '1.2345678', '1.5s', ''],
};

const NO_WEIGHTS = ['x', '3 reversed', ''];
const WEIGHT: Sample = {
  right: ['1', '-253', '253', '3 reverse', '0'],
  wrong: ['254', '-254', ...NO_WEIGHTS],
};

const USER: Sample = {
  right: ['root', 'root root', 'nobody'],
  wrong: ['nobody-here', 'root nobody-here', ''],
};

const PROCESSORS: Sample = { right: ['0', '0 1', '1'], wrong: ['x', '-1', '5000', ''] };

/** By keyword, or by block and keyword. */
const SAMPLES: Readonly<Record<string, Sample>> = {
  'authentication auth_pass': {
    right: ['secret', '"a b"', '12345678', '"ab#c"'],
    wrong: ['123456789', 'muchtoolongpassword', ''],
  },
  'vrrp_instance interface': {
    right: ['eth0', 'eth1', '"eth0"'],
    wrong: ['eth9', 'lo', 'interface-name-too-long'],
  },
  'vrrp_instance virtual_router_id': {
    right: ['1', '51', '255'],
    wrong: ['0', '256', '-1', 'abc', '0x10', '1.5'],
  },
  'vrrp_instance lvs_sync_daemon_interface': { right: ['eth0'], wrong: ['eth9', ''] },
  'vrrp_instance state': { right: ['MASTER', 'BACKUP'], wrong: ['master', 'FAULT', 'SLAVE', ''] },
  'vrrp_instance debug': { right: ['0', '1', '4'], wrong: ['5', '-1', 'x'] },
  'vrrp_instance vrf': { right: ['red'], wrong: ['red', 'eth1', ''] },
  delay_loop: LONG_TIME,
  warmup: LONG_TIME,
  delay_before_retry: LONG_TIME,
  'vrrp_instance use_vmac': {
    right: ['', 'vrrp.51', 'vmac0', 'vrrp51 00:00:5e:00:01:33', '00:00:5e:00:01:33'],
    wrong: ['interface-name-too-long', 'vmac0 00:00:5e', 'a b c', 'eth1'],
  },
  'vrrp_instance use_ipvlan': {
    right: ['', 'ipv0', 'ipv0 10.1.0.7', 'ipv0 private', 'bridge', 'vepa'],
    wrong: ['interface-name-too-long', 'a b', '10.1.0.300'],
  },
  'vrrp_instance unicast_src_ip': {
    right: ['192.168.1.10'],
    wrong: ['10.0.0.300', 'host', 'fe80::1', ''],
  },
  'vrrp_instance mcast_src_ip': {
    right: ['192.168.1.10', '10.0.0.7'],
    wrong: ['10.0.0.300', 'host', 'fe80::1', ''],
  },
  'auth_hmac key': { right: ['1 secret'], wrong: [''] },
  garp_extra_if: {
    right: ['60', 'all 60', '1', '86400'],
    wrong: ['0', '86401', 'all', 'any 60', 'x', ''],
  },
  vrrp_garp_extra_if: {
    right: ['60', 'all 60', '1', '86400'],
    wrong: ['0', '86401', 'all', 'any 60', 'x', ''],
  },
  notify_fifo: {
    right: ['/run/fifo', '/run/fifo root', '/run/fifo root root'],
    wrong: ['/run/fifo nobody-here', ''],
  },
  vrrp_notify_fifo: {
    right: ['/run/fifo', '/run/fifo root', '/run/fifo root root'],
    wrong: ['/run/fifo nobody-here', ''],
  },
  lvs_notify_fifo: {
    right: ['/run/fifo', '/run/fifo root', '/run/fifo root root'],
    wrong: ['/run/fifo nobody-here', ''],
  },
  script_user: {
    right: ['root', 'root root', 'nobody'],
    wrong: ['nobody-here', 'root nobody-here', ''],
  },
  'MISC_CHECK user': USER,
  'vrrp_script user': USER,
  smtp_server: {
    right: ['127.0.0.1', '127.0.0.1 25', '10.0.0.9 2525', '::1', 'localhost'],
    wrong: ['127.0.0.1 0', '127.0.0.1 65536', '127.0.0.1 smtp', ''],
  },
  default_interface: { right: ['eth0', 'eth1'], wrong: ['eth9', 'interface-name-too-long', ''] },
  dynamic_interfaces: { right: ['', 'allow_if_changes'], wrong: ['yes', 'allow_if_change'] },
  vrrp_strict: { right: ['', 'on', 'off', 'true'], wrong: ['maybe'] },
  vrrp_skip_check_adv_addr: { right: ['', 'on', 'off'], wrong: ['maybe', 'ON'] },
  vrrp_check_unicast_src: { right: ['', 'on'], wrong: ['maybe'] },
  nftables: {
    right: ['', 'keepalived', 'table'],
    wrong: ['a b', 'a-very-long-name-of-a-table-that-goes-on-and-on'],
  },
  nftables_ipvs: { right: ['', 'keepalived_ipvs'], wrong: ['a b'] },
  nftables_ipvs_start_fwmark: {
    right: ['1', '1000', '0x100'],
    wrong: ['-1', 'x', '4294967296', ''],
  },
  lvs_sync_daemon: {
    right: [
      'eth0',
      'eth0 V1',
      'eth0 inst V1',
      'eth0 inst V1 id 5',
      'eth0 id 0 maxlen 1000 port 8848 ttl 2 group 224.0.0.81',
      'eth0 V1 255',
    ],
    wrong: [
      '',
      'eth0 id 256',
      'eth0 maxlen 0',
      'eth0 ttl 0',
      'eth0 group 10.0.0.1',
      'eth0 inst V1 nonsense 5',
      'eth0 port x',
    ],
  },
  lvs_timeouts: {
    right: ['tcp 900', 'tcp 900 tcpfin 120 udp 300', 'udp 1'],
    wrong: ['', 'tcp', 'tcp 0', 'tcp x', 'sctp 5', '900 120 300', 'tcp 2147484'],
  },
  lvs_flush_on_stop: { right: ['', 'VS'], wrong: ['vs', 'all'] },
  max_auto_priority: { right: ['', '0', '99', '-1'], wrong: ['100', '-2', 'x'] },
  vrrp_cpu_affinity: PROCESSORS,
  checker_cpu_affinity: PROCESSORS,
  bfd_cpu_affinity: PROCESSORS,
  reload_file: { right: ['', '/run/reload', '"/run/a b"'], wrong: ['"', '"/run/reload'] },
  reload_time_file: { right: ['/run/reload-time'], wrong: ['', '"/run/x'] },
  reload_check_config: { right: ['', '/run/check.log'], wrong: ['"'] },
  config_save_dir: { right: ['/run/saved'], wrong: ['', '/nonexistent/dir'] },
  tmp_config_directory: { right: ['/tmp', '/run'], wrong: ['', '/nonexistent', 'relative'] },
  include_check: {
    right: ['', 'read', 'match wildcard_match', '+brace_match', '-read'],
    wrong: ['readable', 'all', '+x'],
  },
  random_seed: { right: ['1', '42'], wrong: ['x', '-1', '', '1.5'] },
  snmp_socket: { right: ['unix:/var/agentx/master', 'udp:127.0.0.1:705'], wrong: [''] },
  vmac_prefix: { right: ['vm', 'vrrp'], wrong: ['', 'prefix-too-long-for-it'] },
  vmac_addr_prefix: { right: ['va', 'vadr'], wrong: ['', 'prefix-too-long-for-it'] },
  vrrp_rx_bufs_policy: {
    right: ['MTU', 'ADVERT', '4096', 'mtu', 'NO_SEND_RX'],
    wrong: ['x', '', '-1'],
  },
  umask: {
    right: ['0177', '022', '0', '077', '0x12', '63'],
    wrong: ['0888', '01000', 'x', '-1', ''],
  },
  net_namespace: { right: [], wrong: ['', '"'] },
  net_namespace_ipvs: { right: [], wrong: ['', '"'] },
  instance: { right: ['one', '"two"'], wrong: ['', '"'] },
  'track_file file': { right: ['/etc/hostname', '"/run/track file"'], wrong: ['', '"/run/x'] },
  'track_file init_file': {
    right: ['', '5', 'overwrite', '0 overwrite', '-3'],
    wrong: ['x', '5 6', 'overwrite x'],
  },
  'track_file weight': {
    right: ['1', '-254', '254', '3 reverse', '0'],
    wrong: ['255', '-255', ...NO_WEIGHTS],
  },
  'vrrp_script weight': WEIGHT,
  'vrrp_track_process weight': { ...WEIGHT, wrong: ['255', '-255', ...NO_WEIGHTS] },
  'bfd_instance weight': WEIGHT,
  'FILE_CHECK weight': {
    right: ['1', '-3', '3 reverse', '0', '3 noreverse'],
    wrong: NO_WEIGHTS,
  },
  'vrrp_track_process process': {
    right: ['nginx', '/usr/sbin/nginx', 'sh -c x', '"a b"'],
    wrong: ['', '"nginx'],
  },
  'FILE_CHECK track_file': { right: ['tf'], wrong: ['nofile', ''] },
  'BFD_CHECK name': { right: ['b1'], wrong: ['nobfd', ''] },
  'url digest': {
    right: ['9c9c5ebd3ed6b0f0eb6d9a1a3d3a7ff1', '9C9C5EBD3ED6B0F0EB6D9A1A3D3A7FF1'],
    wrong: ['abc', 'zz9c5ebd3ed6b0f0eb6d9a1a3d3a7ff1', '', '9c9c5ebd3ed6b0f0eb6d9a1a3d3a7ff1a'],
  },
  'url status_code': {
    right: ['200', '200-299', '200 404', '100-599', '301 302 200-204'],
    wrong: ['99', '600', '299-200', 'ok', '', '200-', '200,201'],
  },
  'url path': { right: ['/', '/a/b?c=d', '"/a b"'], wrong: ['', '"/'] },
  'url regex': {
    right: ['abc', '"a b"', '^a.c$', String.raw`"a\\d+"`, 'a(b)'],
    wrong: ['', '"abc', 'a(b', '[a'],
  },
  'url regex_options': { right: ['caseless', 'multiline dotall'], wrong: ['nonsense', ''] },
  'url regex_stack': { right: ['100 200'], wrong: ['100', 'x y', '', '200 100', '0 0'] },
  'virtual_server persistence_timeout': {
    right: ['', '1', '360', '2147483'],
    wrong: ['0', '-1', 'x', '2147484', '1.5'],
  },
  'virtual_server persistence_granularity': {
    right: ['255.255.255.0', '24', '32', '255.255.255.255'],
    wrong: ['0', '33', '255.0.255.0', '129', 'x', '', '10.0.0.300'],
  },
  'virtual_server sorry_server': {
    right: ['10.0.0.20 80', '10.0.0.20', '10.0.0.20 0'],
    wrong: ['', 'host 80', '10.0.0.20 65536', '10.0.0.300 80', 'fe80::5 80'],
  },
  'virtual_server lvs_method': {
    right: ['NAT', 'DR', 'TUN'],
    wrong: [
      'dr',
      'GRE',
      'ROUTE',
      '',
      'TUN type ipip',
      'TUN type gue port 5000',
      'TUN type gre',
      'TUN type nonsense',
      'NAT type ipip',
      'TUN type gue',
    ],
  },
  'real_server lvs_method': {
    right: ['NAT', 'DR', 'TUN'],
    wrong: [
      'dr',
      'GRE',
      '',
      'TUN type ipip',
      'TUN type gue port 5000 nocsum',
      'TUN type gre csum',
      'TUN type x',
    ],
  },
  'UDP_CHECK payload': {
    right: ['00', '"00 1a"', 'abcd', '00 1a'],
    wrong: ['ff', 'xyz', '', '00z'],
  },
  'UDP_CHECK require_reply': { right: ['', '001a', '0xx1'], wrong: ['zz', 'ff'] },
  'DNS_CHECK name': { right: ['example.org', 'example.org.', '.'], wrong: ['', '"x'] },
};

/** Words of the forms that argument tables show, with `A–B` for limits. */
const FORMS: Readonly<Record<string, Sample>> = {
  '': { right: [''], wrong: ['on', 'surplus words', '0'] },
  COMMAND: SCRIPT,
  'on, true, yes, off, false or no': {
    right: ['on', 'true', 'yes', 'off', 'false', 'no', ''],
    wrong: ['ON', 'True', '1', '0', 'maybe', 'enabled'],
  },
  'a word': { right: ['name', '"two words"', 'a.b-c', 'name1'], wrong: ['', '"', '"never closed'] },
  '1–15 characters': {
    right: ['name', 'eth0', 'fifteen-letters'],
    wrong: ['', 'sixteen-letters-', '"name'],
  },
  'an IP address': {
    right: ['10.0.0.7', 'fe80::7', '192.168.1.10'],
    wrong: ['', '10.0.0.300', '10.0.0', 'host', '10.0.0.7/24'],
  },
  'an IPv4 multicast address': {
    right: ['224.0.0.18', '239.1.1.1'],
    wrong: ['10.0.0.1', 'ff02::12', '', 'x'],
  },
  'an IPv6 multicast address': {
    right: ['ff02::12', 'ff05::99'],
    wrong: ['fe80::1', '224.0.0.18', '', 'x'],
  },
  'a multicast address': {
    right: ['224.0.0.18', '239.1.1.1'],
    wrong: ['10.0.0.1', 'ff02::12', '', 'x'],
  },
};

const NO_NUMBER = ['abc', '1a', '0x10', '', '1e3', '"', '--1', '1,5', '+', '.'];
const DECIMALS = ['0.5', '1.5', '.5', '5.', '0.25', '1.000001', '2.50'];

/**
 * @param block - the block that the keyword stands in
 * @param keyword - its name
 * @param form - what its table says of its argument
 * @returns what may stand after it
 */
export function sampleOf(block: string, keyword: string, form: string): Sample {
  const found = SAMPLES[`${block} ${keyword}`] ?? SAMPLES[keyword] ?? FORMS[form];
  return found ?? numberSample(form) ?? wordSample(form);
}

/** Limits and what is just beside them, from a text such as `whole seconds 1–1000`. */
function numberSample(form: string): Sample | undefined {
  const match = /^(.*?) ?(-?[0-9.]+)–(-?[0-9.]+)$/.exec(form);
  if (match === null) return undefined;
  const [, unit = '', low = '', high = ''] = match;
  const [min, max] = [Number(low), Number(high)];
  const step = unit === 'seconds' ? 0.000001 : 1;
  const fractions =
    unit === 'seconds' ? DECIMALS.filter((each) => Number(each) >= min && Number(each) <= max) : [];
  const inside = [low, high, '1', '2', '10', '100'].filter(
    (each) => Number(each) >= min && Number(each) <= max,
  );
  const outside = [min - step, max + step, min - 1, max + 1, -1, max * 10]
    .filter((n) => n < min || n > max)
    .map(plain);
  return {
    right: [...inside, ...inside, ...fractions],
    wrong: [
      ...outside,
      ...NO_NUMBER,
      ...(unit === 'seconds' ? ['1.2345678', '0.0000001'] : ['1.5']),
    ],
  };
}

function plain(n: number): string {
  return Number.isInteger(n) ? String(n) : n.toFixed(6);
}

/** A list of words such as `NAT, DR or TUN`. */
function wordSample(form: string): Sample {
  const right = form.split(/, | or /);
  return {
    right,
    wrong: ['', 'nonsense', ...right.map((each) => `${each}x`), ...right.map(otherCase)],
  };
}

function otherCase(word: string): string {
  const lower = word.toLowerCase();
  return lower === word ? word.toUpperCase() : lower;
}
