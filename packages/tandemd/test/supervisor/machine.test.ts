import { ManualClock, seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import {
  createSupervisor,
  stepSupervisor,
  supervisorDeadline,
  type SupervisorEffect,
  type SupervisorEvent,
} from '../../src/supervisor/machine.ts';

/** A supervisor on a clock that stands still, and what it did last. */
function supervisor(respawn = true) {
  const clock = new ManualClock();
  let state = createSupervisor(respawn);
  return {
    clock,
    send(event: SupervisorEvent): string[] {
      const step = stepSupervisor(state, event, clock.now());
      ({ state } = step);
      return step.effects.map(brief);
    },
    deadline: () => supervisorDeadline(state),
    restarts: () => state.children.vrrp.restarts,
    /** Lets time pass without an answer. @returns how many pings it took */
    pingUntilKilled(name: 'vrrp' | 'ipvs'): number {
      for (let pings = 0; pings < 1000; pings += 1) {
        clock.advance(seconds(0.25));
        const effects = this.send({ type: 'timer' });
        if (effects.includes(`kill ${name}`)) return pings;
        expect(effects).toEqual([`ping ${name}`]);
      }
      throw new Error('never killed');
    },
  };
}

function brief(effect: SupervisorEffect): string {
  if (effect.type === 'log') return effect.text;
  if (effect.type === 'finish') return `finish ${effect.exitStatus}`;
  const suffix = effect.type === 'spawn' && effect.replacement ? ' again' : '';
  return `${effect.type} ${effect.name}${suffix}`;
}

const KILLED = { code: undefined, signal: '9 (Killed)' };

test('both children are started, and stopped one after the other, addresses first', () => {
  const it = supervisor();
  expect(it.send({ type: 'start', wanted: ['vrrp', 'ipvs'] })).toEqual([
    'spawn vrrp',
    'spawn ipvs',
  ]);
  expect(it.send({ type: 'stop' })).toEqual(['stop vrrp']);
  expect(it.send({ type: 'stop' })).toEqual([]);
  const ended = { code: 0, signal: undefined };
  expect(it.send({ type: 'exited', name: 'vrrp', pid: 1, ...ended })).toEqual(['stop ipvs']);
  expect(it.send({ type: 'exited', name: 'ipvs', pid: 2, ...ended })).toEqual(['finish 0']);
});

test('a child that does not end within child_wait_time is killed', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['ipvs'] });
  it.send({ type: 'alive', name: 'ipvs' });
  it.send({ type: 'reload', wanted: ['ipvs'], childWait: seconds(7) });
  it.send({ type: 'stop' });
  expect(it.deadline()).toBe(7000);
  it.send({ type: 'reload', wanted: ['ipvs'] });
  expect(it.deadline()).toBe(7000);
});

test('children are pinged from their start on, every quarter of a second', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp', 'ipvs'] });
  expect(it.deadline()).toBe(0);
  expect(it.send({ type: 'timer' })).toEqual(['ping vrrp', 'ping ipvs']);
  expect(it.deadline()).toBe(250);
});

test('a vrrp process that does not answer for three seconds is killed and replaced', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp'] });
  expect(it.pingUntilKilled('vrrp')).toBe(120);
  it.send({ type: 'exited', name: 'vrrp', pid: 7, ...KILLED });
  it.send({ type: 'timer' });
  it.send({ type: 'alive', name: 'vrrp' });
  expect(it.pingUntilKilled('vrrp')).toBe(12);
  const effects = it.send({ type: 'exited', name: 'vrrp', pid: 8, ...KILLED });
  expect(effects).toContain('spawn vrrp again');
});

test('an ipvs process may be busy for longer', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['ipvs'] });
  it.send({ type: 'timer' });
  it.send({ type: 'alive', name: 'ipvs' });
  expect(it.pingUntilKilled('ipvs')).toBe(40);
});

/** Lets a child answer pings. @returns how many until it was killed, and what was said then */
function answerUntilKilled(it: ReturnType<typeof supervisor>, name: 'vrrp' | 'ipvs'): unknown {
  for (let pings = 0; pings < 1000; pings += 1) {
    it.clock.advance(seconds(0.25));
    const effects = it.send({ type: 'timer' });
    if (effects.includes(`kill ${name}`)) return [pings, effects[0]];
    it.send({ type: 'alive', name });
  }
  return 'never killed';
}

test('a vrrp process that never comes to the end of a reload makes way for one that goes on', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp'] });
  for (let i = 0; i < 2; i += 1) it.send({ type: 'reload', wanted: ['vrrp'] });
  for (let pings = 0; pings < 200; pings += 1) {
    it.clock.advance(seconds(0.25));
    expect(it.send({ type: 'timer' })).toEqual(['ping vrrp']);
    it.send({ type: 'alive', name: 'vrrp' });
  }
  // Each has the whole time.
  it.send({ type: 'reloaded', name: 'vrrp' });
  expect(answerUntilKilled(it, 'vrrp')).toEqual([
    240,
    'VRRP process does not come to an end of its reload: killing it',
  ]);
  const effects = it.send({ type: 'exited', name: 'vrrp', pid: 8, ...KILLED });
  expect(effects).toContain('spawn vrrp again');
  expect(answerUntilKilled(it, 'vrrp')).toBe('never killed');
});

