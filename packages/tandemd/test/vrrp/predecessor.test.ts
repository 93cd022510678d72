import { instant, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { InstanceDriver } from '../../src/vrrp/instance-driver.ts';
import { mayResumeAsMaster } from '../../src/vrrp/predecessor.ts';
import { FakeHost, ownerSettings } from './fake-host.ts';

const SETTINGS = ownerSettings({ priority: 100, advertisementInterval: seconds(1) });

function memoryOf(state: 'MASTER' | 'BACKUP', diedAtMonotonicMs: number) {
  const { clock } = new FakeHost();
  const idle = {
    clock,
    epochMs: () => 0,
    addresses: { add: async () => [], remove: async () => [] },
    sendAdvertisement: () => undefined,
    announce: () => undefined,
    log: () => undefined,
    runScript: () => undefined,
    sendMail: () => undefined,
    stateChanged: () => undefined,
  };
  const snapshot = new InstanceDriver(SETTINGS, idle).snapshot();
  return { instances: [{ ...snapshot, state }], diedAtMonotonicMs };
}

test('a master that died just now is resumed', () => {
  expect(mayResumeAsMaster(SETTINGS, memoryOf('MASTER', 1000), instant(2500))).toBe(true);
});

test('one whose last advert may be too old is not', () => {
  expect(mayResumeAsMaster(SETTINGS, memoryOf('MASTER', 1000), instant(2900))).toBe(false);
});

test('a backup is not resumed as master', () => {
  expect(mayResumeAsMaster(SETTINGS, memoryOf('BACKUP', 1000), instant(1001))).toBe(false);
});

test('an instance of another identity is not resumed', () => {
  const other = { ...SETTINGS, virtualRouterId: 99 };
  expect(mayResumeAsMaster(other, memoryOf('MASTER', 1000), instant(1001))).toBe(false);
  expect(mayResumeAsMaster(SETTINGS, undefined, instant(0))).toBe(false);
});
