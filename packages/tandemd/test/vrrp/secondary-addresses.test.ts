import { expect, test } from 'vitest';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import { orphansOf } from '../../src/vrrp/secondary-addresses.ts';
import { FakeHost, ip, kernelAddress, ownerSettings, settingsOf, vip } from './fake-host.ts';

const PROMOTION = 'ipv4/conf/eth0/promote_secondaries';

/** In a network of which the interface has no address of its own. */
const FIRST = ownerSettings({ name: 'A', addresses: [vip('10.78.0.100'), vip('10.78.0.101')] });
const SECOND: VrrpInstanceSettings = {
  ...ownerSettings({ name: 'B', addresses: [vip('10.78.0.200')], onDrift: 'fault' }),
  virtualRouterId: 52,
};

test('an instance that leaves takes no address of another one along, and leaves the kernel as it was', async () => {
  const host = new FakeHost();
  host.numbers.set(PROMOTION, 0);
  const child = await host.startWith(FIRST, SECOND);
  host.news();
  await child.receive({ type: 'reload', settings: settingsOf(SECOND) });
  await host.calm();
  const changes = host.news().filter((each) => /^(add|delete|state) /.test(each));
  expect(changes).toEqual(['state A INIT', 'delete 10.78.0.100', 'delete 10.78.0.101']);
  expect(host.addresses.map(({ address }) => address)).toEqual(['10.77.0.1', '10.78.0.200']);
  expect(host.status()).toMatchObject([{ name: 'B', state: 'MASTER' }]);
  expect(host.numbers.get(PROMOTION)).toBe(0);
});

test('where the kernel does not let us keep them they come back at once, and that is no drift', async () => {
  const host = new FakeHost();
  host.numbers.set(PROMOTION, 0);
  host.kernelNumbers.write = () => {
    throw new Error('EROFS: read-only file system');
  };
  const child = await host.startWith(FIRST, SECOND);
  await child.receive({ type: 'reload', settings: settingsOf(SECOND) });
  await host.calm();
  expect(host.addresses.map(({ address }) => address)).toEqual(['10.77.0.1', '10.78.0.200']);
  expect(host.status()).toMatchObject([{ name: 'B', state: 'MASTER' }]);
  host.removeAddress('10.78.0.200');
  await host.calm();
  expect(host.status()).toMatchObject([{ name: 'B', state: 'FAULT' }]);
});

test('an address that the administrator set beside a virtual one stays when that goes', async () => {
  const host = new FakeHost();
  host.numbers.set(PROMOTION, 0);
  const child = await host.startWith(FIRST);
  host.putAddress(kernelAddress('10.78.0.7', { flags: 0x81 }));
  await child.stop();
  expect(host.addresses.map(({ address }) => address)).toEqual(['10.77.0.1', '10.78.0.7']);
});

test('the kernel is not touched where all addresses of a network leave, or a primary one stays', async () => {
  const host = new FakeHost();
  const writes: string[] = [];
  host.numbers.set(PROMOTION, 0);
  host.kernelNumbers.write = (path) => void writes.push(path);
  const beside = { ...ownerSettings({ addresses: [vip('10.77.0.100')] }), virtualRouterId: 53 };
  const child = await host.startWith(FIRST, beside);
  await child.stop();
  expect(writes).toEqual([]);
});

test('only networks of the same interface, length and far end go together', () => {
  const primary = kernelAddress('10.78.0.1', { prefixLength: 25 });
  const secondary = { prefixLength: 25, flags: 0x81 };
  const orphan = kernelAddress('10.78.0.100', secondary);
  const tunnelled = kernelAddress('192.0.2.1', { ...secondary, peer: ip('10.78.0.2') });
  const others = [
    kernelAddress('10.78.0.200', secondary),
    kernelAddress('10.78.0.101', { ...secondary, interfaceIndex: 3 }),
    kernelAddress('10.78.0.102', { ...secondary, prefixLength: 24 }),
    kernelAddress('10.78.0.103', { ...secondary, peer: ip('10.79.0.1') }),
  ];
  const addresses = [primary, orphan, ...others, tunnelled];
  expect(orphansOf([primary], { addresses }, (each) => each === primary)).toEqual([
    orphan,
    tunnelled,
  ]);
});
