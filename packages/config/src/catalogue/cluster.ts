const INSTANCE_A = `vrrp_instance A {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    10.0.0.1/24
  }
}`;

/** Codes of files that do not fit together; only tandemctl check --cluster looks for them. */
export const CLUSTER_CODES = {
  CLUSTER_ROUTER_IDS_DIFFER: {
    severity: 'error',
    meaning:
      'Instances of one name, or with a common address, have different numbers; neither hears the other.',
    cure: 'Write the same virtual_router_id on all boxes.',
    example: 'virtual_router_id 51\n#### b.conf\nvirtual_router_id 52',
    within: 'vrrp_instance',
  },
  CLUSTER_FAMILIES_DIFFER: {
    severity: 'error',
    meaning:
      'An instance has IPv4 addresses on one box and IPv6 ones on another; neither hears the other.',
    cure: 'Give both the same addresses, and the other family an instance of its own.',
    example: `${INSTANCE_A}
#### b.conf
vrrp_instance A {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    fe80::1/64
  }
}` as string,
  },
  CLUSTER_INSTANCE_ALONE: {
    severity: 'warning',
    meaning: 'A virtual router is not on all boxes; those without it cannot take over.',
    cure: 'Add the instance, or leave the file out of the check.',
    example: `${INSTANCE_A}
#### b.conf
` as string,
  },
  CLUSTER_VERSIONS_DIFFER: {
    severity: 'error',
    meaning:
      'Boxes speak different versions of VRRP and drop the adverts of each other: all become master.',
    cure: 'Write the same version on all boxes.',
    example: 'version 2\n#### b.conf\nversion 3',
    within: 'vrrp_instance',
  },
  CLUSTER_INTERVALS_DIFFER: {
    severity: 'error',
    meaning:
      'Boxes have different advert_int. Version 2 drops such adverts, so that all become master; version 3 learns it.',
    cure: 'Write the same advert_int on all boxes.',
    example: 'advert_int 1\n#### b.conf\nadvert_int 2',
    within: 'vrrp_instance',
  },
  CLUSTER_GROUPS_DIFFER: {
    severity: 'error',
    meaning: 'Boxes send to different multicast groups and do not hear each other.',
    cure: 'Write the same vrrp_mcast_group4 and vrrp_mcast_group6 on all boxes.',
    example: `${INSTANCE_A}
#### b.conf
global_defs {
  vrrp_mcast_group4 224.0.0.99
}
${INSTANCE_A}` as string,
  },
  CLUSTER_AUTHENTICATION_DIFFERS: {
    severity: 'error',
    meaning:
      'Boxes have different passwords, or only one has one, and drop the adverts of each other.',
    cure: 'Write the same authentication on all boxes.',
    example:
      'authentication {\n  auth_type PASS\n  auth_pass one\n}\n#### b.conf\nauthentication {\n  auth_type PASS\n  auth_pass two\n}',
    within: 'vrrp_instance',
  },
  CLUSTER_ADDRESSES_DIFFER: {
    severity: 'error',
    meaning:
      'Boxes have different virtual_ipaddress lists and drop the adverts of each other: all become master.',
    cure: 'Write the same list on all boxes.',
    example: 'virtual_ipaddress {\n  10.0.0.2/24\n}\n#### b.conf\n',
    within: 'vrrp_instance',
  },
  CLUSTER_EXCLUDED_DIFFER: {
    severity: 'warning',
    meaning:
      'Boxes have different virtual_ipaddress_excluded lists: some addresses are lost at a takeover.',
    cure: 'Write the same list on all boxes.',
    example: 'virtual_ipaddress_excluded {\n  10.0.0.2/24\n}\n#### b.conf\n',
    within: 'vrrp_instance',
  },
  CLUSTER_UNICAST_DIFFERS: {
    severity: 'error',
    meaning: 'One box sends to unicast_peer and another by multicast; neither hears the other.',
    cure: 'Write unicast_peer on all boxes, or on none.',
    example: 'unicast_src_ip 10.0.0.11\nunicast_peer {\n  10.0.0.12\n}\n#### b.conf\n',
    within: 'vrrp_instance',
  },
  CLUSTER_PEER_MISSING: {
    severity: 'error',
    meaning:
      'A box does not name the unicast_src_ip of another among its peers and sends it nothing.',
    cure: 'Name every other box in unicast_peer.',
    example: `unicast_src_ip 10.0.0.11
unicast_peer {
  10.0.0.12
}
#### b.conf
unicast_src_ip 10.0.0.12
unicast_peer {
  10.0.0.21
}`,
    within: 'vrrp_instance',
  },
  CLUSTER_PRIORITIES_EQUAL: {
    severity: 'warning',
    meaning:
      'Boxes have the same priority: after a start both may become master until the higher address wins.',
    cure: 'Give each box a priority of its own.',
    example: 'priority 100\n#### b.conf\npriority 100',
    within: 'vrrp_instance',
  },
  CLUSTER_TWO_OWNERS: {
    severity: 'error',
    meaning:
      'Two boxes have priority 255, often from state MASTER without a priority, and never yield to each other.',
    cure: 'Write different priorities below 255.',
    example: 'state MASTER\n#### b.conf\nstate MASTER',
    within: 'vrrp_instance',
  },
  CLUSTER_WEIGHTS_REVERSE: {
    severity: 'warning',
    meaning:
      'With the weights of what they track, the box with the lower priority is above the other, while all is well.',
    cure: 'Track the same things with the same weights on all boxes.',
    example: 'priority 100\n#### b.conf\npriority 99\ntrack_interface {\n  eth1 weight 2\n}',
    within: 'vrrp_instance',
  },
  CLUSTER_WEIGHTS_TOO_SMALL: {
    severity: 'warning',
    meaning:
      'Whatever fails of what the higher box tracks with a weight, it stays above the other: no takeover follows.',
    cure: 'Choose weights above the distance of the priorities.',
    example: 'priority 200\ntrack_interface {\n  eth1 weight -20\n}\n#### b.conf\npriority 100',
    within: 'vrrp_instance',
  },
  CLUSTER_NOPREEMPT_USELESS: {
    severity: 'warning',
    meaning:
      'nopreempt stands only on the box with the lower priority; the other takes the addresses back.',
    cure: 'Write state BACKUP and nopreempt on the box with the higher priority.',
    example: 'priority 200\n#### b.conf\npriority 100\nnopreempt',
    within: 'vrrp_instance',
  },
  CLUSTER_SERVER_ALONE: {
    severity: 'warning',
    meaning: 'A virtual server is not on all boxes: a takeover ends the service.',
    cure: 'Add it to the others.',
    example: `virtual_server 10.0.0.1 80 {
  lvs_sched rr
  lvs_method DR
  protocol TCP
  real_server 10.0.1.1 80 {
  }
}
#### b.conf
`,
  },
  CLUSTER_REAL_SERVERS_DIFFER: {
    severity: 'warning',
    meaning:
      'A virtual server has different real servers on the boxes: a takeover changes who serves.',
    cure: 'Write the same list on all boxes.',
    example: 'real_server 10.0.1.2 80 {\n}\n#### b.conf\n',
    within: 'virtual_server',
  },
  CLUSTER_BALANCING_DIFFERS: {
    severity: 'warning',
    meaning: 'A virtual server has another scheduler, method or persistence on another box.',
    cure: 'Write the same on all boxes.',
    example: 'persistence_timeout 300\n#### b.conf\n',
    within: 'virtual_server',
  },
} as const;
