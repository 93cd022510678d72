import { instant, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import { NOTHING_LEFT } from '../../src/kernel-record.ts';
import { InstanceDriver } from '../../src/vrrp/instance-driver.ts';
import { abandoned, resumingAsMaster } from '../../src/vrrp/predecessor.ts';
import { FakeHost, ownerSettings, settingsOf, vip } from './fake-host.ts';
import { idlePorts } from './idle-ports.ts';

const SETTINGS = ownerSettings({ priority: 100, advertisementInterval: seconds(1) });

function memoryOf(state: 'MASTER' | 'BACKUP', aliveAtMonotonicMs: number | undefined) {
  const { clock } = new FakeHost();
  const snapshot = new InstanceDriver(SETTINGS, idlePorts({ clock })).snapshot();
  return { instances: [{ ...snapshot, state }], addresses: [], aliveAtMonotonicMs };
}

function resumes(
  settings: typeof SETTINGS,
  memory: ReturnType<typeof memoryOf> | undefined,
  now: ReturnType<typeof instant>,
): boolean {
  const all = { vrrpInstances: [settings], syncGroups: [] };
  return resumingAsMaster(all, memory, now).has(settings.name);
}

test('a master that died just now is resumed', () => {
  expect(resumes(SETTINGS, memoryOf('MASTER', 1000), instant(2500))).toBe(true);
});

test('one whose last advert may be too old is not, however short ago it was killed', () => {
  expect(resumes(SETTINGS, memoryOf('MASTER', 1000), instant(2900))).toBe(false);
});

test('a backup is not resumed as master', () => {
  expect(resumes(SETTINGS, memoryOf('BACKUP', 1000), instant(1001))).toBe(false);
});

test('an instance of another identity is not resumed', () => {
  const other = { ...SETTINGS, virtualRouterId: 99 };
  expect(resumes(other, memoryOf('MASTER', 1000), instant(1001))).toBe(false);
  expect(resumes(SETTINGS, undefined, instant(0))).toBe(false);
});

test('one that never said that it lived is not', () => {
  expect(resumes(SETTINGS, memoryOf('MASTER', undefined), instant(1))).toBe(false);
});

test('what a predecessor held and no instance has any more is abandoned', () => {
  const left = {
    ...NOTHING_LEFT.vrrp,
    addresses: [vip('10.77.0.100'), vip('10.77.0.100', 'eth1'), vip('10.77.0.101')],
    tables: ['tandem', 'vips'],
  };
  const other = ownerSettings({ name: 'W', addresses: [vip('10.77.0.101')] });
  expect(abandoned(left, settingsOf(SETTINGS, other))).toEqual({
    addresses: [vip('10.77.0.100', 'eth1')],
    entries: [],
    links: [],
    tables: ['vips'],
  });
  const { kernelChanges: _, ...nothing } = NOTHING_LEFT.vrrp;
  expect(abandoned(undefined, settingsOf(SETTINGS))).toEqual(nothing);
});

test('a sync group is resumed as a whole, or not at all', () => {
  const memory = memoryOf('MASTER', 1000);
  const group = { name: 'G', members: ['V', 'W'], notify: {}, smtpAlert: false };
  const other = { ...SETTINGS, name: 'W', virtualRouterId: 52 };
  const all = { vrrpInstances: [SETTINGS, other], syncGroups: [group] };
  expect(resumingAsMaster(all, memory, instant(1001))).toEqual(new Set());
  const [own] = memory.instances;
  const both = [own, own && { ...own, name: 'W', virtualRouterId: 52 }].flatMap(
    (each) => each ?? [],
  );
  expect(resumingAsMaster(all, { ...memory, instances: both }, instant(1001))).toEqual(
    new Set(['V', 'W']),
  );
});
