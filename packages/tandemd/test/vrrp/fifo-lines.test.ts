import type { Settings } from '@tandem/config';
import { expect, test } from 'vitest';
import { FakeHost, groupOf, ownerSettings, settingsOf, vip } from './fake-host.ts';

const FIFOS = { notifyFifos: [{ hears: 'all', path: '/fifo' }] } as const;
const OTHER = ownerSettings({ name: 'W', virtualRouterId: 52, addresses: [vip('10.77.0.101')] });
const BACKUP = { priority: 100, initialState: 'BACKUP' } as const;

function withGlobals(settings: Settings, globals: Partial<Settings['global']>): Settings {
  return { ...settings, global: { ...settings.global, ...globals } };
}

function linesOf(host: FakeHost): string[] {
  return host.news().filter((each) => each.startsWith('fifo '));
}

test('a line about a new master comes when its addresses are on, and its last one at stop', async () => {
  const host = new FakeHost();
  const child = await host.start(withGlobals(settingsOf(ownerSettings()), FIFOS));
  const news = host.news();
  const line = news.indexOf('fifo INSTANCE "V" MASTER 255');
  expect(line).toBeGreaterThan(news.indexOf('announce 5 10.77.0.100'));
  await child.stop();
  expect(linesOf(host)).toEqual(['fifo INSTANCE "V" STOP 255']);
});

test('inventory §3.9: at start a group is told of before its instances, at stop after them', async () => {
  const host = new FakeHost();
  const members = [ownerSettings(BACKUP), { ...OTHER, ...BACKUP }];
  const child = await host.start(withGlobals(groupOf(members), FIFOS));
  expect(linesOf(host)).toEqual([
    'fifo GROUP "G" BACKUP 0',
    'fifo INSTANCE "V" BACKUP 100',
    'fifo INSTANCE "W" BACKUP 100',
  ]);
  await child.stop();
  expect(linesOf(host)).toEqual([
    'fifo INSTANCE "V" STOP 100',
    'fifo INSTANCE "W" STOP 100',
    'fifo GROUP "G" STOP 0',
  ]);
});

test('where no FIFO hears of instances, nothing is sent', async () => {
  const host = new FakeHost();
  const fifos = { notifyFifos: [{ hears: 'lvs', path: '/fifo' }] } as const;
  await host.start(withGlobals(settingsOf(ownerSettings()), fifos));
  expect(linesOf(host)).toEqual([]);
});

test('a reload says nothing of what stays, unless all states are wanted', async () => {
  const host = new FakeHost();
  const before = withGlobals(settingsOf(ownerSettings()), FIFOS);
  const child = await host.start(before);
  host.news();
  await child.receive({ type: 'reload', settings: before });
  await host.calm();
  expect(linesOf(host)).toEqual([]);
  const both = settingsOf(ownerSettings(), OTHER);
  const settings = withGlobals(both, { ...FIFOS, fifoStatesOnReload: true });
  await child.receive({ type: 'reload', settings });
  await host.calm();
  expect(linesOf(host)).toEqual(['fifo INSTANCE "V" MASTER 255', 'fifo INSTANCE "W" MASTER 255']);
});

test('a reload with all states names sync groups first', async () => {
  const host = new FakeHost();
  const globals = { ...FIFOS, fifoStatesOnReload: true };
  const members = [ownerSettings(BACKUP), { ...OTHER, ...BACKUP }];
  const child = await host.start(withGlobals(groupOf(members), globals));
  host.news();
  await child.receive({ type: 'reload', settings: withGlobals(groupOf(members), globals) });
  expect(linesOf(host)).toEqual([
    'fifo GROUP "G" BACKUP 0',
    'fifo INSTANCE "V" BACKUP 100',
    'fifo INSTANCE "W" BACKUP 100',
  ]);
});
