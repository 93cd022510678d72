import { expect, test } from 'vitest';
import { receiveBytes, type VrrpInstanceSettings } from '../src/index.ts';
import { instanceSettings, vip } from './instance-settings.ts';

const IPV4 = [vip('10.91.0.100'), vip('10.91.0.101')];
const ADVERT = { packets: 1, of: 'advert' } as const;
const OVERHEAD = 384;

function bytes(changes: Partial<VrrpInstanceSettings>): number | undefined {
  return receiveBytes(instanceSettings(changes), 1500);
}

test('vrrp_rx_bufs_policy ADVERT: the advert as keepalived 2.2.7 counts it, and what the kernel counts for each', () => {
  const sizes = [
    bytes({ receiveRoom: ADVERT, version: 2, addresses: IPV4 }),
    bytes({ receiveRoom: ADVERT, version: 3, addresses: IPV4 }),
    bytes({ receiveRoom: ADVERT, version: 3, family: 6, addresses: [vip('fe80::1'), vip('fd00::1')] }),
    bytes({ receiveRoom: ADVERT, version: 2, addresses: IPV4, authentication: { type: 'AH', password: 'x' } }),
  ]; // prettier-ignore
  expect(sizes.map((each = 0) => each - OVERHEAD)).toEqual([44, 36, 40, 68]);
  expect(bytes({ receiveRoom: { ...ADVERT, packets: 7 }, version: 3, addresses: IPV4 })).toBe(
    7 * (36 + OVERHEAD),
  );
});

test('MTU counts so many packets of the interface, bytes are as they are written', () => {
  expect(bytes({ receiveRoom: { packets: 7, of: 'mtu' } })).toBe(10_500);
  expect(bytes({ receiveRoom: { bytes: 20_000 } })).toBe(20_000);
  expect(bytes({})).toBeUndefined();
});
