import { encodeAdvertisement, ownAdvertisement } from '@tandem/vrrp';
import { instant, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import type { Settings } from '@tandem/config';
import { endOfStartupDelay } from '../../src/vrrp/startup-delay.ts';
import { FakeHost, ip, ownerSettings, settingsOf } from './fake-host.ts';

function withGlobals(changes: Partial<Settings['global']>): Settings {
  const settings = settingsOf(ownerSettings());
  return { ...settings, global: { ...settings.global, ...changes } };
}

test('inventory §3.2, vrrp_startup_delay, vrrp_delay_after_boot: the delay counts from the start, and from boot; what ends later counts', () => {
  const lines: string[] = [];
  const say = (text: string): void => void lines.push(text);
  const now = instant(10_000);
  expect(endOfStartupDelay({}, now, say)).toBeUndefined();
  expect(endOfStartupDelay({ delayAfterBoot: seconds(9) }, now, say)).toBeUndefined();
  expect(lines).toEqual([]);
  expect(endOfStartupDelay({ delayAfterBoot: seconds(12) }, now, say)).toBe(12_000);
  const both = { startupDelay: seconds(2.5), delayAfterBoot: seconds(12) };
  expect(endOfStartupDelay(both, now, say)).toBe(12_500);
  expect(lines).toEqual(['Delaying startup for 2 seconds', 'Delaying startup for 2.5 seconds']);
});

test('inventory §3.2, vrrp_startup_delay: an owner waits, but not in the place of a process that died', async () => {
  const settings = withGlobals({ startupDelay: seconds(3) });
  const first = new FakeHost();
  await first.start(settings);
  expect(first.logs()).toContain('Delaying startup for 3 seconds');
  expect(first.status()).toMatchObject([{ state: 'BACKUP' }]);
  const vrrpMemory = { instances: [], aliveAtMonotonicMs: undefined };
  const next = new FakeHost();
  await next.start(settings, { vrrpMemory });
  expect(next.status()).toMatchObject([{ state: 'MASTER' }]);
});

test('inventory §3.6, log_unknown_vrids: an advert for nobody is said, and only if that is wanted', async () => {
  const path = { source: ip('10.77.0.2'), destination: ip('224.0.0.18') };
  const stranger = ownAdvertisement(ownerSettings({ virtualRouterId: 99 }), 100);
  const packet = { ...path, ttl: 255, body: encodeAdvertisement(stranger, path) };
  const line = 'Unknown VRID(99) received on interface(eth0). ignoring...';
  for (const logUnknownRouters of [false, true]) {
    const host = new FakeHost();
    await host.start(withGlobals({ logUnknownRouters }));
    host.receive(packet);
    expect(host.logs().includes(line)).toBe(logUnknownRouters);
  }
});
