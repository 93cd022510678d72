import { instant } from '@tandem/time';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { encodeAdvertisement } from '../src/advertisement.ts';
import type { VrrpEvent } from '../src/event.ts';
import { step } from '../src/instance.ts';
import { ownAdvertisement } from '../src/own-advertisement.ts';
import type { VrrpInstanceSettings } from '../src/settings.ts';
import { createInstance, type VrrpState } from '../src/state.ts';
import {
  createSyncGroup,
  groupFaultAmong,
  stepSyncGroup,
  stopSyncGroup,
} from '../src/sync-group.ts';
import { instanceSettings, ip } from './instance-settings.ts';

const MEMBERS = ['S1', 'S2'];
const SOURCE = ip('10.77.0.1');

/** What has happened: log lines, adverts of priority 0, notifies and mails. */
let happened: string[];
/** Members that have announced their addresses, each set once. */
let announced: string[];
/** What FIFOs are told of the group. */
let fifoLines: string[];
let now: number;
let members: Map<string, VrrpState>;
let group: ReturnType<typeof createSyncGroup>;

beforeEach(() => make());

/** A group of two instances with priority 100 that have not started. */
function make(changes: Partial<VrrpInstanceSettings> = {}): void {
  happened = [];
  announced = [];
  fifoLines = [];
  now = 0;
  members = new Map(
    MEMBERS.map((name) => {
      const settings = instanceSettings({
        name,
        syncGroup: 'G',
        authentication: undefined as never,
        ...changes,
      });
      return [name, createInstance(settings)];
    }),
  );
  const notify = {
    master: { argv: ['/gm'] },
    backup: { argv: ['/gb'] },
    fault: { argv: ['/gf'] },
    stop: { argv: ['/gs'] },
    any: { argv: ['/g'] },
  };
  group = createSyncGroup({ name: 'G', members: MEMBERS, notify, smtpAlert: true });
}

/** One step of a member, and of all who follow it. */
function play(name: string, event: VrrpEvent): void {
  takeStep(name, event);
  for (let round = 0; round < 5; round += 1) {
    const { group: next, effects } = stepSyncGroup(group, [...members.values()], name);
    group = next;
    for (const effect of effects) {
      if (effect.type === 'member') takeStep(effect.name, effect.event);
      else tell(effect);
    }
    if (effects.length === 0) return;
  }
  throw new Error('the group does not come to rest');
}

function takeStep(name: string, event: VrrpEvent): void {
  const before = members.get(name);
  if (before === undefined) throw new Error(`no member ${name}`);
  const { state, effects } = step(before, event, instant(now));
  members.set(name, state);
  for (const effect of effects) {
    if (effect.type === 'send-advertisement' && effect.priority === 0)
      happened.push(`${name} sends 0`);
    if (effect.type === 'announce') announced.push(name);
    if (effect.type === 'state-changed') happened.push(`${name} ${effect.state}`);
  }
}

function tell(
  effect: Exclude<ReturnType<typeof stepSyncGroup>['effects'][number], { type: 'member' }>,
): void {
  if (effect.type === 'fifo') fifoLines.push(effect.line);
  else if (effect.type === 'notify') happened.push(effect.argv.join(' '));
  else happened.push(effect.type === 'mail' ? `mail ${effect.subject}` : effect.text);
}

function startAll(): void {
  for (const name of MEMBERS) play(name, { type: 'start', interfaceUp: true, source: SOURCE });
}

/** Lets the timers run until a moment, in milliseconds. */
function runUntil(end: number): void {
  for (let i = 0; i < 100; i += 1) {
    const due = [...members.entries()].map(
      ([name, { deadline }]) => [deadline ?? Infinity, name] as const,
    );
    const [next] = due.toSorted(([a], [b]) => a - b);
    if (next === undefined || next[0] > end) break;
    now = next[0];
    play(next[1], { type: 'timer' });
  }
  now = end;
}

function news(): string[] {
  return happened.splice(0);
}

