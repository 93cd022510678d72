import { milliseconds, seconds } from '@tandem/time';
import type { LinkDelays, VrrpInstanceSettings } from '@tandem/vrrp';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Settings } from '@tandem/config';
import { FakeHost, ownerSettings, settingsOf } from './fake-host.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
});

function delayed(
  delays: Partial<LinkDelays>,
  ...instances: readonly VrrpInstanceSettings[]
): Settings {
  const settings = settingsOf(...instances);
  const all = { interface: 'eth0', down: seconds(1.5), up: seconds(0.5), ...delays };
  return { ...settings, global: { ...settings.global, linkDelays: [all] } };
}

/** Time goes by, in steps that no timer is late by. */
async function pass(host: FakeHost, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    const step = Math.min(left, 100);
    host.clock.advance(milliseconds(step));
    await vi.advanceTimersByTimeAsync(step);
    await host.calm();
  }
}

function states(host: FakeHost): string[] {
  return host.news().filter((each) => each.startsWith('state '));
}

test('interface_up_down_delays: a link that bounces costs no change of state, and is not heard on anew', async () => {
  const host = new FakeHost();
  await host.start(delayed({}, ownerSettings()));
  host.news();
  host.changeLink({ running: false });
  await pass(host, 1000);
  host.changeLink({});
  await pass(host, 3000);
  const news = host.news();
  expect(news.filter((each) => !each.startsWith('advert '))).toEqual([]);
  expect(news).toContain('advert V 255');
  expect(host.logs()).toContain('eth0 is down: counts in 1.5 s');
  expect(host.logs().at(-1)).toBe('eth0 is up again, in time: nobody is told');
});

test('a link that stays down counts after its delay, and so does one that stays up', async () => {
  const host = new FakeHost();
  await host.start(delayed({}, ownerSettings()));
  host.news();
  host.changeLink({ running: false });
  await pass(host, 1499);
  expect(states(host)).toEqual([]);
  await pass(host, 1);
  expect(states(host)).toEqual(['state V FAULT']);
  expect(host.logs()).toContain('Netlink reports eth0 down');
  host.changeLink({});
  await pass(host, 499);
  expect(states(host)).toEqual([]);
  await pass(host, 1);
  expect(states(host)).toEqual(['state V BACKUP']);
});

test('an interface that is removed counts at once', async () => {
  const host = new FakeHost();
  await host.start(delayed({}, ownerSettings()));
  host.news();
  host.removeLink();
  await host.calm();
  expect(states(host)).toEqual(['state V FAULT']);
});

test('no delay is longer than the instances of the interface can wait', async () => {
  const host = new FakeHost();
  const hasty = ownerSettings({ version: 3, advertisementInterval: milliseconds(100) });
  await host.start(delayed({}, hasty));
  host.news();
  host.changeLink({ running: false });
  await pass(host, 199);
  expect(states(host)).toEqual([]);
  await pass(host, 1);
  expect(states(host)).toEqual(['state V FAULT']);
});

test('a tracked interface has its delays without that limit', async () => {
  const host = new FakeHost();
  const eth1 = { index: 3, name: 'eth1' };
  host.changeLink(eth1);
  const trackers = [{ kind: 'interface', name: 'eth1', weight: 0, reverse: false }] as const;
  const hasty = ownerSettings({ priority: 100, trackers, advertisementInterval: seconds(1) });
  await host.start(delayed({ interface: 'eth1', down: seconds(60) }, hasty));
  host.news();
  host.changeLink({ ...eth1, up: false });
  await pass(host, 59_999);
  expect(states(host)).not.toContain('state V FAULT');
  await pass(host, 1);
  expect(states(host)).toEqual(['state V FAULT']);
});

test('a reload without the delays lets a change that is kept back count', async () => {
  const host = new FakeHost();
  const child = await host.start(delayed({}, ownerSettings()));
  host.news();
  host.changeLink({ running: false });
  await child.receive({ type: 'reload', settings: settingsOf(ownerSettings()) });
  await host.calm();
  expect(states(host)).toEqual(['state V FAULT']);
});

test('a link that is down at the start counts as down at once', async () => {
  const host = new FakeHost();
  host.changeLink({ running: false });
  await host.start(delayed({}, ownerSettings()));
  expect(host.status()).toMatchObject([{ state: 'FAULT' }]);
});
