import { parseConfiguration } from '@tandem/config';
import { parseIp, type IpAddress, type MacAddress } from '@tandem/inet';
import type { VrrpInstanceSnapshot } from '@tandem/status';
import { ZERO } from '@tandem/time';
import { NO_COUNTS, type TrackProcessSettings } from '@tandem/vrrp';
import { expect, test } from 'vitest';
import { formatVrrpData } from '../../src/supervisor/vrrp-data.ts';
import { formatVrrpJson, formatVrrpJson2 } from '../../src/supervisor/vrrp-json.ts';

/** keepalived 2.2.7 was given this configuration; what it dumped stands below. */
const CONFIGURATION = `
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 10
  priority 100
  garp_master_delay 2
  garp_master_refresh 60
  advert_int 1
  smtp_alert
  higher_prio_send_advert off
  authentication {
    auth_type PASS
    auth_pass p@ssw0rd
  }
  virtual_ipaddress {
    10.30.6.110/24
    10.30.6.111/24 brd + dev eth0 scope link label eth0:1
    10.30.6.113/24 brd 10.30.6.99 scope host
  }
  virtual_ipaddress_excluded {
    10.30.6.112
  }
  notify_master "/usr/bin/true del 10.30.6.110"
  notify_backup "/usr/bin/true add 10.30.6.110"
  notify /usr/bin/true
}
`;

const { vrrpInstances } = parseConfiguration({
  path: 'test.conf',
  hostName: 'box',
  userName: 'root',
  reader: { read: (path) => [{ path, text: CONFIGURATION }] },
}).settings;

const MASTER: VrrpInstanceSnapshot = {
  name: 'VI_1',
  interface: 'eth0',
  virtualRouterId: 10,
  state: 'MASTER',
  lastTransitionEpochMs: Date.UTC(2026, 10, 21, 9, 17, 27, 5),
  basePriority: 100,
  effectivePriority: 100,
  addresses: [],
  routes: [],
  rules: [],
  masterDownIntervalMs: 3609.375,
  trackers: [],
  reasons: [],
  faults: [],
  counters: { ...NO_COUNTS, advert_sent: 3, become_master: 1 },
};
const BACKUP: VrrpInstanceSnapshot = {
  ...MASTER,
  state: 'BACKUP',
  master: { address: parseIp('10.30.6.2') as IpAddress, priority: 200 },
};

test.each([
  [false, 'vrrp.51, vmac on eth0'],
  [true, 'vrrp.51, vmac on eth0, xmit base i/f'],
])('a virtual interface is in the dumps: adverts below %s', (advertsBelow, expected) => {
  const hardwareAddress = '00:00:5e:00:01:33' as MacAddress;
  const virtualInterface = { name: 'vrrp.51', hardwareAddress, advertsBelow };
  const settings = vrrpInstances.map((each) => ({ ...each, virtualInterface }));
  expect(formatVrrpData(settings, [MASTER])).toContain(`   Interface = ${expected}\n`);
  expect(formatVrrpJson(settings, [MASTER])).toContain('"vmac_ifname":"vrrp.51"');
});

test('the JSON is that of keepalived, byte for byte, but for the password', () => {
  expect(formatVrrpJson(vrrpInstances, [MASTER])).toBe(
    String.raw`[{"data":{"iname":"VI_1","dont_track_primary":0,"skip_check_adv_addr":0,"strict_mode":0,"vmac_ifname":"","ifp_ifname":"eth0","master_priority":0,"last_transition":1795252647.005,"garp_delay":2,"garp_refresh":60,"garp_rep":5,"garp_refresh_rep":1,"garp_lower_prio_delay":5,"garp_lower_prio_rep":5,"lower_prio_no_advert":0,"higher_prio_send_advert":0,"vrid":10,"base_priority":100,"effective_priority":100,"vipset":true,"promote_secondaries":false,"adver_int":1,"master_adver_int":1,"accept":1,"nopreempt":false,"preempt_delay":0,"state":2,"wantstate":2,"version":2,"smtp_alert":true,"notify_deleted":false,"script_backup":"'\/usr\/bin\/true' 'add' '10.30.6.110'","script_master":"'\/usr\/bin\/true' 'del' '10.30.6.110'","script":"'\/usr\/bin\/true'","vips":["10.30.6.110\/24 dev eth0 scope global set","10.30.6.111\/24 brd 10.30.6.255 dev eth0 scope link label eth0:1 set","10.30.6.113\/24 brd 10.30.6.99 dev eth0 scope host set"],"evips":["10.30.6.112 dev eth0 scope global set"],"auth_type":1,"auth_data":"********"},"stats":{"advert_rcvd":0,"advert_sent":3,"become_master":1,"release_master":0,"packet_len_err":0,"advert_interval_err":0,"ip_ttl_err":0,"invalid_type_rcvd":0,"addr_list_err":0,"invalid_authtype":0,"authtype_mismatch":0,"auth_failure":0,"pri_zero_rcvd":0,"pri_zero_sent":0}}]`,
  );
});

