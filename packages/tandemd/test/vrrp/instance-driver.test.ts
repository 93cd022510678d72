import { milliseconds } from '@tandem/time';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/system-clock.ts';
import { InstanceDriver } from '../../src/vrrp/instance-driver.ts';
import { ip, ownerSettings } from './fake-host.ts';
import { idlePorts } from './idle-ports.ts';

const drivers: InstanceDriver[] = [];

afterEach(() => {
  for (const driver of drivers.splice(0)) driver.close();
});

test('a flood of bad packets does not put the adverts of a master off', async () => {
  let adverts = 0;
  const driver = new InstanceDriver(
    ownerSettings({ version: 3, advertisementInterval: milliseconds(100), addresses: [] }),
    idlePorts({ sendAdvertisement: () => void (adverts += 1) }),
  );
  drivers.push(driver);
  driver.step({ type: 'start', interfaceUp: true, source: ip('10.77.0.1') });
  const path = { source: ip('10.77.0.2'), destination: ip('224.0.0.18') };
  const packet = { ...path, ttl: 255, body: Uint8Array.of(0x21, 51) };
  const end = systemClock.now() + 650;
  while (systemClock.now() < end) {
    driver.step({ type: 'packet', packet });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(driver.state.state).toBe('MASTER');
  expect(adverts).toBeGreaterThan(3);
});