function advert(priority: number): VrrpEvent {
  const path = { source: ip('10.77.0.2'), destination: ip('224.0.0.18') };
  const settings = instanceSettings({ authentication: undefined as never });
  const body = encodeAdvertisement(ownAdvertisement(settings, priority), path);
  return { type: 'packet', packet: { ...path, ttl: 255, body } };
}

function statesOf(): string[] {
  return [...members.values()].map(({ state }) => state);
}

/** Both master, and that told. */
function makeMaster(): void {
  startAll();
  runUntil(4000);
  expect(statesOf()).toEqual(['MASTER', 'MASTER']);
  news();
}

test('inventory §3.9: the last member whose timer runs out goes first and pulls the rest', () => {
  startAll();
  expect(news()).toEqual([
    'S1 BACKUP',
    'S2 BACKUP',
    '/gb',
    '/g GROUP G BACKUP 0',
    'mail VRRP Group G - Entering BACKUP state',
  ]);
  now = 1000;
  play('S1', advert(0));
  runUntil(2000);
  expect(news()).toEqual([]);
  expect(members.get('S1')?.awaitsGroup).toBe(true);
  runUntil(3700);
  expect(news()).toEqual([
    'S2 MASTER',
    'VRRP_Group(G) Syncing instances to MASTER state',
    'S1 MASTER',
    '/gm',
    '/g GROUP G MASTER 0',
    'mail VRRP Group G - Entering MASTER state',
  ]);
});

test('inventory §3.9: a member that hears a better master keeps the whole group a backup', () => {
  startAll();
  for (let second = 1; second < 10; second += 1) {
    runUntil(second * 1000);
    play('S1', advert(150));
  }
  expect(statesOf()).toEqual(['BACKUP', 'BACKUP']);
  expect(members.get('S2')?.awaitsGroup).toBe(true);
  runUntil(9000 + 3610);
  expect(statesOf()).toEqual(['MASTER', 'MASTER']);
});

test('a group of which one yields says good-bye as a whole, and is back after the skew time as a whole', () => {
  make({ onDrift: 'yield' });
  makeMaster();
  const { addresses } = instanceSettings({});
  const address = addresses[0];
  if (address === undefined) throw new Error('no address');
  play('S1', { type: 'address-removed', address });
  expect(news().slice(0, 5)).toEqual([
    'S1 sends 0',
    'S1 BACKUP',
    'VRRP_Group(G) Syncing instances to BACKUP state',
    'S2 sends 0',
    'S2 BACKUP',
  ]);
  runUntil(4600);
  expect(statesOf()).toEqual(['BACKUP', 'BACKUP']);
  runUntil(4610);
  expect(statesOf()).toEqual(['MASTER', 'MASTER']);
});

test('RFC 3768 §6.4.2: a group of which one yields leaves the place to who was quicker', () => {
  make({ onDrift: 'yield' });
  makeMaster();
  const [address] = instanceSettings({}).addresses;
  if (address === undefined) throw new Error('no address');
  play('S1', { type: 'address-removed', address });
  for (const name of MEMBERS) play(name, advert(150));
  runUntil(7600);
  expect(statesOf()).toEqual(['BACKUP', 'BACKUP']);
  // Whoever joins the group later has nothing to do with that.
  expect(members.get('S1')).toMatchObject({ hasYielded: false });
});

test('a group of which one gave way to a better master waits the whole master-down time', () => {
  makeMaster();
  play('S1', advert(150));
  expect(members.get('S2')).toMatchObject({ state: 'BACKUP', masterDownDue: 4000 + 3609.375 });
});

test('without smtp_alert a group sends no mail', () => {
  group = createSyncGroup({ ...group.settings, smtpAlert: false });
  makeMaster();
  play('S1', advert(150));
  expect(news().filter((each) => each.startsWith('mail') || each.startsWith('/g '))).toEqual([
    '/g GROUP G BACKUP 0',
  ]);
});

test('only a member that is in FAULT, or may be, is held against the others', () => {
  startAll();
  const others = [...members.values()];
  expect(groupFaultAmong('G', others)).toBeUndefined();
  play('S2', { type: 'interface', up: false });
  expect(groupFaultAmong('G', [...members.values()])?.reason).toBe('sync group G: S2 is in FAULT');
});

