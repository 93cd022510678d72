import { expect, test } from 'vitest';
import { KernelChanges } from '../../src/vrrp/kernel-changes.ts';
import { KernelView } from '../../src/vrrp/kernel-view.ts';
import { FakeHost, kernelLink } from './fake-host.ts';

function nothing(): void {}

test('another MAC address is told once, also of a link that was looked up before it was told of', async () => {
  const { kernelNumbers, tables } = new FakeHost();
  const view = new KernelView(tables, new KernelChanges(kernelNumbers, nothing, nothing));
  const told: string[] = [];
  view.observe({
    hardwareAddressChanged: (name) => void told.push(name),
    interfaceChanged: nothing,
    addressesChanged: nothing,
    addressRemoved: nothing,
    reread: nothing,
    rereadFailed: nothing,
  });
  await view.load();
  const changed = kernelLink({ hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 2) });
  view.interfaces.noteLink(changed, false);
  view.link(changed, false);
  view.link(changed, false);
  expect(told).toEqual(['eth0']);
  view.link(changed, true);
  view.link(kernelLink(), false);
  expect(told).toEqual(['eth0']);
});
