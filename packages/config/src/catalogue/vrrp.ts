const INSTANCE_B = `vrrp_instance B {
  virtual_router_id 11
  virtual_ipaddress {
    10.0.0.2/24
  }
}`;

/** Codes of instances, their addresses, groups and trackers. */
export const VRRP_CODES = {
  MISSING_VIRTUAL_ROUTER_ID: {
    severity: 'error',
    meaning: 'An instance has no virtual_router_id. The daemon does not start.',
    cure: 'Add virtual_router_id N, 1–255, the same on all boxes and unused by others on the network.',
    example: 'vrrp_instance A {\n  virtual_ipaddress {\n    10.0.0.1/24\n  }\n}',
  },
  INVALID_MAC: {
    severity: 'error',
    meaning: 'A VMAC cannot have that MAC address; it gets the one of the RFC.',
    cure: 'Leave it out, or write one that begins with 02.',
    example: 'use_vmac vrrp.10 01:00:5e:00:00:01',
    within: 'vrrp_instance',
  },
  VMAC_NAME_TAKEN: {
    severity: 'error',
    meaning:
      'A VMAC cannot have the name of another one, or of the interface of an instance; it gets the default one.',
    cure: 'Choose another name, or none.',
    example: 'interface eth0\nuse_vmac eth0',
    within: 'vrrp_instance',
  },
  MISSING_INTERFACE: {
    severity: 'warning',
    meaning: 'An instance names no interface; default_interface is used, else eth0.',
    cure: 'Add interface NAME.',
    example:
      'vrrp_instance A {\n  virtual_router_id 10\n  virtual_ipaddress {\n    10.0.0.1/24\n  }\n}',
  },
  UNKNOWN_INTERFACE: {
    severity: 'error',
    meaning:
      'This box has no interface of that name. The daemon does not start, unless with dynamic_interfaces.',
    cure: 'Write the name as `ip link` shows it, create the interface first, or allow dynamic_interfaces.',
    example: 'interface eth9',
    within: 'vrrp_instance',
  },
  LOOPBACK_INTERFACE: {
    severity: 'error',
    meaning: 'Adverts cannot be sent on the loopback interface. The daemon does not start.',
    cure: 'Name the interface that the other boxes are reached by.',
    example: 'interface lo',
    within: 'vrrp_instance',
  },
  KEYWORD_CONFLICT: {
    severity: 'warning',
    meaning: 'A keyword of an instance makes no sense beside another one.',
    cure: 'Remove the keyword, or add what it needs.',
    example: 'vmac_xmit_base',
    within: 'vrrp_instance',
  },
  NOT_STRICT: {
    severity: 'warning',
    meaning: 'vrrp_strict, or strict_mode, leaves out what the RFC does not have.',
    cure: 'Remove the keyword, or vrrp_strict.',
    example: 'strict_mode\nadvert_int 2\naccept',
    within: 'vrrp_instance',
  },
  DUPLICATE_INSTANCE: {
    severity: 'error',
    meaning: 'Two instances have the same name; the second is passed over.',
    cure: 'Rename one of them.',
    example: `vrrp_instance A {
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
}
vrrp_instance A {
  virtual_router_id 11
  virtual_ipaddress {
    10.0.0.2/24
  }
}`,
  },
  DUPLICATE_VIRTUAL_ROUTER_ID: {
    severity: 'error',
    meaning:
      'Two instances of a family have the same virtual_router_id on an interface and would take each other for the other box. The daemon does not start.',
    cure: 'Give one of them another virtual_router_id, on all boxes.',
    example: `vrrp_instance A {
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
}
vrrp_instance B {
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.2/24
  }
}`,
  },
  DUPLICATE_STATE: {
    severity: 'error',
    meaning: 'state is given twice with different words; the first one is kept.',
    cure: 'Remove one of the lines.',
    example: 'state MASTER\nstate BACKUP',
    within: 'vrrp_instance',
  },
  NO_VIRTUAL_ADDRESS: {
    severity: 'warning',
    meaning: 'An instance has no address to move. In version 3 the daemon does not start.',
    cure: 'Add virtual_ipaddress { ADDRESS/LENGTH }, or no_virtual_ipaddress where none is meant.',
    example: 'vrrp_instance A {\n  virtual_router_id 10\n}',
  },
  TOO_MANY_ADDRESSES: {
    severity: 'error',
    meaning:
      'More addresses than fit in an advert, which counts to 255 and must not be longer than the MTU of the interface: 255 of IPv4, 89 of IPv6 at 1500, 28 octets less with auth_hmac. The rest is treated as virtual_ipaddress_excluded, as keepalived does; boxes whose interfaces differ in their MTU would not understand each other.',
    cure: 'Move all but a few to virtual_ipaddress_excluded, on all boxes.',
    example: 'virtual_ipaddress {\n  ~SEQ(N, 2, 250) 10.0.0.${N}\n  ~SEQ(N, 2, 250) 10.0.1.${N}\n}',
    within: 'vrrp_instance',
  },
  DUPLICATE_ADDRESS: {
    severity: 'note',
    meaning: 'An instance has an address twice; the second is ignored.',
    cure: 'Remove one.',
    example: 'virtual_ipaddress_excluded {\n  10.0.0.1/24\n}',
    within: 'vrrp_instance',
  },
  INVALID_PREFIX_LENGTH: {
    severity: 'error',
    meaning: 'What follows the / of an address is no prefix length; 32 or 128 is used.',
    cure: 'Write 0–32 for IPv4, 0–128 for IPv6.',
    example: 'virtual_ipaddress_excluded {\n  10.0.0.2/255.255.255.0\n}',
    within: 'vrrp_instance',
  },
  INVALID_ADDRESS_OPTION: {
    severity: 'error',
    meaning: 'An option of an address has a value that it cannot have, and is ignored.',
    cure: 'Write what the message proposes; labels have at most 15 characters.',
    example: 'virtual_ipaddress_excluded {\n  10.0.0.2/24 scope everywhere\n}',
    within: 'vrrp_instance',
  },
  FIRST_ADDRESS_NOT_LINK_LOCAL: {
    severity: 'note',
    meaning: 'The first IPv6 address should be link local, as the RFC wants it.',
    cure: 'Put an address from fe80::/10 first, on all boxes.',
    example:
      'vrrp_instance A {\n  virtual_router_id 10\n  virtual_ipaddress {\n    2001:db8::1/64\n  }\n}',
  },
  INVALID_ROUTE: {
    severity: 'error',
    meaning: 'A route or rule cannot be understood and is left out.',
    cure: 'Write it as after ip route add or ip rule add.',
    example: 'virtual_routes {\n  10.1.0.0/16 vai 10.0.0.254\n}',
    within: 'vrrp_instance',
  },
  UNTRACKED_ROUTE: {
    severity: 'warning',
    meaning:
      'keepalived does not notice when somebody else removes the route, for it names no interface or a protocol of its own. tandem does.',
    cure: 'Add dev INTERFACE, or no_track if that is what you want.',
    example: 'virtual_routes {\n  10.1.0.0/16 via 10.0.0.254\n}',
    within: 'vrrp_instance',
  },
  RULE_WITHOUT_PREFERENCE: {
    severity: 'warning',
    meaning: 'A rule says not which others it comes before; it gets a preference below 16385.',
    cure: 'Add preference N.',
    example: 'virtual_rules {\n  from 10.1.0.0/16 table 100\n}',
    within: 'vrrp_instance',
  },
  PASSWORD_TOO_LONG: {
    severity: 'warning',
    meaning: 'auth_pass has more than the 8 characters that VRRP can carry; the rest is cut off.',
    cure: 'Shorten it, on all boxes; two passwords that begin alike are the same.',
    example: 'authentication {\n  auth_type PASS\n  auth_pass correct-horse\n}',
    within: 'vrrp_instance',
  },
  MISSING_PASSWORD: {
    severity: 'error',
    meaning: 'auth_type without auth_pass; adverts go out without authentication.',
    cure: 'Add auth_pass, or remove the block, on all boxes alike.',
    example: 'authentication {\n  auth_type PASS\n}',
    within: 'vrrp_instance',
  },
  AUTHENTICATION_IN_VERSION_3: {
    severity: 'error',
    meaning: 'Version 3 has no authentication; it is ignored.',
    cure: 'Remove the block, or go back to version 2.',
    example: 'version 3\nauthentication {\n  auth_type PASS\n  auth_pass secret\n}',
    within: 'vrrp_instance',
  },
  AH_WITH_IPV6: {
    severity: 'error',
    meaning: 'Adverts over IPv6 cannot be sealed; they go out without authentication.',
    cure: 'Remove the block on all boxes alike.',
    example: `vrrp_instance A {
  interface eth0
  virtual_router_id 10
  version 2
  authentication {
    auth_type AH
    auth_pass secret
  }
  virtual_ipaddress {
    fe80::10/64
  }
}`,
  },
  IPV6_IS_VERSION_3: {
    severity: 'error',
    meaning: 'With vrrp_strict there is IPv6 in version 3 only, which is used.',
    cure: 'Write version 3 on all boxes.',
    example: `vrrp_instance A {
  interface eth0
  virtual_router_id 10
  version 2
  strict_mode on
  virtual_ipaddress {
    fe80::10/64
  }
}`,
  },
  ADVERT_INT_ROUNDED: {
    severity: 'error',
    meaning:
      'Version 2 counts adverts in whole seconds, version 3 in hundredths up to 40.95; it is rounded.',
    cure: 'Write the rounded value, or version 3 on all boxes.',
    example: 'advert_int 0.5',
    within: 'vrrp_instance',
  },
  NOPREEMPT_IGNORED: {
    severity: 'warning',
    meaning:
      'nopreempt does nothing where the instance starts as MASTER: after a restart this box takes the addresses back.',
    cure: 'Write state BACKUP on all boxes, and a priority below 255.',
    example: 'state MASTER\npriority 150\nnopreempt',
    within: 'vrrp_instance',
  },
  PREEMPT_DELAY_IGNORED: {
    severity: 'warning',
    meaning: 'preempt_delay does nothing with nopreempt.',
    cure: 'Remove one of the two.',
    example: 'state BACKUP\nnopreempt\npreempt_delay 60',
    within: 'vrrp_instance',
  },
  UNICAST_WITHOUT_PEERS: {
    severity: 'warning',
    meaning: 'A unicast keyword without peers: adverts go by multicast all the same.',
    cure: 'Add unicast_peer with the addresses of the other boxes, or remove the keyword.',
    example: 'unicast_src_ip 10.0.0.2',
    within: 'vrrp_instance',
  },
  EMPTY_TTL_RANGE: {
    severity: 'error',
    meaning: 'No TTL is within the limits of a peer: all of its adverts are dropped.',
    cure: 'Write min_ttl below max_ttl.',
    example: 'unicast_peer {\n  10.0.0.2 min_ttl 20 max_ttl 10\n}',
    within: 'vrrp_instance',
  },
  UNKNOWN_TRACKER: {
    severity: 'error',
    meaning: 'What is to be tracked has not been defined up to here; it is not tracked.',
    cure: 'Move the definition before the instance, or correct the name.',
    example: 'track_script {\n  chk_haproxy\n}',
    within: 'vrrp_instance',
  },
  DUPLICATE_TRACKER: {
    severity: 'error',
    meaning: 'Something is tracked twice; the first entry counts.',
    cure: 'Remove one of the entries.',
    example: 'track_interface {\n  eth1\n  eth1 weight 10\n}',
    within: 'vrrp_instance',
  },
  TRACKS_OWN_INTERFACE: {
    severity: 'error',
    meaning: 'An instance tracks its own interface, which it follows anyway; the entry is ignored.',
    cure: 'Remove the entry; dont_track_primary makes it ignore its own interface.',
    example: 'interface eth0\ntrack_interface {\n  eth0\n}',
    within: 'vrrp_instance',
  },
  TRACKER_OF_OWNER: {
    severity: 'error',
    meaning: 'A tracker with a weight has no effect on priority 255; it is ignored.',
    cure: 'Give the instance a lower priority, or the tracker weight 0, which means FAULT.',
    example: 'priority 255\ntrack_interface {\n  eth1 weight 10\n}',
    within: 'vrrp_instance',
  },
  EMPTY_GROUP: {
    severity: 'error',
    meaning: 'A sync group names no instance and is ignored.',
    cure: 'Add group { INSTANCE… }.',
    example: 'vrrp_sync_group G {\n  smtp_alert\n}',
  },
  SMALL_GROUP: {
    severity: 'warning',
    meaning: 'A sync group with fewer than two instances keeps nothing in step.',
    cure: 'Add the other instances, or remove the group.',
    example: `vrrp_sync_group G {
  group {
    A
  }
}
vrrp_instance A {
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
}`,
  },
  UNKNOWN_INSTANCE: {
    severity: 'error',
    meaning:
      'A sync group or track_group names an instance that does not exist, or cannot run for a mistake of its own.',
    cure: 'Correct the name, or the instance.',
    example: `vrrp_sync_group G {
  group {
    A B
  }
}`,
  },
  INSTANCE_IN_TWO_GROUPS: {
    severity: 'error',
    meaning: 'An instance is in two sync groups, or twice in one; the second mention is ignored.',
    cure: 'Keep it in one group.',
    example: `vrrp_sync_group G {
  group {
    A A
  }
}
vrrp_instance A {
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
}`,
  },
  SYNC_GROUP_IGNORES_WEIGHT: {
    severity: 'error',
    meaning:
      'A member of a sync group follows something with a weight, which would drive it from the others; it is ignored.',
    cure: 'Move the tracker to the group, or add sync_group_tracking_weight to it.',
    example: `vrrp_instance A {
  virtual_router_id 10
  priority 100
  virtual_ipaddress {
    10.0.0.1/24
  }
  track_interface {
    eth1 weight 10
  }
}
${INSTANCE_B}
vrrp_sync_group G {
  group {
    A B
  }
}` as string,
  },
  GROUP_WEIGHT_OF_OWNER: {
    severity: 'error',
    meaning:
      'A sync group with an instance of priority 255 follows something with a weight; it means FAULT instead.',
    cure: 'Give the instance a lower priority, or the tracker no weight.',
    example: `vrrp_instance A {
  virtual_router_id 10
  priority 255
  virtual_ipaddress {
    10.0.0.1/24
  }
}
${INSTANCE_B}
vrrp_sync_group G {
  group {
    A B
  }
  track_interface {
    eth1 weight 10
  }
}` as string,
  },
} as const;
