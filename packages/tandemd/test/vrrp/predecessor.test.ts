import { instant, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { InstanceDriver } from '../../src/vrrp/instance-driver.ts';
import { abandoned, mayResumeAsMaster } from '../../src/vrrp/predecessor.ts';
import { FakeHost, ownerSettings, vip } from './fake-host.ts';

const SETTINGS = ownerSettings({ priority: 100, advertisementInterval: seconds(1) });

function memoryOf(state: 'MASTER' | 'BACKUP', aliveAtMonotonicMs: number | undefined) {
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
  return { instances: [{ ...snapshot, state }], addresses: [], aliveAtMonotonicMs };
}

test('a master that died just now is resumed', () => {
  expect(mayResumeAsMaster(SETTINGS, memoryOf('MASTER', 1000), instant(2500))).toBe(true);
});

test('one whose last advert may be too old is not, however short ago it was killed', () => {
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

test('one that never said that it lived is not', () => {
  expect(mayResumeAsMaster(SETTINGS, memoryOf('MASTER', undefined), instant(1))).toBe(false);
});

test('what a predecessor held and no instance has any more is abandoned', () => {
  const memory = {
    instances: [],
    addresses: [vip('10.77.0.100'), vip('10.77.0.100', 'eth1'), vip('10.77.0.101')],
    aliveAtMonotonicMs: 0,
  };
  const other = ownerSettings({ name: 'W', addresses: [vip('10.77.0.101')] });
  expect(abandoned(memory, [SETTINGS, other])).toEqual([vip('10.77.0.100', 'eth1')]);
  expect(abandoned(undefined, [SETTINGS])).toEqual([]);
});
