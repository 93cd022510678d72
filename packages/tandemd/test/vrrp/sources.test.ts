import { expect, test } from 'vitest';
import { FakeHost, ip, kernelAddress, kernelLink, ownerSettings, settingsOf } from './fake-host.ts';

/** Adverts to a peer, from an address that eth0 of the fake host has not got. */
const UNICAST = {
  sourceAddress: ip('10.77.0.9'),
  unicast: {
    peers: [{ address: ip('10.77.0.2'), minTtl: 0, maxTtl: 255 }],
    ttl: 255,
    checkSource: false,
  },
} as const;

async function stateOf(host: FakeHost): Promise<string> {
  await host.calm();
  return host.status()[0]?.state ?? '';
}

test('an instance with peers waits in FAULT for the address that it is to send from', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings(UNICAST));
  expect(host.logs()).toContain(
    '(V) entering FAULT state (src address not configured: no interface has 10.77.0.9)',
  );
  expect(host.status()).toMatchObject([
    { state: 'FAULT', reasons: ['src address not configured: no interface has 10.77.0.9'] },
  ]);
  host.putAddress(kernelAddress('10.77.0.9'));
  expect(await stateOf(host)).toBe('BACKUP');
  host.removeAddress('10.77.0.9');
  expect(await stateOf(host)).toBe('FAULT');
  expect(host.logs()).toContain('(V) no interface has the src address 10.77.0.9 any more');
});

test('the address that adverts to peers come from may be that of another interface', async () => {
  const host = new FakeHost();
  host.links.push(kernelLink({ index: 3, name: 'eth1' }));
  await host.startWith(ownerSettings(UNICAST));
  host.putAddress(kernelAddress('10.77.0.9', { interfaceIndex: 3 }));
  expect(await stateOf(host)).toBe('BACKUP');
});

test('a virtual address that a crash has left is none to send from', async () => {
  const host = new FakeHost();
  host.addresses = [kernelAddress('10.77.0.1'), kernelAddress('10.77.0.100')];
  await host.startWith(ownerSettings({ ...UNICAST, sourceAddress: ip('10.77.0.100') }));
  expect(await stateOf(host)).toBe('FAULT');
});

test('adverts to a group may come from an address that no box has', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings({ sourceAddress: ip('10.77.0.9') }));
  expect(await stateOf(host)).toBe('MASTER');
});

test('unless it is tracked: then it is waited for', async () => {
  const host = new FakeHost();
  await host.startWith(ownerSettings({ sourceAddress: ip('10.77.0.9'), trackSource: true }));
  expect(await stateOf(host)).toBe('FAULT');
  host.putAddress(kernelAddress('10.77.0.9'));
  expect(await stateOf(host)).toBe('BACKUP');
  host.removeAddress('10.77.0.9');
  expect(await stateOf(host)).toBe('FAULT');
});

test('a reload to another address to send from counts at once', async () => {
  const host = new FakeHost();
  const child = await host.startWith(ownerSettings(UNICAST));
  const settings = ownerSettings({ ...UNICAST, sourceAddress: ip('10.77.0.1') });
  await child.receive({ type: 'reload', settings: settingsOf(settings) });
  expect(await stateOf(host)).toBe('BACKUP');
  await child.receive({ type: 'reload', settings: settingsOf(ownerSettings(UNICAST)) });
  expect(await stateOf(host)).toBe('FAULT');
});
