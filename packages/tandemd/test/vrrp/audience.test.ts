import { encodeAdvertisement, ownAdvertisement } from '@tandem/vrrp';
import type { VrrpInstanceSettings } from '@tandem/vrrp';
import { expect, test } from 'vitest';
import { FakeHost, ip, ownerSettings, settingsOf } from './fake-host.ts';

/** An instance that speaks to one peer only. */
function withPeer(name: string, peer: string): VrrpInstanceSettings {
  const peers = [{ address: ip(peer), minTtl: 0, maxTtl: 255 }];
  const unicast = { peers, ttl: 255, checkSource: false };
  return ownerSettings({ name, priority: 100, initialState: 'BACKUP', unicast });
}

function advertFrom(source: string): Parameters<FakeHost['receive']>[0] {
  const path = { source: ip(source), destination: ip('10.77.0.1') };
  const body = encodeAdvertisement(ownAdvertisement(ownerSettings(), 200), path);
  return { ...path, ttl: 64, body };
}

test('instances of one VRID that differ in their peers hear each its own', async () => {
  const host = new FakeHost();
  const multicast = ownerSettings({ name: 'M', priority: 100, initialState: 'BACKUP' });
  const [v, w] = [withPeer('V', '10.77.0.2'), withPeer('W', '10.77.0.3')];
  const child = await host.start(settingsOf(v, w, multicast));
  host.receive(advertFrom('10.77.0.3'));
  host.receive(advertFrom('10.77.0.9'));
  await child.receive({ type: 'status-wanted' });
  const masters = host.status().map((each) => each.master?.address);
  expect(masters).toEqual([undefined, '10.77.0.3', undefined]);
});

test('a peer that a reload adds does not disturb the instance', async () => {
  const host = new FakeHost();
  const before = withPeer('V', '10.77.0.2');
  const child = await host.start(settingsOf(before));
  host.news();
  const { unicast } = withPeer('V', '10.77.0.3');
  const peers = [...(before.unicast?.peers ?? []), ...(unicast?.peers ?? [])];
  const after = { ...before, unicast: { peers, ttl: 255, checkSource: true } };
  await child.receive({ type: 'reload', settings: settingsOf(after) });
  expect(host.news()).toEqual(['listen eth0']);
  host.receive(advertFrom('10.77.0.3'));
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ master: { address: '10.77.0.3' } }]);
});

test('unicast_fault_no_peer: without peers an instance stays in FAULT', async () => {
  const host = new FakeHost();
  const unicast = { peers: [], ttl: 255, checkSource: false };
  await host.start(settingsOf(ownerSettings({ unicast })));
  expect(host.status()).toMatchObject([{ state: 'FAULT' }]);
  expect(host.status()[0]?.reasons.join()).toContain('no unicast peers');
});
