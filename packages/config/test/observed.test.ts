import { configTestExitCode, parseConfiguration, type Box } from '@tandem/config';
import { expect, test } from 'vitest';

const BOX: Box = {
  hasInterface: (name) => name === 'eth0' || name === 'eth1',
  hasAccount: (user, group) => user === 'root' && (group === undefined || group === 'root'),
};
const URL = 'url {\npath /\nHERE\n}';

/** What stands around the lines under test. */
const CONTEXTS = {
  root: 'HERE\n',
  global_defs: 'global_defs {\nHERE\n}\n',
  vrrp_script: 'vrrp_script s {\nscript /bin/true\nHERE\n}\n',
  vrrp_instance:
    'vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\nHERE\n}\n',
  virtual_server:
    'virtual_server 10.0.0.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\nHERE\nreal_server 10.0.0.2 80 {\n}\n}\n',
  real_server: inServer('HERE'),
  TCP_CHECK: inServer('TCP_CHECK {\nHERE\n}'),
  UDP_CHECK: inServer('UDP_CHECK {\nHERE\n}'),
  url: inServer(`HTTP_GET {\n${URL}\n}`),
  'url of SSL_GET': inServer(`SSL_GET {\n${URL}\n}`),
};

function inServer(text: string): string {
  return `virtual_server 10.0.0.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\nreal_server 10.0.0.2 80 {\n${text}\n}\n}\n`;
}

/** Blocks of one rule each, all for packets that come by eth1. */
function rules(...rests: readonly string[]): string[] {
  return rests.map((rest) => `virtual_rules {\ndev eth1 ${rest} priority 200\n}`);
}