test('inventory §3.9: an owner waits for the others, too', () => {
  make({ priority: 255, initialState: 'MASTER' });
  startAll();
  expect(statesOf()).toEqual(['BACKUP', 'BACKUP']);
  runUntil(3100);
  expect(statesOf()).toEqual(['MASTER', 'MASTER']);
});

test('inventory §3.9: an owner waits even for a member of priority 100, which goes first', () => {
  const owner = { priority: 255, initialState: 'MASTER', syncGroup: 'G', name: 'S1' } as const;
  members.set('S1', createInstance(instanceSettings(owner)));
  startAll();
  news();
  runUntil(3600);
  expect(statesOf()).toEqual(['BACKUP', 'BACKUP']);
  expect(members.get('S1')?.awaitsGroup).toBe(true);
  runUntil(3700);
  expect(news().slice(0, 3)).toEqual([
    'S2 MASTER',
    'VRRP_Group(G) Syncing instances to MASTER state',
    'S1 MASTER',
  ]);
});

test('inventory §3.9: one member that gives way makes the others send priority 0 and follow', () => {
  makeMaster();
  play('S1', advert(150));
  expect(news()).toEqual([
    'S1 BACKUP',
    'VRRP_Group(G) Syncing instances to BACKUP state',
    'S2 sends 0',
    'S2 BACKUP',
    '/gb',
    '/g GROUP G BACKUP 0',
    'mail VRRP Group G - Entering BACKUP state',
  ]);
});

test('inventory §3.2: when a lower priority makes one member announce again, the others do, too', () => {
  makeMaster();
  runUntil(10_000);
  announced = [];
  play('S1', advert(50));
  expect(announced).toEqual(['S1', 'S2']);
  now += 500;
  play('S2', advert(50));
  expect(announced).toEqual(['S1', 'S2']);
  announced = [];
  runUntil(now + 5000);
  expect(announced.toSorted()).toEqual(['S1', 'S2']);
});

test('inventory §3.2: members without announcements after a lower priority make none', () => {
  const { garp } = instanceSettings();
  make({ garp: { ...garp, lowerPriorityRepeat: 0 } });
  makeMaster();
  runUntil(10_000);
  announced = [];
  play('S1', advert(50));
  expect(announced).toEqual([]);
});

test('inventory §3.2: a member without announcements makes none when another one announces again', () => {
  const { garp } = instanceSettings();
  makeMaster();
  const silent = members.get('S2') as VrrpState;
  const settings = { ...silent.settings, garp: { ...garp, lowerPriorityRepeat: 0 } };
  play('S2', { type: 'reconfigure', settings });
  runUntil(10_000);
  announced = [];
  play('S1', advert(50));
  expect(announced).toEqual(['S1']);
});

test('inventory §3.9: one member in FAULT takes all there, and all come back together', () => {
  makeMaster();
  play('S2', { type: 'interface', up: false });
  expect(news()).toEqual([
    'S2 sends 0',
    'S2 FAULT',
    'VRRP_Group(G) Syncing instances to FAULT state',
    'S1 sends 0',
    'S1 FAULT',
    '/gf',
    '/g GROUP G FAULT 0',
    'mail VRRP Group G - Entering FAULT state',
  ]);
  expect(members.get('S1')?.faults).toMatchObject([{ reason: 'sync group G: S2 is in FAULT' }]);
  play('S2', { type: 'interface', up: true });
  expect(news().slice(0, 4)).toEqual([
    'S2 BACKUP',
    'VRRP_Group(G) Syncing instances to BACKUP state',
    'S1 BACKUP',
    '/gb',
  ]);
  runUntil(8000);
  expect(statesOf()).toEqual(['MASTER', 'MASTER']);
});

test('a group stays in FAULT until the last of several faults is gone', () => {
  startAll();
  play('S1', { type: 'interface', up: false });
  play('S2', { type: 'source', source: undefined });
  play('S1', { type: 'interface', up: true });
  expect(statesOf()).toEqual(['FAULT', 'FAULT']);
  expect(members.get('S2')?.faults.map(({ reason }) => reason)).toEqual([
    'no IPv4 address for interface',
  ]);
  play('S2', { type: 'source', source: SOURCE });
  expect(statesOf()).toEqual(['BACKUP', 'BACKUP']);
});

