import type { Settings } from '@tandem/config';
import type { ScriptOutcome } from '@tandem/notify';
import { seconds } from '@tandem/time';
import type { TrackScriptSettings } from '@tandem/vrrp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { VrrpProcess } from '../../src/vrrp/vrrp-process.ts';
import { scriptSettings } from '../../../vrrp/test/instance-settings.ts';
import { FakeHost, ownerSettings, settingsOf } from './fake-host.ts';

const GOOD: ScriptOutcome = { type: 'exited', status: 0 };
const BAD: ScriptOutcome = { type: 'exited', status: 1 };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** An instance that follows a script, which is good at once. */
function scripted({
  weight = 0,
  ...changes
}: Partial<TrackScriptSettings> & { weight?: number } = {}): Settings {
  const script = scriptSettings(changes);
  const trackers = [{ kind: 'script', name: 'chk', weight, reverse: false } as const];
  const instance = ownerSettings({
    priority: 100,
    initialState: 'BACKUP',
    trackers,
    smtpAlert: false,
  });
  return { ...settingsOf(instance), trackScripts: [script, { ...script, name: 'unused' }] };
}

/** The last run of a script ends. */
async function end(host: FakeHost, child: VrrpProcess, outcome: ScriptOutcome): Promise<void> {
  const last = host.messages.findLast((message) => message.type === 'watched-script');
  if (last?.type !== 'watched-script') throw new Error('no script runs');
  await child.receive({ type: 'script-ended', id: last.id, outcome });
  await host.calm();
}

async function pass(host: FakeHost, secondsLong: number): Promise<void> {
  host.clock.advance(seconds(secondsLong));
  vi.advanceTimersByTime(secondsLong * 1000);
  await host.calm();
}

test('a script that is followed is run in the supervisor again and again, others are not', async () => {
  const host = new FakeHost();
  const child = await host.start(scripted());
  expect(host.news().filter((each) => each.startsWith('watch'))).toEqual(['watch /check']);
  await end(host, child, GOOD);
  await pass(host, 1);
  expect(host.news()).not.toContain('watch /check');
  await pass(host, 1);
  expect(host.news()).toContain('watch /check');
});

test('its result decides about the instance, and the status tells why', async () => {
  const host = new FakeHost();
  const child = await host.start(scripted());
  expect(host.status()).toMatchObject([
    { state: 'FAULT', reasons: ['script chk is not known yet'] },
  ]);
  await end(host, child, GOOD);
  expect(host.news()).toContain('state V BACKUP');
  await pass(host, 2);
  await end(host, child, { type: 'timed-out' });
  expect(host.status()).toMatchObject([{ state: 'FAULT', reasons: ['script chk fails'] }]);
  expect(host.logs()).toContain('VRRP_Script(chk) timed_out');
});

test('with a weight it changes the priority, and holds nothing up', async () => {
  const host = new FakeHost();
  const child = await host.start(scripted({ weight: -20 }));
  expect(host.status()).toMatchObject([{ state: 'BACKUP', effectivePriority: 100 }]);
  await end(host, child, BAD);
  expect(host.status()).toMatchObject([
    {
      basePriority: 100,
      effectivePriority: 80,
      trackers: [{ name: 'chk', contribution: -20, detail: 'script chk fails' }],
    },
  ]);
});

test('what cannot be run is disabled, and the status tells why', async () => {
  const host = new FakeHost();
  const child = await host.start(scripted());
  await end(host, child, { type: 'not-run', reason: '/check is not executable' });
  expect(host.status()).toMatchObject([
    {
      state: 'BACKUP',
      trackers: [{ value: 'disabled', detail: 'script chk is disabled: /check is not executable' }],
    },
  ]);
});

test('what could be run and cannot be any more fails, and the status tells why until it can', async () => {
  const host = new FakeHost();
  const child = await host.start(scripted({ weight: -20 }));
  await end(host, child, GOOD);
  await pass(host, 2);
  await end(host, child, { type: 'not-run', reason: '/check does not exist' });
  const detail = 'script chk fails: /check does not exist';
  expect(host.status()).toMatchObject([{ trackers: [{ value: false, detail }] }]);
  await pass(host, 2);
  await end(host, child, BAD);
  await child.receive({ type: 'status-wanted' });
  expect(host.status()).toMatchObject([{ trackers: [{ detail: 'script chk fails' }] }]);
});

test('a script or a file whose definition is in error is disabled, and the status says so', async () => {
  const host = new FakeHost();
  const trackers = (['script', 'file'] as const).map(
    (kind) => ({ kind, name: 'chk', weight: 0, reverse: false }) as const,
  );
  await host.startWith(ownerSettings({ trackers }));
  expect(host.status()).toMatchObject([
    {
      trackers: ['script', 'file'].map((kind) => ({
        detail: `${kind} chk is disabled: its definition is in error, tandemd -t says why`,
      })),
    },
  ]);
});

test('a reload keeps the result of the same command, and asks a new one afresh', async () => {
  const host = new FakeHost();
  const child = await host.start(scripted({ weight: -20 }));
  await end(host, child, BAD);
  host.news();
  await child.receive({ type: 'reload', settings: scripted({ weight: -30, fall: 3 }) });
  await host.calm();
  expect(host.news()).not.toContain('watch /check');
  expect(host.status()).toMatchObject([{ effectivePriority: 70 }]);
  await child.receive({ type: 'reload', settings: scripted({ weight: -30, argv: ['/other'] }) });
  await host.calm();
  expect(host.news()).toContain('watch /other');
  expect(host.status()).toMatchObject([{ effectivePriority: 70 }]);
  await end(host, child, GOOD);
  expect(host.status()).toMatchObject([{ effectivePriority: 100 }]);
});

test('a master that dies before the first result of a script that a reload has added stays master', async () => {
  const host = new FakeHost();
  const settings = scripted();
  const untracked = settings.vrrpInstances.map((each) => ({ ...each, trackers: [] }));
  const child = await host.start({ ...settings, vrrpInstances: untracked });
  await pass(host, 4);
  await child.receive({ type: 'reload', settings });
  await host.calm();
  const instances = host.status();
  expect(instances).toMatchObject([{ state: 'MASTER' }]);
  const next = new FakeHost();
  const aliveAtMonotonicMs = next.clock.now();
  const vrrpMemory = { instances, aliveAtMonotonicMs };
  const successor = await next.start(settings, { vrrpMemory });
  expect(next.status()).toMatchObject([{ state: 'MASTER' }]);
  await end(next, successor, BAD);
  expect(next.status()).toMatchObject([{ state: 'FAULT' }]);
});

test('the successor of a process that died as master need not wait for the script', async () => {
  const host = new FakeHost();
  const settings = scripted();
  const child = await host.start(settings);
  await end(host, child, GOOD);
  await pass(host, 4);
  const instances = host.status();
  expect(instances).toMatchObject([{ state: 'MASTER' }]);
  const next = new FakeHost();
  const aliveAtMonotonicMs = next.clock.now();
  await next.start(settings, { vrrpMemory: { instances, aliveAtMonotonicMs } });
  expect(next.status()).toMatchObject([{ state: 'MASTER' }]);
});
