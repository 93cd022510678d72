import type { VirtualAddress } from '@tandem/vrrp';
import { expect, test } from 'vitest';
import {
  FakeHost,
  ip,
  kernelAddress,
  kernelLink,
  ownerSettings,
  settingsOf,
  vip,
} from './fake-host.ts';

/** Which virtual addresses are where. */
function virtualAddresses(host: FakeHost): string[] {
  return host.addresses
    .filter(({ address }) => address !== '10.77.0.1')
    .map(
      ({ address, prefixLength, interfaceIndex }) => `${address}/${prefixLength} ${interfaceIndex}`,
    );
}

test('an interface that is renamed while it is up loses the virtual addresses', async () => {
  const host = new FakeHost();
  const child = await host.startWith(ownerSettings());
  host.changeLink({ name: 'wan0' });
  await host.calm();
  expect(virtualAddresses(host)).toEqual([]);
  host.changeLink({ name: 'eth0' });
  await host.calm();
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ state: 'BACKUP' }]);
});

test('addresses come off a renamed interface at stop, where its state does not matter', async () => {
  const host = new FakeHost();
  host.links.push(kernelLink({ index: 3, name: 'eth1' }));
  const addresses = [vip('10.77.0.100'), { ...vip('10.78.0.100'), device: 'eth1' }];
  const child = await host.startWith(ownerSettings({ addresses }));
  host.changeLink({ index: 3, name: 'wan0' });
  await host.calm();
  expect(virtualAddresses(host)).toEqual(['10.77.0.100/24 2', '10.78.0.100/24 3']);
  await child.stop();
  expect(virtualAddresses(host)).toEqual([]);
});

test('an address is taken off the old interface when another one has its name', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings());
  host.loseNotifications(() => {
    host.changeLink({ name: 'wan0' });
    host.changeLink({ index: 3, name: 'eth0' });
    host.addresses.push(kernelAddress('10.77.0.2', { interfaceIndex: 3 }));
  });
  await host.calm();
  expect(virtualAddresses(host)).toEqual(['10.77.0.2/24 3', '10.77.0.100/24 3']);
});

test.each<Partial<VirtualAddress>>([{ label: 'eth0:vip' }, { broadcast: ip('10.77.0.255') }])(
  'a reload with %j changes an address that is set, which is never missing',
  async (changes) => {
    const host = new FakeHost();
    const child = await host.startWith(ownerSettings());
    host.news();
    const changed = ownerSettings({ addresses: [{ ...vip('10.77.0.100'), ...changes }] });
    await child.receive({ type: 'reload', settings: settingsOf(changed) });
    await host.calm();
    const changing = host.news().filter((each) => each.endsWith(' 10.77.0.100'));
    expect(changing.map((each) => each.split(' ')[0])).toEqual([
      'add',
      'delete',
      'add',
      'delete',
      'announce',
    ]);
    expect(virtualAddresses(host)).toEqual(['10.77.0.100/24 2']);
    expect(host.addresses.at(-1)).toMatchObject(changes);
  },
);

test('a reload that changes the scope of an address leaves it alone, as the kernel may refuse another', async () => {
  const host = new FakeHost();
  const child = await host.startWith(ownerSettings());
  host.news();
  await child.receive({
    type: 'reload',
    settings: settingsOf(ownerSettings({ smtpAlert: false })),
  });
  await host.calm();
  expect(host.news()).toEqual(['listen eth0']);
});

test('the only address that the interface has of its own is not taken off, and that is said', async () => {
  const host = new FakeHost();
  const owner = ownerSettings({ addresses: [vip('10.77.0.1'), vip('10.77.0.100')] });
  const child = await host.startWith(owner);
  expect(host.addresses.map(({ address }) => address)).toEqual(['10.77.0.1']);
  expect(host.logs()).toContain(
    '10.77.0.1 is all that eth0 has of its own: it stays, whoever is master',
  );
  expect(host.status()).toMatchObject([{ state: 'FAULT' }]);
  host.putAddress(kernelAddress('10.77.0.2', { flags: 0x81 }));
  await host.calm();
  expect(host.status()).toMatchObject([{ state: 'BACKUP' }]);
  await child.stop();
  expect(host.addresses.map(({ address }) => address)).toEqual(['10.77.0.1', '10.77.0.2']);
});

test('an instance that a reload adds leaves the address of the interface alone, too', async () => {
  const host = new FakeHost();
  const child = await host.startWith();
  const added = ownerSettings({ addresses: [vip('10.77.0.1')] });
  await child.receive({ type: 'reload', settings: settingsOf(added) });
  await host.calm();
  await child.receive({ type: 'reload', settings: settingsOf() });
  await host.calm();
  expect(host.addresses.map(({ address }) => address)).toEqual(['10.77.0.1']);
});

test('what a crash has left goes from an interface that has addresses of its own', async () => {
  const host = new FakeHost();
  host.addresses.push(kernelAddress('10.77.0.100', { flags: 0x81 }));
  await host.startWith(ownerSettings({ initialState: 'BACKUP' }));
  expect(virtualAddresses(host)).toEqual([]);
});

test('the status of a backup says which of its addresses somebody else has set', async () => {
  const host = new FakeHost();
  const child = await host.startWith(ownerSettings({ priority: 100, initialState: 'BACKUP' }));
  expect(host.status()[0]).not.toHaveProperty('strangers');
  host.putAddress(kernelAddress('10.77.0.100', { prefixLength: 32 }));
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([
    { state: 'BACKUP', strangers: ['10.77.0.100/32 is on eth0, set by somebody else'] },
  ]);
  host.removeAddress('10.77.0.100');
  await child.receive({ type: 'status-wanted' });
  expect(host.status()[0]).not.toHaveProperty('strangers');
});