test('json_version 2: instances are one list, tracked processes another, with what is known of them', () => {
  const process = { process: '/usr/bin/x', parameters: [], match: 'exact', wholeCommand: false };
  const rest = { quorum: 2, forkDelay: ZERO, terminateDelay: ZERO } as const;
  const trackProcesses = [
    { ...process, ...rest, name: 'good' },
    { ...process, ...rest, name: 'bad', parameters: ['-a'], wholeCommand: true },
  ] as TrackProcessSettings[];
  const tracker = { kind: 'process', weight: 0, reverse: false } as const;
  const state = { fault: false, contribution: 0, detail: '' };
  const trackers = [
    { ...tracker, ...state, name: 'good', value: true },
    { ...tracker, ...state, name: 'bad', value: false },
  ];
  const text = formatVrrpJson2({ vrrpInstances, trackProcesses }, [{ ...MASTER, trackers }]);
  const first = formatVrrpJson(vrrpInstances, [MASTER]);
  expect(text.startsWith(`{"vrrp":${first},"track_process":[`)).toBe(true);
  const common = { process: '/usr/bin/x', min_processes: 2 };
  expect(JSON.parse(text)).toMatchObject({
    track_process: [
      { ...common, param_match: 'none', have_quorum: true, full_command: false },
      { ...common, param_match: 'exact', have_quorum: false, full_command: true },
    ],
  });
});

test('a backup tells the priority of its master, and sets no address', () => {
  const [element] = JSON.parse(formatVrrpJson(vrrpInstances, [BACKUP])) as {
    data: Record<string, unknown>;
  }[];
  expect(element?.data).toMatchObject({
    state: 1,
    wantstate: 1,
    master_priority: 200,
    vipset: false,
    evips: ['10.30.6.112 dev eth0 scope global'],
  });
});

test('an instance that has not reported yet is not in the JSON', () => {
  expect(formatVrrpJson(vrrpInstances, [])).toBe('[]');
});

test('the data file has the lines of keepalived, in its order', () => {
  const text = formatVrrpData(vrrpInstances, [BACKUP]);
  const transition =
    /^ {3}Last transition = 1795252647\.005000 \(Sat Nov 21 \d\d:17:27\.005000 2026\)$/m;
  expect(text).toMatch(transition);
  expect(text.replace(transition, '   Last transition = when')).toBe(`------< VRRP Topology >------
 VRRP Instance = VI_1
   VRRP Version = 2
   State = BACKUP
   Master router = 10.30.6.2
   Master priority = 200
   Wantstate = BACKUP
   Last transition = when
   Master down timer = 3609375 usecs
   Interface = eth0
   Multicast address 224.0.0.18
   Gratuitous ARP delay = 2
   Gratuitous ARP repeat = 5
   Gratuitous ARP refresh = 60
   Gratuitous ARP refresh repeat = 1
   Gratuitous ARP lower priority delay = 5
   Gratuitous ARP lower priority repeat = 5
   Down timer adverts = 3
   Send advert after receive lower priority advert = true
   Send advert after receive higher priority advert = false
   Virtual Router ID = 10
   Priority = 100
   Effective priority = 100
   Total priority = 100
   Advert interval = 1 sec
   Accept = enabled
   Preempt = enabled
   Promote_secondaries = disabled
   Authentication type = SIMPLE_PASSWORD
   Password = ********
   Virtual IP (3):
     10.30.6.110/24 dev eth0 scope global
     10.30.6.111/24 brd 10.30.6.255 dev eth0 scope link label eth0:1
     10.30.6.113/24 brd 10.30.6.99 dev eth0 scope host
   Virtual IP Excluded :
     10.30.6.112 dev eth0 scope global
   Using smtp notification = yes
   Notify deleted = Fault
   Backup state transition script = '/usr/bin/true' 'add' '10.30.6.110'
   Master state transition script = '/usr/bin/true' 'del' '10.30.6.110'
   Generic state transition script = '/usr/bin/true'
   Notify priority changes = false
`);
});

test('the data file tells what is followed, and the sum of what that adds', () => {
  const [instance] = vrrpInstances;
  if (instance === undefined) throw new Error('the fixture has one instance');
  const tracker = { kind: 'interface', name: 'eth1', weight: -130, reverse: true } as const;
  const detail = { contribution: 130, fault: false, detail: '' };
  const trackers = [{ ...tracker, ...detail }];
  const text = formatVrrpData(
    [{ ...instance, trackers: [tracker] }],
    [{ ...MASTER, effectivePriority: 230, trackers: [...trackers, ...trackers] }],
  );
  expect(text).toContain('   Effective priority = 230\n   Total priority = 360\n');
  expect(text).toContain('   Tracked interfaces :\n     eth1 weight -130 reverse\n');
});

test('the data file has the peers in place of the group', () => {
  const [instance] = vrrpInstances;
  if (instance === undefined) throw new Error('the fixture has one instance');
  const peers = [{ address: parseIp('10.30.6.2') as IpAddress, minTtl: 0, maxTtl: 255 }];
  const unicast = { peers, ttl: 255, checkSource: false };
  const text = formatVrrpData([{ ...instance, unicast }], [MASTER]);
  expect(text).not.toContain('Multicast');
  expect(text).toContain(`   Unicast TTL = 255
   Check unicast src : no
   Unicast Peer :
     10.30.6.2 min_ttl 0 max_ttl 255
   Unicast checksum compatibility = no
`);
});
