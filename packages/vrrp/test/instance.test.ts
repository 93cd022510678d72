import { instant, seconds } from '@tandem/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeAdvertisement } from '../src/advertisement.ts';
import { NO_COUNTS } from '../src/counters.ts';
import type { VrrpEvent } from '../src/event.ts';
import { step } from '../src/instance.ts';
import { ownAdvertisement } from '../src/own-advertisement.ts';
import { createInstance, type VrrpState } from '../src/state.ts';
import { instanceSettings, ip, vip } from './instance-settings.ts';
import {
  advert,
  announcedBy,
  atDeadline,
  linesOf,
  master,
  SOURCE,
  started,
  stepAt,
} from './machine.ts';

test('the new master is on the wire before its addresses are on the interface', () => {
  const state = started();
  const { effects } = step(state, { type: 'timer' }, state.deadline ?? instant(0));
  const order = effects.map(({ type }) => type).filter((type) => type !== 'log');
  const wanted = ['send-advertisement', 'add-addresses', 'announce', 'state-changed', 'fifo'];
  expect(order).toEqual(wanted);
});

test('counters that are cleared count from zero again', () => {
  const before = master();
  expect(before.counters.become_master).toBe(1);
  const { state, effects } = step(before, { type: 'clear-counters' }, instant(4000));
  expect(state.counters).toEqual(NO_COUNTS);
  expect(effects).toEqual([]);
});

test('each way out of MASTER counts as one released, and no other step does', () => {
  const ways: readonly VrrpEvent[] = [
    advert(150),
    { type: 'interface', up: false },
    { type: 'step-down' },
    { type: 'stop' },
    { type: 'delete' },
  ];
  const released = (state: VrrpState): readonly number[] =>
    ways.map((event) => stepAt(state, 4000, event).state.counters.release_master);
  expect(released(master())).toEqual(ways.map(() => 1));
  expect(released(started())).toEqual(ways.map(() => 0));
});

test('adverts are counted, those with priority 0 also by themselves', () => {
  let state = started();
  for (const [i, priority] of [150, 0, 150].entries())
    ({ state } = stepAt(state, 1000 + i, advert(priority)));
  expect(state.counters).toMatchObject({ advert_rcvd: 3, pri_zero_rcvd: 1, pri_zero_sent: 0 });
});

/** Why a master is in FAULT after that. */
function reasons(event: VrrpEvent): readonly string[] {
  return stepAt(master(), 4000, event).state.faults.map(({ reason }) => reason);
}

test('an instance that cannot hear, or whose interface is gone, is in FAULT and says why', () => {
  const deaf = { type: 'hearing', failure: 'no buffer space' } as const;
  expect(reasons(deaf)).toEqual(['cannot listen on eth0: no buffer space']);
  expect(reasons({ type: 'interface', up: false })).toEqual(['interface eth0 down']);
  const gone = { type: 'interface', up: false, missing: true } as const;
  expect(reasons(gone)).toEqual(['interface eth0 does not exist']);
  const hearing = stepAt(stepAt(master(), 4000, deaf).state, 5000, {
    type: 'hearing',
    failure: undefined,
  });
  expect(hearing.state).toMatchObject({ state: 'BACKUP', faults: [] });
});

test('inventory §3.3: with no_accept the drop rule comes before the addresses and goes after them', () => {
  const outcome = atDeadline(started({ accept: false }));
  expect(linesOf(outcome).slice(-2)).toEqual([
    '(V) setting firewall drop rule',
    '(V) setting VIPs.',
  ]);
  const gone = stepAt(outcome.state, 4000, { type: 'stop' });
  expect(linesOf(gone).slice(-2)).toEqual([
    '(V) removing VIPs.',
    '(V) removing firewall drop rule',
  ]);
});

test('who has stopped neither stops again nor is deleted', () => {
  const { state } = stepAt(master(), 4000, { type: 'stop' });
  for (const type of ['stop', 'delete'] as const)
    expect(stepAt(state, 5000, { type })).toEqual({ state, effects: [] });
});

