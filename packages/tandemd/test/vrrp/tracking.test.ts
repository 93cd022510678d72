import { seconds } from '@tandem/time';
import type { TrackerSettings, VrrpInstanceSettings } from '@tandem/vrrp';
import { expect, onTestFinished, test, vi } from 'vitest';
import { settingsOf as bfdSettings } from '../../../bfd/test/sessions.ts';
import { processSettings } from '../../../vrrp/test/instance-settings.ts';
import { FakeHost, ownerSettings, settingsOf, vip } from './fake-host.ts';

const ETH1 = { index: 3, name: 'eth1' };
/** An instance that follows eth1, on a host that has it. */
function follower(tracker: Partial<TrackerSettings> = {}): VrrpInstanceSettings {
  const trackers = [
    { kind: 'interface', name: 'eth1', weight: 0, reverse: false, ...tracker } as const,
  ];
  return ownerSettings({ priority: 100, initialState: 'BACKUP', trackers, smtpAlert: false });
}

test('a tracked interface takes the instance to FAULT and back, and the status says since when', async () => {
  const host = new FakeHost();
  host.changeLink(ETH1);
  const child = await host.startWith(follower());
  host.news();
  host.clock.advance(seconds(5));
  host.changeLink({ ...ETH1, running: false });
  await host.calm();
  expect(host.news()).toEqual(['state V FAULT', 'script /n INSTANCE V FAULT 100']);
  expect(host.logs()).toContain('Netlink reports eth1 down');
  const sinceEpochMs = host.epochMs();
  host.clock.advance(seconds(7));
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([
    {
      faults: [{ reason: 'interface eth1 down', sinceEpochMs }],
      trackers: [{ name: 'eth1', value: false, fault: true, contribution: 0, sinceEpochMs }],
    },
  ]);
  host.changeLink(ETH1);
  await host.calm();
  expect(host.news()).toEqual(['state V BACKUP', 'script /n INSTANCE V BACKUP 100']);
});

test('an interface that is not there is down, and comes up when it is made', async () => {
  const host = new FakeHost();
  await host.startWith(follower({ weight: -30 }));
  expect(host.status()).toMatchObject([
    { state: 'BACKUP', basePriority: 100, effectivePriority: 70 },
  ]);
  host.changeLink(ETH1);
  expect(host.logs()).toContain('(V) Changing effective priority from 70 to 100');
  host.removeLink(ETH1.index);
  expect(host.logs().at(-1)).toBe('(V) Changing effective priority from 100 to 70');
});

test('an interface is looked at again when notifications were lost', async () => {
  const host = new FakeHost();
  host.changeLink(ETH1);
  await host.startWith(follower({ weight: -30 }));
  host.loseNotifications(() => host.changeLink({ ...ETH1, up: false }));
  await host.calm();
  expect(host.logs()).toContain('(V) Changing effective priority from 100 to 70');
});

test('a reload that adds a tracker takes note of its interface, and leaves others alone', async () => {
  const host = new FakeHost();
  const other = ownerSettings({ name: 'W', virtualRouterId: 52, addresses: [vip('10.77.0.101')] });
  const child = await host.startWith({ ...follower(), trackers: [] }, other);
  host.news();
  await child.receive({ type: 'reload', settings: settingsOf(follower(), other) });
  await host.calm();
  expect(host.news()).toEqual(['listen eth0', 'state V FAULT', 'script /n INSTANCE V FAULT 100']);
});

test('the number in a file changes the priority at once, and before the start counts from the start', async () => {
  const host = new FakeHost();
  const trackers = [{ kind: 'file', name: 'load', weight: 2, reverse: false } as const];
  const trackFiles = ['load', 'unused'].map((name) => ({ name, path: `/run/${name}` }));
  const settings = { ...settingsOf({ ...follower(), trackers }), trackFiles };
  host.writeFile('load', 5);
  const child = await host.start(settings);
  expect(host.news()).not.toContain('watch file unused');
  expect(host.status()).toMatchObject([{ effectivePriority: 110 }]);
  host.writeFile('load', -130);
  await host.calm();
  expect(host.status()).toMatchObject([{ state: 'FAULT', reasons: ['file load holds -130'] }]);
  await child.receive({ type: 'reload', settings: settingsOf(follower()) });
  expect(host.news()).toContain('close file load');
});