test('a vrrp process that has done its reloads is left alone, and an ipvs process with them', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp', 'ipvs'] });
  it.send({ type: 'reload', wanted: ['vrrp', 'ipvs'] });
  it.send({ type: 'reloaded', name: 'vrrp' });
  for (let pings = 0; pings < 1000; pings += 1) {
    expect(it.send({ type: 'timer' })).toEqual(['ping vrrp', 'ping ipvs']);
    for (const name of ['vrrp', 'ipvs'] as const) it.send({ type: 'alive', name });
    it.clock.advance(seconds(0.25));
  }
});

test('a child that answers late is not killed', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp'] });
  for (let i = 0; i < 50; i += 1) {
    expect(it.send({ type: 'timer' })).toEqual(['ping vrrp']);
    it.clock.advance(seconds(0.25));
    if (i % 12 === 11) it.send({ type: 'alive', name: 'vrrp' });
  }
});

test('a child is not held responsible for a sleep of the supervisor', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp'] });
  it.send({ type: 'timer' });
  it.send({ type: 'alive', name: 'vrrp' });
  it.clock.advance(seconds(1000));
  expect(it.send({ type: 'timer' })).toEqual(['ping vrrp']);
});

test('what a child leaves behind is cleaned up when nothing replaces it', () => {
  const it = supervisor(false);
  it.send({ type: 'start', wanted: ['vrrp', 'ipvs'] });
  expect(it.send({ type: 'exited', name: 'vrrp', pid: 7, ...KILLED })).toEqual([
    'pid 7 exited due to signal 9 (Killed)',
    'clean-up vrrp',
    'stop ipvs',
  ]);
  expect(it.send({ type: 'exited', name: 'ipvs', pid: 8, ...KILLED })).toEqual([
    'clean-up ipvs',
    'finish 1',
  ]);
});

test('addresses are withdrawn when a restart is put off for long; the table goes on', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp', 'ipvs'] });
  for (const name of ['vrrp', 'ipvs'] as const)
    expect(it.send({ type: 'exited', name, pid: 7, ...KILLED })).not.toContain(`clean-up ${name}`);
  const cleaned = (name: 'vrrp' | 'ipvs'): boolean =>
    it.send({ type: 'exited', name, pid: 8, ...KILLED }).includes(`clean-up ${name}`);
  expect([cleaned('vrrp'), cleaned('ipvs')]).toEqual([false, false]);
  it.clock.advance(seconds(1));
  it.send({ type: 'timer' });
  expect([cleaned('vrrp'), cleaned('ipvs')]).toEqual([true, false]);
  expect(it.send({ type: 'reload', wanted: [] })).toEqual(['clean-up vrrp', 'clean-up ipvs']);
});

test('a child that is killed is started again at once, with what its predecessor knew', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp'] });
  it.clock.advance(seconds(100));
  expect(it.send({ type: 'exited', name: 'vrrp', pid: 7, ...KILLED })).toEqual([
    'pid 7 exited due to signal 9 (Killed)',
    'VRRP child process(7) died: Respawning',
    'spawn vrrp again',
  ]);
  expect(it.restarts()).toBe(1);
});

test('a child that dies again and again is started ever later, but a minute at the most', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp'] });
  const waits: number[] = [];
  for (let i = 0; i < 11; i += 1) {
    it.send({ type: 'exited', name: 'vrrp', pid: 7, code: 1, signal: undefined });
    const deadline = it.deadline();
    waits.push(deadline === undefined ? 0 : (deadline - it.clock.now()) / 1000);
    if (deadline === undefined || deadline === it.clock.now()) continue;
    it.clock.advance(seconds((deadline - it.clock.now()) / 1000));
    expect(it.send({ type: 'timer' })).toEqual(['spawn vrrp again']);
  }
  expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
});

test('a configuration error of a child ends the daemon with its status', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp', 'ipvs'] });
  expect(it.send({ type: 'exited', name: 'vrrp', pid: 7, code: 2, signal: undefined })).toEqual([
    'pid 7 exited with permanent error CONFIG. Terminating',
    'stop ipvs',
  ]);
  expect(it.send({ type: 'exited', name: 'ipvs', pid: 8, code: 0, signal: undefined })).toEqual([
    'finish 2',
  ]);
});

