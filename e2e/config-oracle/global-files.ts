/** Lines of global_defs: any keyword of 2.2.7, with values that leave the rest of the file as it is. */
import { line, type Entry } from './entry.ts';
import { TARGETS } from './generator.ts';
import type { Random } from './random.ts';
import { sampleOf } from './samples.ts';

const KEYWORDS_MAX = 40;

const SCRIPTS = ['/usr/bin/true', `"/usr/bin/printf 'a b' c"`, '/usr/bin/true nobody nogroup'];
const USERS = ['root', 'nobody', 'nobody nogroup', 'root daemon'];
const PROCESSORS = ['0', '0 1', '1'];

/** Where the usual values are not ones that keepalived starts with everywhere. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  smtp_server: ['127.0.0.1', '127.0.0.1 2525', '::1'],
  notify_fifo_script: SCRIPTS,
  vrrp_notify_fifo_script: SCRIPTS,
  lvs_notify_fifo_script: SCRIPTS,
  notify_fifo: ['/run/all', '/run/all nobody', '/run/all nobody nogroup'],
  vrrp_notify_fifo: ['/run/vrrp', '/run/vrrp root'],
  lvs_notify_fifo: ['/run/lvs', '/run/lvs root root'],
  vrrp_cpu_affinity: PROCESSORS,
  checker_cpu_affinity: PROCESSORS,
  bfd_cpu_affinity: PROCESSORS,
  // keepalived takes 2 for 1.
  checker_rlimit_rttime: ['10', '1000000'],
  bfd_rlimit_rttime: ['10', '1000000'],
  vrrp_startup_delay: ['0.5', '10'],
  vrrp_rx_bufs_multiplier: ['1', '10'],
  nftables_ipvs_start_fwmark: ['1', '2000'],
  nftables: ['', 'table'],
  nftables_ipvs: ['', 'table'],
  // Every word turns it on.
  vrrp_skip_check_adv_addr: [''],
};

/** Keywords that are not written, with the reason. */
const WITHOUT: Readonly<Record<string, string>> = {
  lvs_sync_daemon: 'wants IPVS of whoever reads it; with virtual servers',
  lvs_timeouts: 'likewise',
  vrrp_vmac_garp_intvl: 'as vrrp_garp_extra_if',
  default_interface: 'no effect in keepalived, which is a decision',
  vrrp_strict: 'changes what instances say in ways that are decisions of their own',
  vrrp_higher_prio_send_advert: 'what holds without it is a decision',
  vrrp_rt_priority: 'the process under test would be ended when it takes too long',
  vrrp_rlimit_rttime: 'likewise',
  vrrp_rlimit_rtime: 'likewise',
  enable_dbus: 'there is no bus',
  script_user: 'always there, lest scripts are left out',
  reload_check_config: 'tests the file at once, and keepalived ends for what it only ignores else',
  startup_script: 'not shown',
  startup_script_timeout: 'not shown',
  shutdown_script: 'not shown',
  shutdown_script_timeout: 'not shown',
  checker_rlimit_rtime: 'as checker_rlimit_rttime',
  bfd_rlimit_rtime: 'as bfd_rlimit_rttime',
  random_seed: 'not shown',
  include_check: 'not shown',
};

const KEYWORDS = TARGETS.filter(
  ({ blocks, keyword, since, isBlock }) =>
    blocks.join() === 'global_defs' && since === undefined && !isBlock && !(keyword in WITHOUT),
);

/** @returns some of the keywords of global_defs, in the order of their table */
export function globalEntries(random: Random): Entry[] {
  const chosen = random.some(KEYWORDS, KEYWORDS_MAX).map(({ keyword, form }) => {
    const values = VALUES[keyword] ?? sampleOf('global_defs', keyword, form).right;
    return line(`${keyword} ${random.pick(values)}`.trim());
  });
  return [line(`script_user ${random.pick(USERS)}`), ...chosen];
}
