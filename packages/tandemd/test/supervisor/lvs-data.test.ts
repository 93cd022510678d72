import { parseConfiguration } from '@tandem/config';
import type { RealServerSnapshot, VirtualServerSnapshot } from '@tandem/status';
import { expect, test } from 'vitest';
import { formatGlobalData } from '../../src/supervisor/global-data.ts';
import { formatLvsData } from '../../src/supervisor/lvs-data.ts';

/** keepalived 2.2.7 was given this configuration; what it dumped stands below. */
const CONFIGURATION = `
global_defs {
  router_id R1
  notification_email {
    a@example.org
  }
  notification_email_from b@example.org
  smtp_server 127.0.0.1 2525
  smtp_connect_timeout 7
  smtp_helo_name h
  enable_script_security
  script_user root
  lvs_flush
  lvs_flush_on_stop
  lvs_timeouts tcp 10 tcpfin 20 udp 5
  lvs_notify_fifo /run/lvs root
  lvs_notify_fifo_script "/usr/bin/true a" root
  vrrp_garp_interval 0.5
}
virtual_server 10.68.0.100 80 {
  delay_loop 3
  lb_algo wrr
  lb_kind DR
  protocol TCP
  persistence_timeout 50
  quorum 2
  hysteresis 1
  omega
  quorum_up "/usr/bin/true up" root
  quorum_down "/usr/bin/true down" root
  sorry_server 127.0.0.9 80
  real_server 127.0.0.1 80 {
    weight 3
    inhibit_on_failure
    notify_up "/usr/bin/true up" root
    notify_down "/usr/bin/true down" root
    TCP_CHECK {
      connect_port 8001
      connect_timeout 1
      retry 1
      delay_before_retry 2
      warmup 0
    }
  }
  real_server 127.0.0.2 80 {
    weight 2
    TCP_CHECK {
      connect_timeout 1
      retry 0
      warmup 0
    }
  }
}
virtual_server fwmark 5 {
  delay_loop 1
  lb_algo wlc
  lb_kind NAT
  alpha
  real_server 127.0.0.1 0 {
    lthreshold 3
    uthreshold 9
  }
}
`;

