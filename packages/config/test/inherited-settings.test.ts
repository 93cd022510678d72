import { parseConfiguration, type Settings } from '@tandem/config';
import { expect, test } from 'vitest';

/** The only instance of a configuration. */
function instance(globals: string, words = ''): Settings['vrrpInstances'][number] | undefined {
  const text = `global_defs {\n${globals}\n}\nvrrp_instance A {\ninterface eth0\nvirtual_router_id 1\n${words}\nvirtual_ipaddress {\n10.0.0.1\n}\n}\n`;
  const reader = { read: (path: string) => [{ path, text }] };
  return parseConfiguration({ path: 'a.conf', hostName: 'b', reader }).settings.vrrpInstances[0];
}

const ONE_ARP = {
  masterDelay: 0,
  masterRepeat: 1,
  masterRefresh: 0,
  masterRefreshRepeat: 0,
  lowerPriorityDelay: 0,
  lowerPriorityRepeat: 1,
};

test('keepalived: vrrp_min_garp leaves one gratuitous ARP, where no other number is given', () => {
  expect(instance('vrrp_min_garp')?.garp).toEqual(ONE_ARP);
  expect(instance('vrrp_min_garp off')?.garp).toMatchObject({ masterDelay: 5000, masterRepeat: 5 });
  const given = instance('vrrp_min_garp\nvrrp_garp_master_refresh 30', 'garp_master_repeat 3');
  expect(given?.garp).toEqual({ ...ONE_ARP, masterRefresh: 30_000, masterRepeat: 3 });
});

test.each([
  ['vrrp_owner_ignore_adverts', 'owner_ignore_adverts', 'ownerIgnoresAdverts'],
  ['v3_checksum_as_v2', 'v3_checksum_as_v2', 'checksumAsVersion2'],
] as const)('%s is for all instances, %s for one', (global, own, setting) => {
  expect(instance('')?.[setting]).toBe(false);
  expect(instance(global)?.[setting]).toBe(true);
  expect(instance(global, `${own} off`)?.[setting]).toBe(false);
  expect(instance('', own)?.[setting]).toBe(true);
});
