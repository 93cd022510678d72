import { expect, test } from 'vitest';
import { FakeHost, kernelAddress, kernelLink, ownerSettings, vip } from './fake-host.ts';

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
