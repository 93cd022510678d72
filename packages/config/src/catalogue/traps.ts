/** Codes of what works, and burns people; only tandemctl check looks for them. */
export const TRAP_CODES = {
  PRIORITY_FROM_STATE: {
    severity: 'warning',
    meaning:
      'state MASTER without a priority means priority 255, the owner of the addresses, whom neither nopreempt nor trackers with a weight can stop.',
    cure: 'Write a priority below 255.',
    example: 'state MASTER',
    within: 'vrrp_instance',
  },
  STATE_OF_OWNER: {
    severity: 'warning',
    meaning:
      'With priority 255 an instance takes the addresses from any other box, though it says state BACKUP.',
    cure: 'Choose a priority up to 254.',
    example: 'state BACKUP\npriority 255',
    within: 'vrrp_instance',
  },
  TRACKER_WEIGHT_CLAMPED: {
    severity: 'warning',
    meaning:
      'A weight leads outside of 1–254, where the priority ends, so that part of it does not count.',
    cure: 'Keep priority and weights together within 1–254.',
    example: 'priority 50\ntrack_interface {\n  eth1 weight -100\n}',
    within: 'vrrp_instance',
  },
  UNUSED_TRACKER: {
    severity: 'warning',
    meaning: 'A script, file, process or BFD session is defined, and nothing follows it.',
    cure: 'Name it in a track_… list of an instance, or remove it.',
    example: 'vrrp_script chk {\n  script /bin/true\n}',
  },
  SCRIPT_SLOWER_THAN_INTERVAL: {
    severity: 'warning',
    meaning:
      'A tracking script may run longer than its interval; keepalived then starts a second copy.',
    cure: 'Choose a timeout up to the interval.',
    example: `vrrp_script chk {
  script /bin/true
  interval 2
  timeout 5
}
vrrp_instance A {
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
  track_script {
    chk
  }
}`,
  },
  SLOW_TAKEOVER: {
    severity: 'warning',
    meaning:
      'The adverts that may be missed add up to more than 10 s, in which nobody has the addresses.',
    cure: 'Use a shorter advert_int, on all boxes alike.',
    example: 'advert_int 5',
    within: 'vrrp_instance',
  },
  STRICT_DROPS_PACKETS: {
    severity: 'warning',
    meaning:
      'Strict mode drops every packet to the addresses, unless the priority is 255: neither ping nor a service answers.',
    cure: 'Remove vrrp_strict, or write version 3 and accept.',
    example: `global_defs {
  vrrp_strict
}
vrrp_instance A {
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
}`,
  },
  PASSWORD_WITHOUT_TYPE: {
    severity: 'warning',
    meaning: 'auth_pass without auth_type: adverts go out without authentication.',
    cure: 'Add auth_type PASS, or remove the authentication block.',
    example: 'authentication {\n  auth_pass secret\n}',
    within: 'vrrp_instance',
  },
  FLAG_TURNED_OFF: {
    severity: 'warning',
    meaning: 'A flag with off: keepalived 2.2.7 does not look at the word and turns it on.',
    cure: 'Remove the line.',
    example: 'vrrp_strict off',
    within: 'global_defs',
  },
  GLOBAL_DEFS_TOO_LATE: {
    severity: 'warning',
    meaning:
      'An instance copies its defaults when its block opens; those that come later do not reach it.',
    cure: 'Move global_defs to the top of the file.',
    example: `vrrp_instance A {
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
}
global_defs {
  vrrp_garp_master_delay 1
}`,
  },
  COMMENT_INSIDE_WORD: {
    severity: 'warning',
    meaning:
      'A # or ! in the middle of a word begins a comment; the rest of a password or path is lost.',
    cure: 'Put the word in double quotes.',
    example: 'authentication {\n  auth_type PASS\n  auth_pass p!ss\n}',
    within: 'vrrp_instance',
  },
  MAIL_TO_NOBODY: {
    severity: 'warning',
    meaning: 'smtp_alert asks for mails, and nothing says to whom or through which server.',
    cure: 'Add notification_email and smtp_server to global_defs.',
    example: 'smtp_alert',
    within: 'vrrp_instance',
  },
  PEER_IS_OWN_ADDRESS: {
    severity: 'warning',
    meaning: 'A unicast peer is the own unicast_src_ip: the box talks to itself.',
    cure: 'Name the other boxes.',
    example: 'unicast_src_ip 10.0.0.2\nunicast_peer {\n  10.0.0.2\n}',
    within: 'vrrp_instance',
  },
  PEER_IS_VIRTUAL_ADDRESS: {
    severity: 'warning',
    meaning: 'A unicast peer is one of the addresses that move.',
    cure: "Name the other box's own address.",
    example: 'unicast_peer {\n  10.0.0.1\n}',
    within: 'vrrp_instance',
  },
  SOURCE_IS_VIRTUAL_ADDRESS: {
    severity: 'warning',
    meaning:
      'Adverts are to come from one of the addresses that move, which a backup does not have.',
    cure: "Write the box's own address.",
    example: 'mcast_src_ip 10.0.0.1',
    within: 'vrrp_instance',
  },
  SOURCE_NOT_CONFIGURED: {
    severity: 'warning',
    meaning:
      'Adverts are to come from an address that no interface of the box has. With unicast_peer the instance stays in FAULT until one has it.',
    cure: "Write the box's own address.",
    example: 'unicast_src_ip 10.0.0.9\nunicast_peer {\n  10.0.0.2\n}',
    within: 'vrrp_instance',
  },
  ADDRESS_OF_TWO_INSTANCES: {
    severity: 'warning',
    meaning:
      'Two instances hold the same address on the same interface; when one lets go, both lose it.',
    cure: 'Leave it to one of them.',
    example: `vrrp_instance A {
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
}
vrrp_instance B {
  virtual_router_id 11
  virtual_ipaddress {
    10.0.0.1/24
  }
}`,
  },
  VIRTUAL_ROUTER_ID_SHARED: {
    severity: 'note',
    meaning:
      'Instances on two interfaces have one virtual_router_id, which is right only on separate networks.',
    cure: 'Number them differently unless the networks are separate.',
    example: `vrrp_instance A {
  interface eth0
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
}
vrrp_instance B {
  interface eth1
  virtual_router_id 10
  virtual_ipaddress {
    10.0.1.1/24
  }
}`,
  },
  ADDRESS_OUTSIDE_PREFIX: {
    severity: 'warning',
    meaning:
      'A virtual address is in no network of its interface, so that neighbours will not look for it there.',
    cure: 'Correct the address, or name its interface with dev.',
    example: 'virtual_ipaddress_excluded {\n}',
    within: 'vrrp_instance',
  },
  INTERFACE_WITHOUT_ADDRESS: {
    severity: 'warning',
    meaning:
      'The interface of an instance has no address to send adverts from; the instance stays in FAULT.',
    cure: 'Give the interface an address of its own.',
    example: 'interface eth1',
    within: 'vrrp_instance',
  },
  ADDRESS_OF_THE_BOX: {
    severity: 'warning',
    meaning:
      'A virtual address is all that the interface of the instance has of its own. It is not taken off the interface, and there is none to send adverts from.',
    cure: 'Give the interface an address of its own, or correct the virtual one.',
    example: 'virtual_ipaddress_excluded {\n  192.0.2.2/24\n}',
    within: 'vrrp_instance',
  },
  SCRIPT_NOT_RUNNABLE: {
    severity: 'warning',
    meaning:
      'The program of a command is missing, no file, or not executable. The message names what is at fault. Until it can be run a vrrp_script counts as if it were not there.',
    cure: 'Correct the path, or chmod +x the file.',
    example: 'notify_master /usr/local/sbin/missing',
    within: 'vrrp_instance',
  },
  SCRIPT_INSECURE: {
    severity: 'warning',
    meaning:
      'A script of root, or a folder above it, can be changed by somebody else; enable_script_security refuses it.',
    cure: 'chown root and chmod go-w what the message names, or set script_user.',
    example: 'notify_master /tmp/insecure',
    within: 'vrrp_instance',
  },
  REAL_SERVER_NOT_CHECKED: {
    severity: 'warning',
    meaning: 'A real server has no check, unlike others beside it, and counts as up for ever.',
    cure: 'Give it the same check.',
    example: 'real_server 10.0.1.2 80 {\n  TCP_CHECK {\n  }\n}',
    within: 'virtual_server',
  },
  REAL_SERVER_IS_VIRTUAL: {
    severity: 'warning',
    meaning:
      'A real server has the address of its virtual server: packets to it come back to the director.',
    cure: "Write the server's own address.",
    example: 'real_server 10.0.0.1 80 {\n}',
    within: 'virtual_server',
  },
  ALL_WEIGHTS_ZERO: {
    severity: 'warning',
    meaning: 'All real servers have weight 0; no new connection is served.',
    cure: 'Give at least one of them a weight.',
    example: 'weight 0',
    within: 'real_server',
  },
  SORRY_SERVER_IS_REAL: {
    severity: 'warning',
    meaning: 'The sorry server is one of the real servers, which are down when it is needed.',
    cure: 'Name a server that does nothing else.',
    example: 'sorry_server 10.0.1.1 80',
    within: 'virtual_server',
  },
  QUORUM_WITHOUT_CONSEQUENCE: {
    severity: 'warning',
    meaning:
      'A quorum or hysteresis is set, but neither sorry_server, quorum scripts nor smtp_alert do anything with it.',
    cure: 'Add one of them, or remove the quorum.',
    example: 'quorum 1',
    within: 'virtual_server',
  },
  CHECK_SLOWER_THAN_LOOP: {
    severity: 'warning',
    meaning: 'One attempt of a check may take longer than the period of checks.',
    cure: 'Choose a connect_timeout below delay_loop.',
    example: 'delay_loop 2\nTCP_CHECK {\n  connect_timeout 5\n}',
    within: 'real_server',
  },
  SLOW_DETECTION: {
    severity: 'warning',
    meaning:
      'From delay_loop, timeouts, retries and their pauses, a dead server gets connections for more than a minute.',
    cure: 'Shorten delay_loop, whose default is 60 s, or the number of retries.',
    example: 'TCP_CHECK {\n}',
    within: 'real_server',
  },
  CHECK_WITHOUT_TLS: {
    severity: 'warning',
    meaning: 'HTTP_GET asks port 443 in plain HTTP.',
    cure: 'Write SSL_GET.',
    example: 'delay_loop 6\nHTTP_GET {\n  connect_port 443\n  url {\n    path /\n  }\n}',
    within: 'real_server',
  },
  CHECK_WITH_TLS: {
    severity: 'warning',
    meaning: 'SSL_GET speaks TLS to port 80.',
    cure: 'Write HTTP_GET, or correct the port.',
    example: 'SSL_GET {\n  url {\n    path /\n  }\n}',
    within: 'real_server',
  },
  GRANULARITY_WITHOUT_PERSISTENCE: {
    severity: 'warning',
    meaning: 'persistence_granularity alone keeps clients at their real server for 360 seconds.',
    cure: 'Add persistence_timeout, or remove it.',
    example: 'persistence_granularity 255.255.255.0',
    within: 'virtual_server',
  },
  PERSISTENCE_WITH_OPS: {
    severity: 'warning',
    meaning: 'One-packet scheduling and persistence contradict each other.',
    cure: 'Remove one of the two.',
    example:
      'virtual_server 10.0.0.1 53 {\n  lvs_sched rr\n  lvs_method DR\n  protocol UDP\n  ops\n  persistence_timeout 60\n  real_server 10.0.1.1 53 {\n  }\n}',
  },
  REDIRECT_WITHOUT_INSTANCE: {
    severity: 'warning',
    meaning:
      'A virtual server is to redirect, and no instance holds its address, so that nobody knows whether this box is its director.',
    cure: 'Add the address to virtual_ipaddress.',
    example: 'lvs_method DR\nredirect',
    within: 'virtual_server',
  },
  SLOW_START_WITHOUT_STEPS: {
    severity: 'warning',
    meaning:
      'A slow start cannot give a real server its share little by little: its weight is too small for ten steps, or the scheduler does not share by weight.',
    cure: 'Write weight 100 for all real servers, and lvs_sched wrr or wlc.',
    example: 'slow_start 60',
    within: 'virtual_server',
  },
  ADDRESS_OF_NO_INSTANCE: {
    severity: 'note',
    meaning: 'A virtual server has an address that no instance of the configuration holds.',
    cure: 'Add it to virtual_ipaddress, if nobody else sees to it.',
    example: `vrrp_instance A {
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
}
virtual_server 10.0.0.2 80 {
  lvs_sched rr
  lvs_method DR
  protocol TCP
  real_server 10.0.1.1 80 {
  }
}`,
  },
} as const;
