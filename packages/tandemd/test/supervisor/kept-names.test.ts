import type { MacAddress } from '@tandem/inet';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import { expect, test } from 'vitest';
import { keepingNames } from '../../src/supervisor/kept-names.ts';
import { ownerSettings, settingsOf, vip } from '../vrrp/fake-host.ts';

const HARDWARE = { hardwareAddress: '00:00:5e:00:01:33' as MacAddress, advertsBelow: false };

/** With VRID 51 on an interface, its VMAC under that name. */
function on(device: string, name: string, isNamed?: true): VrrpInstanceSettings {
  return ownerSettings({
    name: device,
    interface: device,
    virtualRouterId: 51,
    virtualInterface: { name, ...HARDWARE, ...(isNamed && { isNamed }) },
    addresses: [vip('10.0.0.1', name), vip('10.0.0.2', 'other')],
    excludedAddresses: [vip('10.0.0.3', name)],
  });
}

function names(
  wanted: readonly VrrpInstanceSettings[],
  running: readonly VrrpInstanceSettings[],
): (string | undefined)[] {
  const kept = keepingNames(settingsOf(...wanted), settingsOf(...running));
  return kept.vrrpInstances.map((each) => each.virtualInterface?.name);
}

const FIRST = on('eth0', 'vrrp.51');
const SECOND = on('eth1', 'vrrp1.51');

test('of two with one VRID the second keeps its name, and its addresses, when the first goes', () => {
  const { vrrpInstances } = keepingNames(
    settingsOf(on('eth1', 'vrrp.51')),
    settingsOf(FIRST, SECOND),
  );
  expect(vrrpInstances).toEqual([SECOND]);
});

test('one that comes before those that run takes a name that is free', () => {
  const wanted = [on('eth2', 'vrrp.51'), on('eth0', 'vrrp1.51'), on('eth1', 'vrrp2.51')];
  expect(names(wanted, [FIRST, SECOND])).toEqual(['vrrp2.51', 'vrrp.51', 'vrrp1.51']);
});

test('a name that somebody chooses is not kept from its owner', () => {
  const wanted = [on('eth0', 'vrrp.51', true), on('eth1', 'vrrp1.51')];
  expect(names(wanted, [on('eth1', 'vrrp.51')])).toEqual(['vrrp.51', 'vrrp1.51']);
  expect(names([on('eth0', 'web', true)], [FIRST])).toEqual(['web']);
});

test('where the configuration chooses names otherwise than before, they change', () => {
  expect(names([on('eth0', 'web.51')], [FIRST])).toEqual(['web.51']);
  expect(names([FIRST], [on('eth0', 'web', true)])).toEqual(['vrrp.51']);
});

test('without virtual interfaces, and with those of the last time, all stays as it is wanted', () => {
  expect(names([ownerSettings()], [FIRST])).toEqual([undefined]);
  expect(names([FIRST, SECOND], [FIRST, SECOND])).toEqual(['vrrp.51', 'vrrp1.51']);
  expect(names([FIRST, SECOND], [])).toEqual(['vrrp.51', 'vrrp1.51']);
});

/** An instance on eth0 whose addresses on the others are on macvlans of these names. */
function withOthers(others: Readonly<Record<string, string>>): VrrpInstanceSettings {
  const { hardwareAddress } = HARDWARE;
  return ownerSettings({
    virtualRouterId: 51,
    addresses: Object.values(others).map((name, i) => vip(`10.0.${i}.1`, name)),
    addressInterfaces: Object.entries(others).map(([parent, name]) => {
      return { name, parent, family: 4, hardwareAddress };
    }),
  });
}

test('macvlans of addresses alone keep their names when others come or go', () => {
  const running = settingsOf(withOthers({ eth1: 'vrrp.51', eth2: 'vrrp1.51' }));
  const kept = (others: Readonly<Record<string, string>>) =>
    keepingNames(settingsOf(withOthers(others)), running).vrrpInstances;
  expect(kept({ eth2: 'vrrp.51' })).toEqual([withOthers({ eth2: 'vrrp1.51' })]);
  expect(kept({ eth3: 'vrrp.51', eth2: 'vrrp1.51', eth1: 'vrrp2.51' })).toEqual([
    withOthers({ eth3: 'vrrp2.51', eth2: 'vrrp1.51', eth1: 'vrrp.51' }),
  ]);
});