test('an order of the sync group that comes too late is none', () => {
  const faulty = stepAt(started(), 1000, { type: 'interface', up: false }).state;
  const orders = [
    ['take-over', master()],
    ['take-over', faulty],
    ['step-down', started()],
    ['step-down', faulty],
    ['announce-again', started()],
    ['announce-again', faulty],
  ] as const;
  for (const [type, state] of orders) {
    expect(stepAt(state, 4000, { type })).toEqual({ state, effects: [] });
  }
});

test('a member that a reload moves to another sync group waits anew before it takes part', () => {
  const waiting = atDeadline(started({ syncGroup: 'G' })).state;
  expect(waiting).toMatchObject({ state: 'BACKUP', awaitsGroup: true });
  const moved = (syncGroup: string): boolean => {
    const settings = instanceSettings({ syncGroup });
    return stepAt(waiting, 3700, { type: 'reconfigure', settings }).state.awaitsGroup;
  };
  expect([moved('G'), moved('H')]).toEqual([true, false]);
});

test('who goes on for a master that died announces a second time, and refreshes', () => {
  const { garp } = instanceSettings();
  const settings = { garp: { ...garp, masterRefresh: seconds(7) } };
  const state = createInstance(instanceSettings(settings));
  const start = { type: 'start', interfaceUp: true, source: SOURCE, resumeAsMaster: true } as const;
  let outcome = stepAt(state, 0, start);
  const times: number[] = [];
  while ((outcome.state.deadline ?? 9000) < 9000) {
    const now = outcome.state.deadline ?? 0;
    outcome = atDeadline(outcome.state);
    if (announcedBy(outcome).length > 0) times.push(now);
  }
  expect(times).toEqual([5000, 7000]);
});

test('an owner of the addresses that ignores adverts stays master, and 255, beside another one', () => {
  const owner = { priority: 255, ownerIgnoresAdverts: true } as const;
  const before = master(owner);
  const { state, effects } = step(before, advert(255, '10.77.0.200', owner), instant(4000));
  expect(effects).toEqual([]);
  expect(state).toEqual(before);
  const obedient = step(
    master({ priority: 255 }),
    advert(255, '10.77.0.200', owner),
    instant(4000),
  );
  expect(obedient.state.effectivePriority).toBe(254);
  const lower = { ...owner, priority: 100 };
  const backup = step(master(lower), advert(200, '10.77.0.200', lower), instant(4000));
  expect(backup.state.state).toBe('BACKUP');
});

test('a packet of any kind never makes two steps out of one, nor moves time', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (body) => {
      const before = master();
      const packet = { source: ip('10.77.0.9'), destination: ip('224.0.0.18'), ttl: 255, body };
      const { state } = step(before, { type: 'packet', packet }, instant(4000));
      const { counters, refused } = before;
      expect({ ...state, counters, refused }).toEqual(before);
    }),
  );
});

const anyEvent: fc.Arbitrary<VrrpEvent> = fc.oneof(
  fc.constantFrom<VrrpEvent>(
    { type: 'timer' },
    { type: 'interface', up: true },
    { type: 'interface', up: false },
    { type: 'hearing', failure: 'ENODEV' },
    { type: 'hearing', failure: undefined },
    { type: 'source', source: undefined },
    { type: 'source', source: SOURCE },
    { type: 'address-removed', address: vip('10.77.0.100') },
    { type: 'reconfigure', settings: instanceSettings({ priority: 150 }) },
    { type: 'send-failed', error: 'ENOBUFS' },
  ),
  fc.integer({ min: 0, max: 255 }).map((priority) => advert(priority)),
);

test('RFC 3768, RFC 9568 §6.4.2 and §6.4.3: whatever happens, addresses are on exactly while it is master', () => {
  const events = fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 6000 })), { maxLength: 40 });
  fc.assert(
    fc.property(events, (happenings) => {
      let state = started();
      let now = 0;
      const on = new Set<string>();
      for (const [event, delay] of happenings) {
        now += delay;
        const result = step(state, event, instant(now));
        state = result.state;
        for (const effect of result.effects) {
          if (effect.type === 'add-addresses') effect.addresses.forEach((a) => on.add(a.address));
          if (effect.type === 'remove-addresses')
            effect.addresses.forEach((a) => on.delete(a.address));
        }
        expect(on.size).toBe(state.state === 'MASTER' ? 2 : 0);
        expect(state.deadline === undefined).toBe(state.state === 'FAULT');
      }
    }),
  );
});

