import { boolean, decimalSeconds, integer, word } from '../argument.ts';
import { form, optional } from '../form.ts';
import type { AcceptedRow } from './accepted.ts';
import { PATH } from './forms.ts';

const SIGNED = integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const STATISTICS = decimalSeconds({ min: 0.001, max: 30 });

const TABLE = form({ value: optional(word(undefined, 'TABLE')) });

/** Keywords of global_defs that have no effect; what they therefore lose is a decision, the rest is yet to be. */
// prettier-ignore
export const ACCEPTED_GLOBALS: readonly AcceptedRow[] = [
  { keyword: 'nftables_ipvs', lost: 'each address of a virtual_server_group is a service of its own, and persistence does not reach from one to another; write marks of your own with fwmark', form: TABLE, firstCounts: true, doc: 'Use nftables for the marks of virtual server groups; a bare one: table keepalived_ipvs.' },
  { keyword: 'nftables_ipvs_priority', lost: 'it goes with nftables_ipvs', argument: SIGNED, default: -1, doc: 'Priority of the base chain of nftables_ipvs.' },
  { keyword: 'nftables_ipvs_start_fwmark', lost: 'it goes with nftables_ipvs', argument: integer({ min: 1, max: 0xffff_ffff }), default: 1000, doc: 'First of the marks of nftables_ipvs.' },
  { keyword: 'config_save_dir', lost: 'nothing is saved; tandemctl dump shows what was read', argument: PATH, doc: 'Where copies of what was read go.' },
  { keyword: 'snmp_socket', bare: 'error', argument: word(undefined, 'ADDRESS'), doc: 'Where the AgentX master listens.' },
  { keyword: 'enable_snmp_vrrp', aliases: ['enable_snmp_keepalived'], doc: 'Serve the VRRP part of the MIB.' },
  { keyword: 'enable_snmp_checker', doc: 'Serve the checker part of the MIB.' },
  { keyword: 'enable_snmp_rfc', doc: 'Serve the MIBs of both RFCs.' },
  { keyword: 'enable_snmp_rfcv2', doc: 'Serve the MIB of RFC 2787.' },
  { keyword: 'enable_snmp_rfcv3', doc: 'Serve the MIB of RFC 6527.' },
  { keyword: 'enable_traps', doc: 'Send SNMP traps.' },
  { keyword: 'snmp_vs_stats_update_interval', argument: STATISTICS, since: '2.3.0', default: 5, doc: 'Age of statistics of virtual servers.' },
  { keyword: 'snmp_rs_stats_update_interval', argument: STATISTICS, since: '2.3.0', default: 5, doc: 'Age of statistics of real servers.' },
  { keyword: 'enable_dbus', doc: 'Offer the DBus interface.' },
  { keyword: 'dbus_service_name', bare: 'error', argument: word(undefined, 'NAME'), otherwise: 'org.keepalived.Vrrp1', doc: 'Name of the service on DBus.' },
  { keyword: 'dbus_no_interface_name', since: '2.3.0', doc: 'Leave the interface out of object paths.' },
];

/** Keywords of global_defs that ask for what is done anyhow. */
// prettier-ignore
export const NEEDLESS_GLOBALS: readonly AcceptedRow[] = [
  { keyword: 'tmp_config_directory', bare: 'error', argument: PATH, firstCounts: true, doc: 'Needs no asking: what was read is handed to each process, and written nowhere.' },
  { keyword: 'use_symlink_paths', since: '2.3.0', doc: 'Needs no asking: scripts are run by the paths that are written.' },
  { keyword: 'process_monitor_rcv_bufs', bare: 'error', argument: integer({ min: 0, max: 0xffff_ffff }, { unit: 'bytes' }), doc: 'Needs no asking: tracked processes are counted, without a socket.' },
  { keyword: 'process_monitor_rcv_bufs_force', argument: boolean('optional'), doc: 'Goes with process_monitor_rcv_bufs.' },
  { keyword: 'max_auto_priority', form: form({ value: optional(integer({ min: -1, max: 99 })) }), default: 0, doc: 'Needs no asking: the VRRP process goes before all others from the start, unless vrrp_priority or vrrp_rt_priority is set.' },
  { keyword: 'min_auto_priority_delay', bare: 'error', argument: integer({ min: 1, max: 10_000_000 }, { unit: 'microseconds' }), default: 1_000_000, doc: 'Goes with max_auto_priority.' },
];