test('a replacement that finds its configuration impossible is tried again', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp', 'ipvs'] });
  it.send({ type: 'exited', name: 'vrrp', pid: 7, ...KILLED });
  const effects = it.send({ type: 'exited', name: 'vrrp', pid: 8, code: 2, signal: undefined });
  expect(effects).toContain('VRRP child process(8) died: Respawning');
  it.clock.advance(seconds(1));
  expect(it.send({ type: 'timer' })).toContain('spawn vrrp again');
});

test('without respawning the death of a child ends the daemon', () => {
  const it = supervisor(false);
  it.send({ type: 'start', wanted: ['vrrp'] });
  expect(it.send({ type: 'exited', name: 'vrrp', pid: 7, ...KILLED }).at(-1)).toBe('finish 1');
});

test('without respawning a child that Node refuses for its options is started once more, without', () => {
  const it = supervisor(false);
  it.send({ type: 'start', wanted: ['vrrp'] });
  const refused = { code: 9, signal: undefined };
  const effects = it.send({ type: 'exited', name: 'vrrp', pid: 7, ...refused });
  expect(effects.at(-1)).toBe('spawn vrrp again');
  expect(it.send({ type: 'exited', name: 'vrrp', pid: 8, ...refused }).at(-1)).toBe('finish 1');
});

test('a child that does not end in time is killed', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['ipvs'] });
  it.send({ type: 'stop' });
  expect(it.deadline()).toBe(5000);
  it.clock.advance(seconds(5));
  expect(it.send({ type: 'timer' })).toEqual([
    'Healthcheck process did not end in time: killing it',
    'kill ipvs',
  ]);
  expect(it.deadline()).toBeUndefined();
  expect(it.send({ type: 'exited', name: 'ipvs', pid: 8, ...KILLED })).toEqual([
    'clean-up ipvs',
    'finish 0',
  ]);
});

test('a reload starts, reloads and stops children as the new configuration wants', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp'] });
  expect(it.send({ type: 'reload', wanted: ['vrrp', 'ipvs'] })).toEqual([
    'reload vrrp',
    'spawn ipvs',
  ]);
  expect(it.send({ type: 'reload', wanted: ['ipvs'] })).toEqual(['stop vrrp', 'reload ipvs']);
  expect(it.send({ type: 'exited', name: 'vrrp', pid: 7, code: 0, signal: undefined })).toEqual([]);
});

test('a reload while a restart is awaited does not wait for it', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp'] });
  const killed = { type: 'exited', name: 'vrrp', pid: 7, ...KILLED } as const;
  for (let i = 0; i < 2; i += 1) it.send(killed);
  expect(it.deadline()).toBe(1000);
  expect(it.send({ type: 'reload', wanted: ['vrrp'] })).toEqual(['spawn vrrp again']);
  expect(it.restarts()).toBe(2);
  expect(it.send({ type: 'timer' })).toEqual(['ping vrrp']);
  it.send(killed);
  expect(it.deadline()).toBe(2000);
});

test('a stop while a restart is awaited does not wait for it', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp'] });
  it.send({ type: 'exited', name: 'vrrp', pid: 7, ...KILLED });
  it.send({ type: 'exited', name: 'vrrp', pid: 8, ...KILLED });
  expect(it.deadline()).toBe(1000);
  expect(it.send({ type: 'stop' })).toEqual(['clean-up vrrp', 'finish 0']);
  expect(it.send({ type: 'reload', wanted: ['vrrp'] })).toEqual([]);
});

test('a child that is wanted again while it is leaving is started when it has left', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp', 'ipvs'] });
  it.send({ type: 'reload', wanted: ['vrrp'] });
  expect(it.send({ type: 'reload', wanted: ['vrrp', 'ipvs'] })).toEqual(['reload vrrp']);
  const left = { code: 0, signal: undefined };
  expect(it.send({ type: 'exited', name: 'ipvs', pid: 7, ...left })).toEqual(['spawn ipvs']);
});

test('sessions of BFD count as down when a restart is put off for long', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp', 'bfd'] });
  const died = (): string[] => it.send({ type: 'exited', name: 'bfd', pid: 7, ...KILLED });
  expect(died()).toContain('spawn bfd again');
  expect(died()).not.toContain('clean-up bfd');
  it.clock.advance(seconds(1));
  it.send({ type: 'timer' });
  expect(died()).toContain('clean-up bfd');
});

test('BFD leaves last, so that no checker takes its end for a failure', () => {
  const it = supervisor();
  it.send({ type: 'start', wanted: ['vrrp', 'ipvs', 'bfd'] });
  expect(it.send({ type: 'stop' })).toEqual(['stop vrrp']);
  const left = (name: 'vrrp' | 'ipvs' | 'bfd'): string[] =>
    it.send({ type: 'exited', name, pid: 7, code: 0, signal: undefined });
  expect([left('vrrp'), left('ipvs'), left('bfd')]).toEqual([
    ['stop ipvs'],
    ['stop bfd'],
    ['finish 0'],
  ]);
});
