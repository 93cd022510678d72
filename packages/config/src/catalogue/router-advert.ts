/** What is wrong with router_advert. */
export const ROUTER_ADVERT_CODES = {
  NO_ROUTER_ADDRESS: {
    severity: 'error',
    meaning:
      'router_advert needs a link-local virtual_ipaddress, by which hosts know their router. No router advertisements are sent.',
    cure: 'Write a link-local address as the first virtual_ipaddress, the same on all boxes.',
    example: `router_advert {
}`,
    within: 'vrrp_instance',
  },
  ROUTER_ADVERT_TIMES: {
    severity: 'error',
    meaning: 'A time of router_advert does not go with another one; what is used is said.',
    cure: 'min_interval at most three quarters of max_interval, which lifetime must not be below; preferred_lifetime not above valid_lifetime.',
    example: `vrrp_instance A {
  interface eth0
  virtual_router_id 10
  virtual_ipaddress {
    fe80::1/64
  }
  router_advert {
    max_interval 60
    min_interval 50
  }
}`,
  },
  TOO_MANY_ADVERTISED: {
    severity: 'error',
    meaning: 'A router advertisement has no room for more of it.',
    cure: 'At most 16 prefixes and 8 name servers.',
    example: `vrrp_instance A {
  interface eth0
  virtual_router_id 10
  virtual_ipaddress {
    fe80::1/64
  }
  router_advert {
    rdnss 2001:db8::1
    rdnss 2001:db8::2
    rdnss 2001:db8::3
    rdnss 2001:db8::4
    rdnss 2001:db8::5
    rdnss 2001:db8::6
    rdnss 2001:db8::7
    rdnss 2001:db8::8
    rdnss 2001:db8::9
  }
}`,
  },
} as const;