test('a reload to another file counts at once, in instances that are otherwise the same, too', async () => {
  const host = new FakeHost();
  const trackers = [{ kind: 'file', name: 'load', weight: 2, reverse: false } as const];
  const settings = settingsOf({ ...follower(), trackers });
  const trackFile = { name: 'load', path: '/run/load' };
  host.writeFile('load', 5);
  const child = await host.start({ ...settings, trackFiles: [trackFile] });
  host.files.set('load', { value: 9 });
  const elsewhere = { ...settings, trackFiles: [{ ...trackFile, path: '/run/elsewhere' }] };
  await child.receive({ type: 'reload', settings: elsewhere });
  await host.calm();
  expect(host.status()).toMatchObject([{ effectivePriority: 118, trackers: [{ value: 9 }] }]);
  await child.receive({ type: 'reload', settings });
  await host.calm();
  expect(host.status()).toMatchObject([
    { effectivePriority: 100, trackers: [{ value: 'disabled' }] },
  ]);
});

test('a file that holds no number is named in the status', async () => {
  const host = new FakeHost();
  const trackers = [{ kind: 'file', name: 'load', weight: 2, reverse: false } as const];
  const trackFiles = [{ name: 'load', path: '/run/load' }];
  const problem = '/run/load holds no number, and counts as 0';
  host.files.set('load', { value: 0, problem });
  await host.start({ ...settingsOf({ ...follower(), trackers }), trackFiles });
  expect(host.status()).toMatchObject([{ trackers: [{ value: 0, detail: problem }] }]);
});

test('an interface that is not there is not called down in the status', async () => {
  const host = new FakeHost();
  const trackers = [{ kind: 'interface', name: 'eth9', weight: -10, reverse: false } as const];
  await host.start(settingsOf({ ...follower(), trackers }));
  expect(host.status()).toMatchObject([
    { trackers: [{ value: false, detail: 'interface eth9 does not exist' }] },
  ]);
});

test('FAULT for an interface that is not there says so, and so does the log when it goes', async () => {
  const host = new FakeHost();
  const reason = 'interface eth1 does not exist';
  await host.startWith(follower());
  expect(host.logs()).toContain(`(V) entering FAULT state (${reason})`);
  host.changeLink(ETH1);
  host.removeLink(ETH1.index);
  expect(host.logs()).toContain('Netlink reports eth1 down, it does not exist');
  await host.calm();
  expect(host.status()).toMatchObject([
    { state: 'FAULT', reasons: [reason], faults: [{ reason }], trackers: [{ detail: reason }] },
  ]);
});

test('the number of processes decides, and when it is not known yet nobody is told', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const host = new FakeHost();
  const trackers = [{ kind: 'process', name: 'proxy', weight: 0, reverse: false } as const];
  const trackProcesses = [processSettings()];
  host.processes.set('haproxy', 1);
  await host.start({ ...settingsOf({ ...follower(), trackers }), trackProcesses });
  expect(host.news()).not.toContain('script /n INSTANCE V FAULT 100');
  vi.advanceTimersByTime(0);
  await host.calm();
  expect(host.news()).toContain('state V BACKUP');
  host.processes.delete('haproxy');
  vi.advanceTimersByTime(1000);
  await host.calm();
  expect(host.status()).toMatchObject([
    { state: 'FAULT', reasons: ['process proxy does not run as wanted'] },
  ]);
});

test('a session of BFD of which nothing has been told is down, and its changes count at once', async () => {
  const host = new FakeHost();
  const trackers = [{ kind: 'bfd', name: 'B1', weight: 20, reverse: false } as const];
  const settings = settingsOf({ ...follower(), trackers });
  const child = await host.start({ ...settings, bfdSessions: [bfdSettings()] });
  const change = async (up: boolean): Promise<void> =>
    child.receive({ type: 'bfd-state', name: 'B1', up });
  expect(host.status()).toMatchObject([{ effectivePriority: 100 }]);
  await change(true);
  expect(host.logs().slice(-2)).toEqual([
    'VRRP_Instance(V) Tracked BFD instance B1 is UP',
    '(V) Changing effective priority from 100 to 120',
  ]);
  await change(false);
  expect(host.logs().at(-1)).toBe('(V) Changing effective priority from 120 to 100');
});

test('a session of BFD without weight means FAULT, and the status says so', async () => {
  const host = new FakeHost();
  const settings = settingsOf(follower({ kind: 'bfd', name: 'B1' }));
  const child = await host.start({ ...settings, bfdSessions: [bfdSettings()] });
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ trackers: [{ detail: 'bfd B1 is down', fault: true }] }]);
  await child.receive({ type: 'bfd-state', name: 'B1', up: true });
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ trackers: [{ detail: 'bfd B1 is up', fault: false }] }]);
});
