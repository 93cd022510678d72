/** Codes of the keys that adverts are signed with. */
export const AUTH_HMAC_CODES = {
  INVALID_KEY: {
    severity: 'error',
    meaning: 'A key of auth_hmac must have 32 to 64 octets; it is left out.',
    cure: 'Write hex: and the output of `openssl rand -hex 32`, the same on all boxes.',
    example: `auth_hmac {
  key 1 hex:0000000000000000000000000000000000000000000000000000000000000000
  key 2 too-short
  active_key 1
}`,
    within: 'vrrp_instance',
  },
  DUPLICATE_KEY: {
    severity: 'warning',
    meaning: 'Two keys of auth_hmac have one number; the last one is used.',
    cure: 'Give each key a number of its own.',
    example: `auth_hmac {
  key 1 hex:0000000000000000000000000000000000000000000000000000000000000000
  key 1 hex:0101010101010101010101010101010101010101010101010101010101010101
  active_key 1
}`,
    within: 'vrrp_instance',
  },
  KEY_FILE: {
    severity: 'error',
    meaning: 'The file of a key of auth_hmac cannot be read; the key is left out.',
    cure: 'Write the path of a file that holds hex: and 64 digits.',
    example: `auth_hmac {
  key 1 hex:0000000000000000000000000000000000000000000000000000000000000000
  key 2 file:/etc/keepalived/missing
  active_key 1
}`,
    within: 'vrrp_instance',
  },
  KEY_FILE_OPEN: {
    severity: 'warning',
    meaning: 'Who can read the file of a key can take the addresses over.',
    cure: 'chmod 600 FILE, and owner root.',
    example: `auth_hmac {
  key 1 file:/etc/keepalived/open
  active_key 1
}`,
    within: 'vrrp_instance',
  },
  NO_ACTIVE_KEY: {
    severity: 'error',
    meaning: 'auth_hmac has no key to sign with. The daemon does not start.',
    cure: 'Add active_key N, and the key N.',
    example: `auth_hmac {
  key 1 hex:0000000000000000000000000000000000000000000000000000000000000000
  active_key 2
}`,
    within: 'vrrp_instance',
  },
} as const;
