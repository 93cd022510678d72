/** Address of the instance. */
export const IPV6 = 'fe80::52/64';

/** An instance W of version 3 on vrrp.52. */
export const IPV6_INSTANCE = `vrrp_instance W {
  interface eth0
  virtual_router_id 52
  version 3
  advert_int 0.2
  use_vmac
  virtual_ipaddress {
    ${IPV6}
  }
}
`;