/** All of it, but for what it says of accounts, and of UDP, which it calls TCP. */
const DUMP = `------< Global definitions >------
 Network namespace = (default)
 Network namespace ipvs = (main namespace)
 Router ID = R1
 Smtp server = 127.0.0.1
 Smtp server port = 2525
 Smtp HELO name = h
 Smtp server connection timeout = 7
 Email notification from = b@example.org
 Email notification to:
   a@example.org
 Default smtp_alert = unset
 Default smtp_alert_vrrp = unset
 Default smtp_alert_checker = unset
 Checkers log all failures = false
 No test config before reload
 Dynamic interfaces = false
 LVS TCP timeout = 10
 LVS TCP FIN timeout = 20
 LVS UDP timeout = 5
 Disable local IGMP = no
 LVS flush = true
 LVS flush on stop = full
 LVS notify fifo = /run/lvs, uid:gid 0:0
 LVS notify fifo script = '/usr/bin/true' 'a' '/run/lvs'
 FIFO write vrrp states on reload = false
 VRRP notify priority changes = false
 VRRP IPv4 mcast group = 224.0.0.18
 VRRP IPv6 mcast group = ff02::12
 Gratuitous ARP delay = 5
 Gratuitous ARP repeat = 5
 Gratuitous ARP refresh timer = 0
 Gratuitous ARP refresh repeat = 1
 Gratuitous ARP lower priority delay = 4294967295
 Gratuitous ARP lower priority repeat = 4294967295
 Num adverts before down = 3
 Gratuitous ARP for each secondary VMAC = 0s
 Send advert after receive lower priority advert = true
 Send advert after receive higher priority advert = false
 Gratuitous ARP interval = 0.500000
 Gratuitous NA interval = 0.000000
 VRRP default protocol version = 2
 nftables without counters
 libnftnl version 1.2.3
 VRRP check unicast_src = false
 VRRP skip check advert addresses = false
 VRRP strict mode = false
 Max auto priority = 0
 Min auto priority delay = 1000000 usecs
 VRRP process priority = 0
 VRRP don't swap = false
 VRRP realtime priority = 0
 VRRP realtime limit = 10000
 Checker process priority = 0
 Checker don't swap = false
 Checker realtime priority = 0
 Checker realtime limit = 10000
 BFD process priority = 0
 BFD don't swap = false
 BFD realtime priority = 0
 BFD realtime limit = 10000
 SNMP vrrp disabled
 SNMP checker disabled
 SNMP RFCv2 disabled
 SNMP RFCv3 disabled
 SNMP traps disabled
 SNMP socket = default (unix:/var/agentx/master)
 DBus disabled
 DBus service name = 
 Script security enabled
 Default script uid:gid 0:0
 vrrp_netlink_cmd_rcv_bufs = 0
 vrrp_netlink_cmd_rcv_bufs_force = 0
 vrrp_netlink_monitor_rcv_bufs = 0
 vrrp_netlink_monitor_rcv_bufs_force = 0
 process_monitor_rcv_bufs = 0
 process_monitor_rcv_bufs_force = 0
 lvs_netlink_cmd_rcv_bufs = 0
 lvs_netlink_cmd_rcv_bufs_force = 0
 lvs_netlink_monitor_rcv_bufs = 0
 lvs_netlink_monitor_rcv_bufs_force = 0
 rs_init_notifies = 0
 no_checker_emails = 0
 rx_bufs_multiples = 3
 umask = 0177
------< LVS Topology >------
 System is compiled with LVS v1.2.1
 ------< Virtual server >------
 VS VIP = 10.68.0.100, VPORT = 80
   Address family = inet
   connection timeout = 5.000000
   delay_loop = 3.000000
   lvs_sched = wrr
   Hashed = disabled
   flag-1 = disabled
   flag-2 = disabled
   flag-3 = disabled
   One packet scheduling = disabled
   persistence timeout = 50
   protocol = TCP
   alpha is OFF
   omega is ON
   Inhibit on failure is OFF
   quorum = 2, hysteresis = 1
   Quorum up notify script = '/usr/bin/true' 'up'
   Quorum down notify script = '/usr/bin/true' 'down'
   Using smtp notification = no
   default forwarding method = DR
   sorry server = [127.0.0.9]:tcp:80
     forwarding method = DR
     Inhibit on failure is OFF
   alive = 1
   quorum_state_up = 0
   reloaded = 0
   ------< Real server >------
   RIP = 127.0.0.1, RPORT = 80, WEIGHT = 3 EFF WEIGHT = 3
   forwarding method = DR
   Alpha is OFF
   connection timeout = 5.000000
   connection limit range = 0 -> 0
   Delay loop = 3.000000
   Inhibit on failure is ON
     RS up notify script = '/usr/bin/true' 'up'
     RS down notify script = '/usr/bin/true' 'down'
   Using smtp notification = yes
   initial weight = 3
   effective weight = 3
   previous effective_weight = 0
   alive = 0
   num failed checkers = 1
   RS set = 1
   reloaded = 0
   ------< Real server >------
   RIP = 127.0.0.2, RPORT = 80, WEIGHT = 2 EFF WEIGHT = 2
   forwarding method = DR
   Alpha is OFF
   connection timeout = 5.000000
   connection limit range = 0 -> 0
   Delay loop = 3.000000
   Inhibit on failure is OFF
   Using smtp notification = yes
   initial weight = 2
   effective weight = 2
   previous effective_weight = 0
   alive = 0
   num failed checkers = 1
   RS set = 0
   reloaded = 0
 ------< Virtual server >------
 VS FWMARK = 5
   Address family = inet
   connection timeout = 5.000000
   delay_loop = 1.000000
   lvs_sched = wlc
   Hashed = disabled
   flag-1 = disabled
   flag-2 = disabled
   flag-3 = disabled
   One packet scheduling = disabled
   protocol = none
   alpha is ON
   omega is OFF
   Inhibit on failure is OFF
   quorum = 1, hysteresis = 0
   Using smtp notification = no
   default forwarding method = NAT
   alive = 1
   quorum_state_up = 1
   reloaded = 0
   ------< Real server >------
   RIP = 127.0.0.1, RPORT = 0, WEIGHT = 1 EFF WEIGHT = 1
   forwarding method = NAT
   Alpha is ON
   connection timeout = 5.000000
   connection limit range = 3 -> 9
   Delay loop = 1.000000
   Inhibit on failure is OFF
   Using smtp notification = yes
   initial weight = 1
   effective weight = 1
   previous effective_weight = 0
   alive = 1
   num failed checkers = 0
   RS set = 1
   reloaded = 0
------< Health checkers >------
 [10.68.0.100]:tcp:80 -> [127.0.0.1]:tcp:80
   Enabled = yes
   Up = no
   Has run = yes
   Current weight = 0
   Alpha = no
   Delay loop = 3000000 us
   Warmup = 0 us
   Retries = 1
   Delay before retry = 2000000 us
   Retries iterations = 0
   Default delay before retry = 1000000 us
   Log all failures = no
   Connection
     Dest = [127.0.0.1]:8001
     Timeout = 1.000000
   Keepalive method = TCP_CHECK
 [10.68.0.100]:tcp:80 -> [127.0.0.2]:tcp:80
   Enabled = yes
   Up = no
   Has run = yes
   Current weight = 0
   Alpha = no
   Delay loop = 3000000 us
   Warmup = 0 us
   Retries = 0
   Default delay before retry = 1000000 us
   Log all failures = no
   Connection
     Dest = [127.0.0.2]:80
     Timeout = 1.000000
   Keepalive method = TCP_CHECK
`;

const { settings } = parseConfiguration({
  path: 'test.conf',
  hostName: 'box',
  userName: 'root',
  reader: { read: (path) => [{ path, text: CONFIGURATION }] },
});

/** The first virtual server has lost both real servers, the other one has no checks. */
const SNAPSHOTS = settings.virtualServers.map((server, i): VirtualServerSnapshot => ({
  key: server.key,
  scheduler: server.scheduler,
  quorumUp: i === 1,
  quorum: server.quorum,
  weightSum: i,
  realServers: server.realServers.map(({ address, port, weight, checks }): RealServerSnapshot => ({
    address,
    port,
    weight,
    up: i === 1,
    checks: checks.map(({ type }) => ({ type, up: false, hasRun: true, detail: '' })),
  })),
}));

test("what is dumped of servers and global definitions is in keepalived's words and order", () => {
  const { global, virtualServers } = settings;
  const text = formatGlobalData(global) + formatLvsData(virtualServers, SNAPSHOTS);
  const theirs = DUMP.split('\n');
  let from = 0;
  for (const line of text.split('\n')) {
    const found = theirs.indexOf(line, from);
    expect(found, `${line}\nafter ${theirs[from - 1] ?? 'nothing'}`).toBeGreaterThanOrEqual(0);
    from = found + 1;
  }
});

test('of a server that nothing is known of yet, nothing is said to be up', () => {
  const text = formatLvsData(settings.virtualServers, []);
  expect(text).not.toMatch(/alive = 1|Up = yes|quorum_state_up = 1/);
});