test('a stopped instance wants no more timers', () => {
  const { state } = step(master(), { type: 'stop' }, instant(4000));
  expect(state.state).toBe('INIT');
  expect(state.deadline).toBeUndefined();
});

test('an instance that is stopped or deleted waits for no address that somebody took off', () => {
  const address = vip('10.77.0.100');
  let state = master({ addresses: [address] });
  for (let i = 0; i < 6; i += 1)
    state = step(state, { type: 'address-removed', address }, instant(4000)).state;
  expect(state.restorations).toMatchObject([{ due: 5000 }]);
  for (const type of ['stop', 'delete'] as const) {
    const gone = step(state, { type }, instant(4000)).state;
    expect(gone).toMatchObject({ state: 'INIT', restorations: [], deadline: undefined });
  }
});

test('an instance that is stopped or deleted forgets what failed', () => {
  const address = vip('10.77.0.100');
  const refused = { type: 'address-failed', address, error: 'EPERM' } as const;
  const silent = { type: 'send-failed', error: 'ENOBUFS' } as const;
  let state = step(master({ addresses: [address] }), refused, instant(4000)).state;
  state = step(state, silent, instant(4000)).state;
  expect(state).toMatchObject({ addressFailures: [{ error: 'EPERM' }], sendFailure: 'ENOBUFS' });
  for (const type of ['stop', 'delete'] as const) {
    const gone = step(state, { type }, instant(4000)).state;
    expect(gone).toMatchObject({ addressFailures: [], sendFailure: undefined });
  }
});

test('a reload that ignores the own link, or no longer does, counts at once', () => {
  const down = step(started(), { type: 'interface', up: false }, instant(100)).state;
  const settings = instanceSettings({ trackPrimary: false });
  const ignored = step(down, { type: 'reconfigure', settings }, instant(200)).state;
  expect(ignored.state).toBe('BACKUP');
  const again = { type: 'reconfigure', settings: instanceSettings() } as const;
  expect(step(ignored, again, instant(300)).state.state).toBe('FAULT');
});

test('an address that left the configuration is not tried again', () => {
  const address = vip('10.77.0.101');
  const failed = { type: 'address-failed', address, error: 'EPERM' } as const;
  const refused = step(master(), failed, instant(3700)).state;
  const settings = instanceSettings({ addresses: [vip('10.77.0.100')] });
  const without = step(refused, { type: 'reconfigure', settings }, instant(3800)).state;
  const late = step(without, failed, instant(3900)).state;
  expect(late.addressFailures).toEqual([]);
  const { effects } = step(late, { type: 'timer' }, late.deadline ?? instant(0));
  expect(effects.filter(({ type }) => type === 'add-addresses')).toEqual([]);
});

test('a failure to send is over with the first advert that goes out', () => {
  const failed = { type: 'send-failed', error: 'ENOBUFS' } as const;
  const silent = step(master(), failed, instant(3700)).state;
  expect(step(silent, failed, instant(3800)).effects).toEqual([]);
  const heard = step(silent, { type: 'sent' }, instant(4700)).state;
  expect(heard.sendFailure).toBeUndefined();
  expect(step(heard, failed, instant(4800)).effects).toHaveLength(1);
});

test('a version 3 advert without an interval is not obeyed', () => {
  const changes = { version: 3 } as const;
  const path = { source: ip('10.77.0.9'), destination: ip('224.0.0.18') };
  const theirs = instanceSettings({ version: 3, advertisementInterval: seconds(0) });
  const body = encodeAdvertisement(ownAdvertisement(theirs, 200), path);
  const event: VrrpEvent = { type: 'packet', packet: { ...path, ttl: 255, body } };
  const { state } = step(started(changes), event, instant(100));
  expect(state.counters.advert_interval_err).toBe(1);
  expect(state.deadline).toBeCloseTo(3609.375, 3);
});
