/** Codes of virtual servers, real servers and checkers. */
export const BALANCING_CODES = {
  INVALID_FWMARK: {
    severity: 'error',
    meaning: 'fwmark is not followed by a mark; the virtual server is passed over.',
    cure: 'Write fwmark N with N from 1 on; 0x… is hexadecimal.',
    example: 'virtual_server fwmark 0 {\n}',
  },
  DUPLICATE_VIRTUAL_SERVER: {
    severity: 'warning',
    meaning:
      'Two virtual servers have the same address, port and protocol; the second is left out.',
    cure: 'Merge their real servers into one.',
    example: `virtual_server 10.0.0.1 80 {
  lvs_sched rr
  lvs_method DR
  protocol TCP
  real_server 10.0.1.1 80 {
  }
}
virtual_server 10.0.0.1 80 {
  lvs_sched wlc
  lvs_method DR
  protocol TCP
  real_server 10.0.1.2 80 {
  }
}`,
  },
  SERVICE_SHARED: {
    severity: 'warning',
    meaning:
      'A virtual_server_group has an address and port, or a mark, that another virtual server has; only one of them serves there.',
    cure: 'Take it out of one of them.',
    example: `virtual_server_group web {
  10.0.0.1-9 80
}
virtual_server_group shop {
  10.0.0.5 80
}
virtual_server group web {
  lvs_sched rr
  lvs_method DR
  protocol TCP
  real_server 10.0.1.1 80 {
  }
}
virtual_server group shop {
  lvs_sched rr
  lvs_method DR
  protocol TCP
  real_server 10.0.1.2 80 {
  }
}`,
  },
  NO_REAL_SERVERS: {
    severity: 'warning',
    meaning: 'A virtual server has no real server and is ignored.',
    cure: 'Add real_server ADDRESS PORT { … }.',
    example: 'virtual_server 10.0.0.1 80 {\n  lvs_sched rr\n  lvs_method DR\n  protocol TCP\n}',
  },
  NO_PROTOCOL: {
    severity: 'warning',
    meaning: 'A virtual server without protocol serves UDP, which is rarely meant.',
    cure: 'Add protocol TCP.',
    example:
      'virtual_server 10.0.0.1 80 {\n  lvs_sched rr\n  lvs_method DR\n  real_server 10.0.1.1 80 {\n  }\n}',
  },
  NO_SCHEDULER: {
    severity: 'warning',
    meaning: 'A virtual server without lvs_sched uses wlc.',
    cure: 'Add lvs_sched.',
    example:
      'virtual_server 10.0.0.1 80 {\n  lvs_method DR\n  protocol TCP\n  real_server 10.0.1.1 80 {\n  }\n}',
  },
  NO_FORWARDING_METHOD: {
    severity: 'warning',
    meaning:
      'A virtual server without lvs_method uses NAT, which needs the replies to come back here.',
    cure: 'Add lvs_method NAT, DR or TUN.',
    example:
      'virtual_server 10.0.0.1 80 {\n  lvs_sched rr\n  protocol TCP\n  real_server 10.0.1.1 80 {\n  }\n}',
  },
  PROTOCOL_OF_FWMARK: {
    severity: 'warning',
    meaning: 'A mark has no protocol; it is ignored.',
    cure: 'Remove protocol.',
    example:
      'virtual_server fwmark 5 {\n  lvs_sched rr\n  lvs_method DR\n  protocol TCP\n  real_server 10.0.1.1 {\n  }\n}',
  },
  PORT_OF_FWMARK: {
    severity: 'warning',
    meaning: 'A mark has no port; that of the real server counts for NAT only, and for its checks.',
    cure: 'Remove the port.',
    example:
      'virtual_server fwmark 5 {\n  lvs_sched rr\n  lvs_method DR\n  real_server 10.0.1.1 80 {\n  }\n}',
  },
  PORT_ZERO_NEEDS_PERSISTENCE: {
    severity: 'warning',
    meaning: 'A virtual server for all ports works with persistence only; 360 s are used.',
    cure: 'Add persistence_timeout, or name the port.',
    example:
      'virtual_server 10.0.0.1 0 {\n  lvs_sched rr\n  lvs_method DR\n  protocol TCP\n  real_server 10.0.1.1 0 {\n  }\n}',
  },
  PORTS_DIFFER: {
    severity: 'warning',
    meaning: 'With DR and TUN a packet keeps its port; that of the virtual server is used.',
    cure: 'Use the same port, or lvs_method NAT.',
    example: 'real_server 10.0.1.2 8080 {\n}',
    within: 'virtual_server',
  },
  DUPLICATE_REAL_SERVER: {
    severity: 'error',
    meaning: 'A virtual server has a real server twice; the second is left out.',
    cure: 'Remove one.',
    example: 'real_server 10.0.1.2 80 {\n}\nreal_server 10.0.1.2 80 {\n}',
    within: 'virtual_server',
  },
  OPS_NEEDS_UDP: {
    severity: 'error',
    meaning: 'One-packet scheduling works with UDP only; it is ignored.',
    cure: 'Remove ops.',
    example: 'ops',
    within: 'virtual_server',
  },
  WRONG_SCHEDULER: {
    severity: 'error',
    meaning: 'A flag does not belong to the scheduler chosen before it; it is ignored.',
    cure: 'Write lvs_sched before the flag.',
    example: 'mh-port',
    within: 'virtual_server',
  },
  INVALID_NETMASK: {
    severity: 'error',
    meaning: 'persistence_granularity is no netmask; single addresses count.',
    cure: 'Write a netmask or a prefix length.',
    example: 'persistence_granularity 255.0.255.0',
    within: 'virtual_server',
  },
  QUORUM_ABOVE_WEIGHTS: {
    severity: 'warning',
    meaning:
      'The quorum is higher than all weights together, so that it could never be reached; it is lowered.',
    cure: 'Lower the quorum or raise the weights: it counts weight, not servers.',
    example: 'quorum 2',
    within: 'virtual_server',
  },
  HYSTERESIS_ABOVE_QUORUM: {
    severity: 'warning',
    meaning:
      'The hysteresis is not below the quorum, so that the service could never go down; it is lowered.',
    cure: 'Choose a hysteresis below the quorum.',
    example: 'hysteresis 1',
    within: 'virtual_server',
  },
  MISSING_URL: {
    severity: 'error',
    meaning: 'An HTTP_GET asks for nothing and is ignored; the real server counts as up.',
    cure: 'Add url { path / }.',
    example: 'HTTP_GET {\n  connect_timeout 3\n}',
    within: 'real_server',
  },
  MISSING_PATH: {
    severity: 'error',
    meaning: 'A url has no path and is ignored.',
    cure: 'Add path /.',
    example: 'HTTP_GET {\n  url {\n    path /\n  }\n  url {\n    status_code 200\n  }\n}',
    within: 'real_server',
  },
  INVALID_TUNNEL: {
    severity: 'error',
    meaning: 'The options of a tunnel do not go together.',
    cure: 'Write TUN type gue port N, TUN type gre or TUN; only gue has remcsum.',
    example: 'lvs_method TUN type gue',
    within: 'virtual_server',
  },
  UNKNOWN_SERVER_GROUP: {
    severity: 'error',
    meaning:
      'A virtual server is to listen on a group that is nowhere configured; it does not serve.',
    cure: 'Add the virtual_server_group, or correct the name.',
    example:
      'virtual_server group web {\n  lvs_sched rr\n  lvs_method NAT\n  protocol TCP\n  real_server 10.0.1.1 80 {\n  }\n}',
  },
  SORRY_SERVER_MISSING: {
    severity: 'error',
    meaning: 'Something is said of a sorry server that comes later, or never.',
    cure: 'Write sorry_server first.',
    example: 'sorry_server_inhibit',
    within: 'virtual_server',
  },
  MISSING_BIND_INTERFACE: {
    severity: 'error',
    meaning:
      'A link-local address of a check says nothing without an interface; the check is not made.',
    cure: 'Add bind_if INTERFACE.',
    example: 'TCP_CHECK {\n  connect_ip fe80::1\n}',
    within: 'real_server',
  },
  REPLY_LENGTHS: {
    severity: 'error',
    meaning: 'No answer of a UDP_CHECK can be as long as it must be and as short as it may be.',
    cure: 'Make max_reply_length, which is 255 by default, at least min_reply_length.',
    example: 'UDP_CHECK {\n  min_reply_length 300\n}',
    within: 'real_server',
  },
  INVALID_DIGEST: {
    severity: 'error',
    meaning: 'A digest is not 32 hex digits; the page is not compared.',
    cure: 'Copy what genhash prints.',
    example: 'HTTP_GET {\n  url {\n    path /\n    digest c7b4690c\n  }\n}',
    within: 'real_server',
  },
  INVALID_REGEX: {
    severity: 'error',
    meaning:
      'A pattern is none, or PCRE2 has something in it that JavaScript lacks; the page is not searched.',
    cure: 'Write it without possessive or atomic groups, recursion and options in its middle; in double quotes where it has blanks, and with each backslash twice.',
    example: 'HTTP_GET {\n  url {\n    path /\n    regex "hel++o"\n  }\n}',
    within: 'real_server',
  },
  INVALID_STATUS_CODE: {
    severity: 'error',
    meaning: 'A status code is no number or range from 100 to 599; it is ignored.',
    cure: 'Write 200, or 200-299.',
    example: 'HTTP_GET {\n  url {\n    path /\n    status_code 2xx\n  }\n}',
    within: 'real_server',
  },
} as const;
