/** What a block needs around and in it, so that only the keyword under test decides the verdict. */
import { block, line, type Entry } from './entry.ts';

/** A block as it is at least. */
interface Skeleton {
  /** Its first line, without the brace. */
  readonly head: string;
  /** What stands in it. */
  readonly body: readonly Entry[];
  /** What must stand before it at the root. */
  readonly before?: readonly Entry[];
  /** What must stand after it at the root. */
  readonly after?: readonly Entry[];
}

const URL = block('url', 'path /');
const SCRIPT = block('vrrp_script chk', 'script /bin/true');
const FILE = block('track_file tf', 'file /etc/hostname');
const PROCESS = block('vrrp_track_process pr', 'process nginx');
const BFD = block('bfd_instance b1', 'neighbor_ip 10.1.0.9', 'source_ip 192.168.1.10');

/** @returns an instance without anything special */
function instance(name: string, id: number): Entry {
  const children = [
    line('interface eth0'),
    line(`virtual_router_id ${id}`),
    block('virtual_ipaddress', `10.1.0.${id}/24`),
  ];
  return { text: `vrrp_instance ${name}`, children };
}

const INSTANCE = instance('V1', 51);
const TRACKERS = [SCRIPT, FILE, PROCESS, BFD];
const REAL_SERVER: Entry = { text: 'real_server 10.2.0.2 80', children: [line('weight 1')] };

/** By keyword; a block that is not here has no needs. */
export const SKELETONS: Readonly<Record<string, Skeleton>> = {
  vrrp_instance: { head: 'vrrp_instance V1', body: INSTANCE.children ?? [], before: TRACKERS },
  authentication: {
    head: 'authentication',
    body: [line('auth_type PASS'), line('auth_pass secret')],
  },
  vrrp_sync_group: {
    head: 'vrrp_sync_group G',
    body: [block('group', 'V1', 'V2')],
    before: TRACKERS,
    after: [INSTANCE, instance('V2', 52)],
  },
  vrrp_script: { head: 'vrrp_script chk', body: SCRIPT.children ?? [] },
  track_file: { head: 'track_file tf', body: FILE.children ?? [] },
  vrrp_track_process: { head: 'vrrp_track_process pr', body: PROCESS.children ?? [] },
  bfd_instance: { head: 'bfd_instance b1', body: BFD.children ?? [] },
  virtual_server: {
    head: 'virtual_server 10.2.0.1 80',
    body: [line('lvs_sched rr'), line('lvs_method NAT'), line('protocol TCP'), REAL_SERVER],
    before: [FILE, BFD],
  },
  real_server: { head: 'real_server 10.2.0.2 80', body: REAL_SERVER.children ?? [] },
  HTTP_GET: { head: 'HTTP_GET', body: [URL] },
  SSL_GET: { head: 'SSL_GET', body: [URL] },
  url: { head: 'url', body: URL.children ?? [] },
  MISC_CHECK: { head: 'MISC_CHECK', body: [line('misc_path /bin/true')] },
  FILE_CHECK: { head: 'FILE_CHECK', body: [line('track_file tf')] },
  BFD_CHECK: { head: 'BFD_CHECK', body: [line('name b1')] },
  virtual_server_group: {
    head: 'virtual_server_group S',
    body: [line('10.2.0.1 80')],
    after: [
      {
        text: 'virtual_server group S',
        children: [line('lvs_sched rr'), line('lvs_method NAT'), line('protocol TCP'), REAL_SERVER],
      },
    ],
  },
  track_group: { head: 'track_group T', body: [block('group', 'V1')], after: [INSTANCE] },
  garp_group: { head: 'garp_group', body: [line('garp_interval 0.5')] },
};