/** Lines for which `keepalived -t` of 2.2.7 exits with a status, by what stands around them. */
const OBSERVED: readonly (readonly [keyof typeof CONTEXTS, number, readonly string[]])[] = [
  ['root', 0, ['track_file a b {\nfile /tmp/x\n}', 'vrrp_track_process a b {\nprocess x\n}', 'bfd_instance a b {\nneighbor_ip 10.0.0.1\n}', 'net_namespace_ipvs', 'use_pid_dir x']],
  ['root', 0, ['bfd_instance a {\nneighbour_ip 10.0.0.1\n}', 'bfd_instance a {\nneighbor_ip 10.0.0.1/24\n}', 'interface_up_down_delays {\neth0\n}', 'garp_group {\ngarp_interval 0\n}']],
  ['root', 5, ['net_namespace', 'instance', 'track_group {\ngroup {\nA\n}\n}', 'vrrp_script a {\nscript\n}', 'vrrp_sync_group a b {\n}']],
  ['root', 5, ['bfd_instance a {\nneighbor_ip 10.0.0.1\nsource_ip fe80::1\n}', 'instance a\ninstance b', 'garp_group {\ngarp_interval 1\ninterface eth9\n}']],
  ['global_defs', 0, ['vrrp_rx_bufs_policy mtu', 'vrrp_rx_bufs_policy 4096', 'process_monitor_rcv_bufs 4294967295', 'vrrp_mcast_group6 ff02::99', 'vrrp_garp_extra_if all 60']],
  ['global_defs', 5, ['vrrp_rx_bufs_policy x', 'process_monitor_rcv_bufs 4294967296', 'vrrp_mcast_group6 ff05::99', 'vrrp_garp_extra_if 0', 'vrrp_garp_extra_if any 60', 'smtp_connect_timeout 0.25']],
  ['global_defs', 5, ['vmac_prefix a\nvmac_prefix b', 'notify_fifo /a\nnotify_fifo /b', 'lvs_sync_daemon eth0\nlvs_sync_daemon eth0', 'startup_script /bin/true nobody-here', 'script_user nobody-here']],
  ['vrrp_script', 5, ['user nobody-here', 'user root nobody-here']],
  ['vrrp_script', 0, ['user root', 'user root root']],
  ['vrrp_instance', 0, ['use_vmac v0 02:00:00:00:00:01', 'mcast_dst_ip 224.0.0.9', 'mcast_src_ip 10.0.0.7/24', 'virtual_ipaddress_excluded {\n10.0.0.1\n}']],
  ['vrrp_instance', 5, ['use_vmac v0 01:00:00:00:00:01', 'use_vmac 00:00:5e:00:01:33', 'mcast_dst_ip ff02::9']],
  ['virtual_server', 0, ['lvs_method TUN type gue port 5000 remcsum', 'lvs_method TUN type gre csum', 'lvs_method NAT type gre', 'delay_loop 5000', 'warmup 86400', 'sorry_server 10.0.0.9/24 80', 'sorry_server 10.0.0.9 80\nsorry_server_inhibit']],
  ['virtual_server', 5, ['lvs_method TUN type gue', 'lvs_method TUN type gre port 5', 'lvs_method TUN csum', 'lvs_method TUN type gre remcsum', 'lvs_method TUN type x', 'lvs_method TUN type', 'lvs_method DR surplus']],
  ['virtual_server', 5, ['retry 0', 'connect_timeout 5000', 'ip_family inet6', 'sorry_server_inhibit\nsorry_server 10.0.0.9 80', 'sorry_server_lvs_method DR', 'sorry_server 10.0.0.9 65536']],
  ['real_server', 5, ['lb_kind DR', 'retry 0', 'MISC_CHECK {\nmisc_path\n}', 'BFD_CHECK {\nname nope\n}']],
  ['real_server', 0, ['DNS_CHECK {\ntype soa\n}', 'lvs_method TUN type gue port 5000']],
  ['TCP_CHECK', 0, ['retry 0', 'connect_ip 10.0.0.7/24', 'connect_ip 2001:db8::1', 'connect_ip fe80::1\nbind_if eth0', 'bindto 2001:db8::2\nconnect_ip 2001:db8::1']],
  ['TCP_CHECK', 5, ['connect_ip fe80::1', 'bindto fe80::1', 'bindto 10.0.0.1\nconnect_ip 2001:db8::1']],
  ['UDP_CHECK', 5, ['min_reply_length 300', 'min_reply_length 20\nmax_reply_length 10']],
  ['UDP_CHECK', 0, ['min_reply_length 20', 'payload "00 1a"', 'min_reply_length 300\nmax_reply_length 400']],
  ['url', 0, ['regex', 'regex_options', 'regex_min_offset', 'regex_stack', 'status_code']],
  ['url of SSL_GET', 0, ['digest 9c9c5ebd3ed6b0f0eb6d9a1a3d3a7ff1', 'status_code 200-299 404', 'status_code']],
  ['url of SSL_GET', 5, ['digest abc', 'status_code 200-']],
  ['root', 5, ['bfd_instance a {\nneighbor_ip 10.0.0.1\nmin_rx 4294968\n}', 'static_ipaddress {\n10.0.0.1 dev eth9\n}']],
  ['root', 5, ['static_routes {\n10.9.0.0/33 dev eth0\n}', 'static_routes {\n10.9.0.0/16 dev eth0 protocol static\n}', 'garp_group {\ngarp_interval 1\ninterfaces {\n}\n}']],
  ['root', 0, ['static_routes {\n10.9.0.0/16 dev eth0 protocol static no_track\n}', 'static_routes {\n10.9.0.0/16 dev eth0 protocol 18\n}', 'child_wait_time 5000', 'static_ipaddress {\n10.0.0.1/ dev eth0\n}']],
  ['root', 0, ['track_file a {\nfile ""\n}', 'track_file a {\nfile /x\n}\ntrack_file a {\nfile /y\n}']],
  ['root', 5, ['track_file a {\nfile /x\nfile /y\n}', 'track_file a {\nfile /x\nweight 5\nweight 6\n}', 'track_file a {\nfile /x\nweight 0\nweight 6\n}', 'vrrp_track_process a {\nprocess x\nprocess y\n}', 'vrrp_track_process a {\nprocess x\nweight 6\nweight 6\n}']],
  ['root', 0, ['track_file a {\nfile /x\nweight 1\nweight 6\n}', 'track_file a {\nfile /x\nweight 1 reverse\nweight 6\n}', 'vrrp_track_process a {\nprocess x\nweight 0\nweight 6\n}']],
  ['vrrp_script', 0, ['weight 5\nweight 6']],
  ['root', 0, ['bfd_instance a {\nneighbor_ip 10.0.0.1\nmin_tx 1.5\n}', 'garp_group {\ngarp_interval 2147.483647\n}']],
  ['root', 5, ['bfd_instance a {\nneighbor_ip 10.0.0.1\nmin_tx 0.5\n}', 'bfd_instance a {\nneighbor_ip 10.0.0.1\nidle_tx 1000.5\n}', 'garp_group {\ngarp_interval 2147.483648\n}']],
  ['root', 5, ['SSL {\nkey a\nkey b\n}', 'track_group T {\ngroup {\n}\n}', 'static_ipaddress {\n10.0.0.1/31 dev eth0 brd +\n}']],
  ['global_defs', 0, ['vrrp_garp_master_refresh 4294967295']],
  ['global_defs', 5, ['vmac_addr_prefix 00:00:5e:00:01\nvmac_addr_prefix 00:00:5e:00:01', 'vrrp_garp_master_delay 4295']],
  ['vrrp_instance', 5, ['virtual_ipaddress_excluded {\n10.0.0.2 brd + brd 10.0.0.255\n}', 'virtual_ipaddress_excluded {\n10.0.0.2 brd -\n}', 'kernel_rx_buf_size 4294967296']],
  ['vrrp_instance', 0, ['virtual_ipaddress_excluded {\n10.0.0.2/30 brd +\n}', 'virtual_ipaddress_excluded {\n10.0.0.2 brd 10.0.0.255\n}', 'kernel_rx_buf_size 4294967295']],
  ['vrrp_instance', 5, rules('suppress_prefixlength 0 nop', 'sup_pl 0 goto 1000', 'suppress_ifgroup 5 blackhole', 'nop sup_group 5', 'realms 5 prohibit', 'suppress_prefixlength 0', 'iif eth1')],
  ['vrrp_instance', 0, rules('suppress_prefixlength 0 table main', 'l3mdev suppress_ifgroup 5', 'realms 5 lookup 100', 'nop', 'goto 1000', 'unreachable')],
  ['global_defs', 0, ['router_id ""']],
  ['vrrp_instance', 5, ['garp_lower_prio_repeat 4294967295', 'notify_deleted\nnotify_deleted', 'track_interface {\neth9\n}', 'virtual_ipaddress_excluded {\n10.0.0.2 dev eth9\n}']],
  ['vrrp_instance', 5, ['authentication {\nauth_type PASS\nauth_pass ""\n}', 'use_vmac\nunicast_peer {\n10.0.0.9\n}']],
  ['vrrp_instance', 0, ['garp_extra_if 0', 'use_vmac\nvmac_xmit_base\nunicast_peer {\n10.0.0.9\n}']],
  ['virtual_server', 0, ['sorry_server 10.0.0.9 0']],
  ['url', 0, ['regex_min_offset x', 'regex_stack x y']],
]; // prettier-ignore

const CASES = OBSERVED.flatMap(([context, status, lines]) =>
  lines.map((line) => ({ context, status, line })),
);

test.each(CASES)(
  '$line in $context exits with $status, as in 2.2.7',
  ({ context, status, line }) => {
    const text = `global_defs {\nenable_script_security\nscript_user root\n}\n${CONTEXTS[context].replace('HERE', () => line)}`;
    const reader = { read: (path: string) => (path === 'a' ? [{ path, text }] : []) };
    const { diagnostics } = parseConfiguration({ path: 'a', hostName: 'b', reader, box: BOX });
    expect(configTestExitCode(diagnostics), diagnostics.map((each) => each.code).join()).toBe(
      status,
    );
  },
);