test('nobody is told of the FAULT of a group that waits for the first result of a script', () => {
  make({ trackers: [{ kind: 'script', name: 'check', weight: 0, reverse: false }] });
  startAll();
  expect(news()).toEqual(['S1 FAULT', 'S2 FAULT']);
  const report = { kind: 'script', name: 'check', value: true } as const;
  play('S1', { type: 'tracked', report });
  expect(news()).toEqual([]);
  expect(members.get('S1')?.faults.map(({ reason }) => reason)).toEqual([
    'sync group G: S2 is not known to be well yet',
  ]);
  play('S2', { type: 'tracked', report });
  expect(news()).toEqual([
    'S2 BACKUP',
    'VRRP_Group(G) Syncing instances to BACKUP state',
    'S1 BACKUP',
    '/gb',
    '/g GROUP G BACKUP 0',
    'mail VRRP Group G - Entering BACKUP state',
  ]);
});

/** Whatever happens, something holds. */
function always(check: () => void): void {
  const member = fc.constantFrom(...MEMBERS);
  const event = fc.oneof(
    fc.integer({ min: 0, max: 200 }).map((priority) => advert(priority)),
    fc.boolean().map((up): VrrpEvent => ({ type: 'interface', up })),
    fc.constantFrom(SOURCE, undefined).map((source): VrrpEvent => ({ type: 'source', source })),
  );
  const happening = fc.tuple(member, fc.integer({ min: 0, max: 5000 }), event);
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30 }), (happenings) => {
      make();
      startAll();
      for (const [name, wait, what] of happenings) {
        runUntil(now + wait);
        play(name, what);
        check();
      }
    }),
  );
}

test('inventory §3.9: whatever happens, all members are master or none is', () => {
  always(() => expect(new Set(statesOf().map((state) => state === 'MASTER')).size).toBe(1));
});

test('inventory §3.9: it is in FAULT with any member, master with all of them, else a backup', () => {
  always(() => {
    const states = statesOf();
    const whole = states.every((state) => state === 'MASTER') ? 'MASTER' : 'BACKUP';
    expect(group.state).toBe(states.includes('FAULT') ? 'FAULT' : whole);
  });
});

test('inventory §3.9: group and instances are told each once of a change', () => {
  makeMaster();
  play('S1', advert(150));
  const told = news();
  for (const line of ['S1 BACKUP', 'S2 BACKUP', '/gb', '/g GROUP G BACKUP 0'])
    expect(told.filter((each) => each === line)).toEqual([line]);
  expect(told.filter((each) => each.startsWith('mail'))).toEqual([
    'mail VRRP Group G - Entering BACKUP state',
  ]);
});

test('members that go on as master of a process that died are no news', () => {
  for (const name of MEMBERS)
    play(name, { type: 'start', interfaceUp: true, source: SOURCE, resumeAsMaster: true });
  expect(news()).toEqual(['S1 MASTER', 'S2 MASTER']);
  expect(group.state).toBe('MASTER');
});

test('at stop the group tells as its members do', () => {
  makeMaster();
  expect(stopSyncGroup(group)).toMatchObject([
    { argv: ['/gs'] },
    { argv: ['/g', 'GROUP', 'G', 'STOP', '0'] },
    { line: 'GROUP "G" STOP 0' },
    {
      subject: 'VRRP Group G - Stopping',
      body: '=> All VRRP group instances are now stopping <=',
    },
  ]);
});

test('inventory §3.10: FIFOs are told once of each change of the group', () => {
  makeMaster();
  play('S1', { type: 'interface', up: false });
  play('S1', { type: 'interface', up: true });
  expect(fifoLines).toEqual([
    'GROUP "G" BACKUP 0',
    'GROUP "G" MASTER 0',
    'GROUP "G" FAULT 0',
    'GROUP "G" BACKUP 0',
  ]);
});
