/** Codes of braces, quotes, words and keywords, whatever the keyword. */
export const STRUCTURE_CODES = {
  MORE_OF_A_KIND: {
    severity: 'note',
    meaning: 'The same code came up more than 1,000 times with the same severity.',
    cure: 'Correct what is shown first.',
    example: `$LINE=router_id a b\\

$LINES=\${LINE}\${LINE}\${LINE}\${LINE}\${LINE}\${LINE}\${LINE}\${LINE}\${LINE}\${LINE}\${LINE}
$MORE=\${LINES}\${LINES}\${LINES}\${LINES}\${LINES}\${LINES}\${LINES}\${LINES}\${LINES}\${LINES}
\${MORE}\${MORE}\${MORE}\${MORE}\${MORE}\${MORE}\${MORE}\${MORE}\${MORE}\${MORE}`,
    within: 'global_defs',
  },
  MISSING_CLOSE_BRACE: {
    severity: 'error',
    meaning: 'A block is never closed. What follows is read as it was probably meant.',
    cure: 'Add the } at the end of the block that the message names.',
    example: `vrrp_instance A {
  interface eth0
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
}`,
  },
  MISSING_OPEN_BRACE: {
    severity: 'error',
    meaning: 'A keyword that opens a block has no {.',
    cure: 'Add the { on the same line, or on the next one that is not empty.',
    example: `virtual_server 10.0.0.1 80
  lvs_sched rr
}`,
  },
  EXTRA_CLOSE_BRACE: {
    severity: 'error',
    meaning: 'There is a } more than {.',
    cure: 'Remove it, or find the line whose { has been lost.',
    example: `global_defs {
}
}`,
  },
  UNEXPECTED_BRACE: {
    severity: 'error',
    meaning:
      'A { stands after a keyword that has no block, or after nothing; its block is passed over.',
    cure: 'Remove the { and its }.',
    example: 'priority 100 {\n}',
    within: 'vrrp_instance',
  },
  UNTERMINATED_QUOTE: {
    severity: 'error',
    meaning: 'A quote is opened and not closed on the same line.',
    cure: 'Add the closing quote; nothing in quotes can go on on the next line.',
    example: 'router_id "lb 1',
    within: 'global_defs',
  },
  UNKNOWN_KEYWORD: {
    severity: 'error',
    meaning:
      'The block does not have such a keyword. It is passed over with its own block, if any.',
    cure: 'Correct the spelling, or move it to the block that it belongs to.',
    example: 'virtual_ruoter_id 10',
    within: 'vrrp_instance',
  },
  DEPRECATED_KEYWORD: {
    severity: 'warning',
    meaning: 'The keyword still works, under a spelling or in a place that will be dropped.',
    cure: 'Do what the message proposes.',
    example: 'lvs_sync_daemon_interface eth0',
    within: 'vrrp_instance',
  },
  ACCEPTED_WITHOUT_EFFECT: {
    severity: 'note',
    meaning:
      'keepalived knows the keyword, tandem does not act on it yet. A warning where a service would miss it.',
    cure: 'Do without it, or keep keepalived for now; tandemctl check --unsupported lists them all.',
    example: 'enable_dbus',
    within: 'global_defs',
  },
  MISSING_PARAMETER: {
    severity: 'error',
    meaning:
      'The keyword needs a word after it. keepalived stops at once here, and so does the daemon.',
    cure: 'Add the word, or remove the keyword.',
    example: 'interface',
    within: 'vrrp_instance',
  },
  MISSING_VALUE: {
    severity: 'error',
    meaning: 'An option has no value and is ignored.',
    cure: 'Add the value, or remove the option.',
    example: 'virtual_ipaddress_excluded {\n  10.0.0.2/24 label\n}',
    within: 'vrrp_instance',
  },
  MISSING_KEYWORD: {
    severity: 'error',
    meaning: 'A block lacks a keyword without which it means nothing, and is ignored.',
    cure: 'Add the keyword that the message names.',
    example: 'vrrp_script chk {\n  interval 2\n}',
  },
  MISSING_NAME: {
    severity: 'error',
    meaning: 'A block that needs one name has none, or several, and is passed over.',
    cure: 'Write one name between keyword and {; one with blanks needs quotes.',
    example: 'vrrp_instance web server {\n}',
  },
  DUPLICATE_NAME: {
    severity: 'error',
    meaning: 'Two blocks of a kind have the same name; the second is passed over.',
    cure: 'Rename one of them, or merge them.',
    example: `vrrp_script chk {
  script /bin/true
}
vrrp_script chk {
  script /bin/false
}`,
  },
  EMPTY_BLOCK: {
    severity: 'error',
    meaning: 'A list without an entry; it does nothing.',
    cure: 'Add an entry, or remove the block.',
    example: 'virtual_server_group web {\n}',
  },
  EXTRA_WORDS: {
    severity: 'note',
    meaning: 'The keyword reads fewer words than stand there; the rest is ignored.',
    cure: 'Remove the words, or quote them if they are one value with blanks.',
    example: 'router_id web one',
    within: 'global_defs',
  },
  EXTRA_PARAMETERS: {
    severity: 'error',
    meaning: 'Words stand between the keyword of a list and its {; they are ignored.',
    cure: 'Move them into the block, one entry a line.',
    example: 'virtual_ipaddress_excluded 10.0.0.2/24 {\n}',
    within: 'vrrp_instance',
  },
  INVALID_NUMBER: {
    severity: 'error',
    meaning: 'A word is not a number of the form wanted; the default stays.',
    cure: 'Write decimal digits; fractions only where the message speaks of seconds.',
    example: 'priority 1oo',
    within: 'vrrp_instance',
  },
  NUMBER_OUT_OF_RANGE: {
    severity: 'error',
    meaning: 'A number is outside the limits that the message names; the default stays.',
    cure: 'Choose a number within the limits.',
    example: 'priority 300',
    within: 'vrrp_instance',
  },
  INVALID_WORD: {
    severity: 'error',
    meaning: 'A word is none of those that the keyword takes; the default stays.',
    cure: 'Write one of the words that the message names; mind upper and lower case.',
    example: 'smtp_alert TRUE',
    within: 'vrrp_instance',
  },
  INVALID_LENGTH: {
    severity: 'error',
    meaning: 'A word is too long or empty; the default stays.',
    cure: 'Shorten it; interface names have at most 15 characters.',
    example: 'interface enp0s31f6-upstream',
    within: 'vrrp_instance',
  },
  INVALID_NAME: {
    severity: 'error',
    meaning: 'No interface, namespace or file can have that name; the default stays.',
    cure: 'Leave out blanks, colons, slashes and percent signs.',
    example: 'use_vmac "web 1"',
    within: 'vrrp_instance',
  },
  INVALID_ADDRESS: {
    severity: 'error',
    meaning: 'A word is no IP address; what it stands in is passed over.',
    cure: 'Write an IPv4 or IPv6 address; names are not looked up.',
    example: 'real_server web1 80 {\n}',
    within: 'virtual_server',
  },
  ADDRESS_FAMILY_MISMATCH: {
    severity: 'error',
    meaning: 'An IPv4 address stands where an IPv6 one is needed, or the other way round.',
    cure: 'Put addresses of the other family into virtual_ipaddress_excluded or a block of their own.',
    example: 'virtual_ipaddress {\n  fe80::1\n}',
    within: 'vrrp_instance',
  },
  DUPLICATE_NEIGHBOUR: {
    severity: 'error',
    meaning: 'Two BFD sessions have the same other end; the second is ignored.',
    cure: 'Remove one of them; instances and checkers may follow the same session.',
    example: `bfd_instance one {
  neighbor_ip 10.0.0.2
}
bfd_instance two {
  neighbor_ip 10.0.0.2
}`,
  },
  DUPLICATE_INTERFACE: {
    severity: 'error',
    meaning: 'An interface stands in a garp_group, or in two of them, twice; the first one has it.',
    cure: 'Remove one of the lines.',
    example: 'garp_group {\n  garp_interval 0.1\n  interfaces {\n    eth0\n    eth0\n  }\n}',
  },
  NOT_MULTICAST: {
    severity: 'error',
    meaning: 'An address is not a multicast address of the family wanted; the default stays.',
    cure: 'Choose one from 224.0.0.0/4 or ff00::/8.',
    example: 'vrrp_mcast_group4 10.0.0.18',
    within: 'global_defs',
  },
  UNKNOWN_OPTION: {
    severity: 'error',
    meaning:
      'A word is no option of the entry or the keyword before it; it is ignored. Often a second entry on one line.',
    cure: 'Correct the spelling, and write one entry a line.',
    example: 'unicast_peer {\n  10.0.0.2 10.0.0.3\n}',
    within: 'vrrp_instance',
  },
  EMPTY_SCRIPT: {
    severity: 'note',
    meaning: 'A command is empty; nothing is run. An error where nothing else is left to be done.',
    cure: 'Name a program, or remove the line.',
    example: 'notify_master ""',
    within: 'vrrp_instance',
  },
  DUPLICATE_KEYWORD: {
    severity: 'error',
    meaning:
      'A keyword of which only one can be is given twice; the message says which one is kept.',
    cure: 'Remove one of the lines.',
    example: 'vmac_prefix a\nvmac_prefix b',
    within: 'global_defs',
  },
  SHARED_FIFO: {
    severity: 'warning',
    meaning: 'A FIFO has the path of notify_fifo, which hears of the same changes; it is ignored.',
    cure: 'Remove the line, or name another path.',
    example: 'notify_fifo /run/changes\nvrrp_notify_fifo /run/changes',
    within: 'global_defs',
  },
  DUPLICATE_SCRIPT: {
    severity: 'error',
    meaning: 'A script keyword is given twice; the first one is kept.',
    cure: 'Call both from one script.',
    example: 'notify_master /bin/true\nnotify_master /bin/false',
    within: 'vrrp_instance',
  },
  SCRIPT_SECURITY_DISABLED: {
    severity: 'warning',
    meaning:
      'Scripts run as root, and nobody checks whether others may change them. keepalived -t exits with 6.',
    cure: 'Add enable_script_security to global_defs, and script_user if they need not be root.',
    example: 'notify_master /bin/true',
    within: 'vrrp_instance',
  },
  NO_SCRIPT_USER: {
    severity: 'warning',
    meaning:
      'With enable_script_security scripts without a user run as keepalived_script, which this box does not have.',
    cure: 'Add the account, or script_user to global_defs.',
    example: `global_defs {
  enable_script_security
}
vrrp_instance A {
  interface eth0
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
  notify_master /bin/true
}`,
  },
  NO_SETPRIV: {
    severity: 'warning',
    meaning:
      'With set_supplementary_groups scripts of other users are started by setpriv(1), which this box does not have: none of them is run.',
    cure: 'Install util-linux, or remove set_supplementary_groups.',
    example: `global_defs {
  set_supplementary_groups
}
vrrp_instance A {
  interface eth0
  virtual_router_id 10
  virtual_ipaddress {
    10.0.0.1/24
  }
  notify_master /bin/true nobody
}`,
  },
  UNKNOWN_PROCESSOR: {
    severity: 'error',
    meaning: 'This box has no processor of that number.',
    cure: 'Write numbers from 0 to one less than `nproc` says.',
    example: 'vrrp_cpu_affinity 5000',
    within: 'global_defs',
  },
  UNKNOWN_ACCOUNT: {
    severity: 'error',
    meaning: 'This box has no account, or no group, of that name.',
    cure: 'Write a name that `getent passwd` and `getent group` know.',
    example: 'script_user nobody-here',
    within: 'global_defs',
  },
} as const;
