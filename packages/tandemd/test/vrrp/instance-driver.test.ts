import { instant, ManualClock, milliseconds } from '@tandem/time';
import { encodeAdvertisement, ownAdvertisement } from '@tandem/vrrp';
import { afterEach, expect, test } from 'vitest';
import { Deadlines } from '../../src/vrrp/deadlines.ts';
import { InstanceDriver } from '../../src/vrrp/instance-driver.ts';
import { ip, ownerSettings } from './fake-host.ts';
import { idlePorts } from './idle-ports.ts';
import { ManualAlarm } from './manual-alarm.ts';

/** By which a backup hears of its deadline before. */
const NOTICE_MS = 3;

const drivers: InstanceDriver[] = [];

afterEach(() => {
  for (const driver of drivers.splice(0)) driver.close();
});

test('a flood of bad packets does not put the adverts of a master off', () => {
  const clock = new ManualClock(5000);
  const alarm = new ManualAlarm();
  const adverts: number[] = [];
  const driver = new InstanceDriver(
    ownerSettings({ version: 3, advertisementInterval: milliseconds(100), addresses: [] }),
    idlePorts({
      clock,
      deadlines: new Deadlines(clock, alarm.open),
      sendAdvertisement: () => void adverts.push(clock.now()),
    }),
  );
  driver.step({ type: 'start', interfaceUp: true, source: ip('10.77.0.1') });
  const path = { source: ip('10.77.0.2'), destination: ip('224.0.0.18') };
  const packet = { ...path, ttl: 255, body: Uint8Array.of(0x21, 51) };
  for (let i = 0; i < 1200; i += 1) {
    clock.advance(milliseconds(0.25));
    driver.step({ type: 'packet', packet });
    if ((alarm.at ?? Infinity) <= clock.now()) alarm.ring();
  }
  expect(adverts).toEqual([5000, 5100, 5200, 5300]);
  // One that each packet sets anew would always lie ahead.
  expect(alarm.settings).toBe(adverts.length);
});

test('a backup takes over at its deadline, neither before nor at the next whole millisecond', async () => {
  const clock = new ManualClock(5000.25);
  const alarm = new ManualAlarm();
  const deadlines = new Deadlines(clock, alarm.open);
  const settings = ownerSettings({ priority: 100, addresses: [] });
  let notices = 0;
  const aboutToTakeOver = (): void => void (notices += 1);
  const driver = new InstanceDriver(settings, idlePorts({ clock, deadlines, aboutToTakeOver }));
  driver.step({ type: 'start', interfaceUp: true, source: ip('10.77.0.1') });
  // 3 s and a skew of 156/256 s.
  expect(alarm.at).toBe(8609.625 - NOTICE_MS);
  const states = [];
  for (const wait of [3606.375, 2.875, 0.125]) {
    clock.advance(milliseconds(wait));
    alarm.ring();
    await new Promise((resolve) => setImmediate(resolve));
    states.push(driver.state.state);
  }
  expect(states).toEqual(['BACKUP', 'BACKUP', 'MASTER']);
  expect(notices).toBe(1);
});

test('what a backup waits is counted from when an advert came in, unless that is long ago', () => {
  const clock = new ManualClock(5000);
  const alarm = new ManualAlarm();
  const settings = ownerSettings({ priority: 100, addresses: [] });
  const driver = new InstanceDriver(
    settings,
    idlePorts({ clock, deadlines: new Deadlines(clock, alarm.open) }),
  );
  driver.step({ type: 'start', interfaceUp: true, source: ip('10.77.0.1') });
  const path = { source: ip('10.77.0.2'), destination: ip('224.0.0.18') };
  const body = encodeAdvertisement(ownAdvertisement(settings, 200), path);
  const deadlines = [
    [1000, 0.25],
    [2000, undefined],
    [3000, 21],
    [3005, 20],
    [4000, -0.25],
  ].map(([at = 0, ageMs]) => {
    clock.advance(milliseconds(5000 + at - clock.now()));
    const arrivedAt = ageMs === undefined ? undefined : instant(clock.now() - ageMs);
    driver.hear({ ...path, ttl: 255, body }, arrivedAt);
    return (alarm.at ?? 0) + NOTICE_MS - 3609.375;
  });
  expect(deadlines).toEqual([5999.75, 7000, 8000, 8000, 9000]);
});

test('peers are told once where the own address is when FAULT is over', async () => {
  const told: string[] = [];
  const driver = new InstanceDriver(
    ownerSettings({
      initialState: 'BACKUP',
      unicast: {
        peers: [{ address: ip('10.77.0.2'), minTtl: 0, maxTtl: 255 }],
        ttl: 255,
        checkSource: false,
      },
    }),
    idlePorts({
      announce: (_, addresses, rounds) =>
        void told.push(...addresses.map(({ address, device }) => `${rounds} ${address} ${device}`)),
    }),
  );
  drivers.push(driver);
  driver.step({ type: 'start', interfaceUp: false, source: ip('10.77.0.1') });
  driver.step({ type: 'interface', up: true });
  await driver.settled();
  expect(told).toEqual(['1 10.77.0.1 eth0']);
});

test.each([
  [undefined, ['info (V) sent 0 priority']],
  ['ENETUNREACH', ['warning (V) cannot send priority 0: ENETUNREACH']],
])('a master that stops says that it sent priority 0 only if it did: %s', (error, expected) => {
  const clock = new ManualClock(5000);
  const lines: string[] = [];
  const driver = new InstanceDriver(
    ownerSettings({ addresses: [] }),
    idlePorts({
      clock,
      deadlines: new Deadlines(clock, new ManualAlarm().open),
      sendAdvertisement: ({ priority }) => (priority === 0 ? error : undefined),
      log: ({ level, text }) => void lines.push(`${level} ${text}`),
    }),
  );
  driver.step({ type: 'start', interfaceUp: true, source: ip('10.77.0.1') });
  driver.step({ type: 'stop' });
  expect(lines.filter((line) => line.includes('priority'))).toEqual(expected);
});
