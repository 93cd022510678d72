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

test('vrrp_on_drift is for all instances, on_drift for one', () => {
  expect(instance('')?.onDrift).toBe('restore');
  expect(instance('vrrp_on_drift fault')?.onDrift).toBe('fault');
  expect(instance('vrrp_on_drift fault', 'on_drift yield')?.onDrift).toBe('yield');
  expect(instance('', 'on_drift perhaps')?.onDrift).toBe('restore');
});

function file(name: string): string {
  return `track_file ${name} {\nfile /run/${name}\n}\n`;
}

function instanceText(name: string, id: number, words: string): string {
  return `vrrp_instance ${name} {\ninterface eth0\nvirtual_router_id ${id}\n${words}\nvirtual_ipaddress {\n10.0.0.${id}\n}\n}\n`;
}

/** What members of a group follow, by name and weight. */
function followedInGroup(group: string, member: string): readonly (readonly string[])[] {
  const text =
    file('OWN') +
    file('SHARED') +
    `vrrp_sync_group G {\ngroup {\nA\nB\n}\n${group}\n}\n` +
    instanceText('A', 1, member) +
    instanceText('B', 2, '');
  const reader = { read: (path: string) => [{ path, text }] };
  const { settings } = parseConfiguration({ path: 'a.conf', hostName: 'b', reader });
  return settings.vrrpInstances.map(({ trackers }) =>
    trackers.map(({ name, weight }) => `${name} ${weight}`),
  );
}

test('inventory §3.8, sync group: a weight of one member does not count, unless the group says so', () => {
  const own = 'track_file {\nOWN weight 5\n}';
  expect(followedInGroup('', own)).toEqual([[], []]);
  expect(followedInGroup('sync_group_tracking_weight', own)).toEqual([['OWN 5'], []]);
});

test('inventory §3.8, sync group: what the group follows, each member follows', () => {
  expect(followedInGroup('track_file {\nSHARED weight 7\n}', '')).toEqual([
    ['SHARED 7'],
    ['SHARED 7'],
  ]);
});
