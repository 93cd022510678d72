import { compareIp, parseIp } from '@tandem/inet';
import { step } from '@tandem/vrrp';
import { expect, test } from 'vitest';
import { simulate, type Outcome, type SimulationOptions } from '../src/index.ts';

type Step = NonNullable<SimulationOptions['step']>;

/** Of a part of the smoke set. */
const SEEDS = 46;

test.each([0, 1, 2, 3, 4])(
  'two to five routers come to terms after whatever goes wrong: part %i of a smoke set of fixed seeds',
  (part) => {
    const failed: Outcome[] = [];
    for (let seed = part * SEEDS; seed < (part + 1) * SEEDS; seed += 1) {
      const outcome = simulate(seed);
      if (outcome.violation !== undefined) failed.push(outcome);
    }
    expect(failed).toEqual([]);
  },
);

test('a process that died leaves no address that its successor is not asked for', () => {
  expect(simulate(71_370).violation).toBeUndefined();
});

test('nobody notices that configurations are read again every second', () => {
  const failed: Outcome[] = [];
  for (let seed = 0; seed < 8; seed += 1) {
    const outcome = simulate(seed, { reloadSeconds: 20 });
    if (outcome.violation !== undefined) failed.push(outcome);
  }
  expect(failed).toEqual([]);
});

test('nobody notices it where there are 200 addresses', () => {
  let looks = 0;
  const watch = { times: 4, look: () => (looks += 1) };
  const outcome = simulate(3, { addresses: 200, reloadSeconds: 20, watch });
  expect(outcome.violation).toBeUndefined();
  expect(outcome.adverts).toBeGreaterThanOrEqual(200);
  expect(looks).toBe(4);
});

test('a machine that starts anew at each reload is found out', () => {
  expect(simulate(1, { reloadSeconds: 30, step: forgetful }).violation?.rule).toBe('undisturbed');
});

test('a seed is replayed exactly, line by line', () => {
  const lines: [string[], string[]] = [[], []];
  for (const each of lines) simulate(7, { trace: (line) => each.push(line) });
  expect(lines[0].length).toBeGreaterThan(100);
  expect(lines[1]).toEqual(lines[0]);
});

test.each<[string, string, Step]>([
  ['is deaf to priority 0', 'dead master', withoutEvents(isGoodbye)],
  ['is deaf to all', 'election', withoutEvents(({ type }) => type === 'packet')],
  ['keeps its addresses', 'addresses', withoutEffect('remove-addresses')],
  ['is silent', 'adverts on time', withoutEffect('send-advertisement')],
  ['takes over too early', 'takeover', hasty],
  ['obeys the lower address', 'election', mirrored],
  ['announces no second time', 'neighbours', announcingOnce],
  ['announces no second time what no advert comes from', 'switches', announcingOnce],
  ['forgets who has signed when', 'replays', forgettingSigners],
  ['speaks on after it stood still', 'stall', tireless],
  ['takes over after it stood still', 'stall', hurried],
  ['takes packets for others that a router has passed on', 'packets', distant],
])('a machine that %s is found out by the rule %j', (_, rule, broken) => {
  expect(isFoundOut(broken, rule)).toBe(true);
});

function isFoundOut(broken: Step, rule: string): boolean {
  for (let seed = 0; seed < 1000; seed += 1)
    if (simulate(seed, { step: broken }).violation?.rule === rule) return true;
  return false;
}

function forgetful(...[before, event, now]: Parameters<Step>): ReturnType<Step> {
  const { state, effects } = step(before, event, now);
  if (event.type !== 'reconfigure') return { state, effects };
  const gone = step(state, { type: 'interface', up: false }, now);
  const back = step(gone.state, { type: 'interface', up: true }, now);
  return { state: back.state, effects: [...effects, ...gone.effects, ...back.effects] };
}

function withoutEvents(isUnheard: (event: Parameters<Step>[1]) => boolean): Step {
  return (state, event, now) =>
    isUnheard(event) ? { state, effects: [] } : step(state, event, now);
}

function isGoodbye(event: Parameters<Step>[1]): boolean {
  return event.type === 'packet' && event.packet.body[2] === 0;
}

function forgettingSigners(...[before, event, now]: Parameters<Step>): ReturnType<Step> {
  return step({ ...before, signers: [] }, event, now);
}

function withoutEffect(unwanted: ReturnType<Step>['effects'][number]['type']): Step {
  return (before, event, now) => {
    const { state, effects } = step(before, event, now);
    return { state, effects: effects.filter(({ type }) => type !== unwanted) };
  };
}

function announcingOnce(...[before, event, now]: Parameters<Step>): ReturnType<Step> {
  const { state, effects } = step(before, event, now);
  if (before.state !== 'MASTER') return { state, effects };
  return { state, effects: effects.filter(({ type }) => type !== 'announce') };
}

function tireless(...[before, event, now]: Parameters<Step>): ReturnType<Step> {
  const { advertisementDue } = before;
  const isLate = advertisementDue !== undefined && advertisementDue < now;
  return step(isLate ? { ...before, advertisementDue: now } : before, event, now);
}

function hurried(...[before, event, now]: Parameters<Step>): ReturnType<Step> {
  const { state, masterDownDue } = before;
  const isDue = state === 'BACKUP' && masterDownDue !== undefined && masterDownDue < now;
  return step(isDue ? { ...before, masterDownDue: now } : before, event, now);
}

function distant(...[before, event, now]: Parameters<Step>): ReturnType<Step> {
  if (event.type !== 'packet') return step(before, event, now);
  return step(before, { ...event, packet: { ...event.packet, ttl: 254 } }, now);
}

/** It believes to have the address at the other end of the network. */
function mirrored(...[before, event, now]: Parameters<Step>): ReturnType<Step> {
  if (event.type !== 'packet' || before.settings.family === 6) return step(before, event, now);
  const isHigh = compareIp(event.packet.source, before.source ?? event.packet.source) > 0;
  const source = parseIp(isHigh ? '255.255.255.255' : '0.0.0.0');
  const { state, effects } = step({ ...before, source }, event, now);
  return { state: { ...state, source: before.source }, effects };
}

function hasty(...[before, event, now]: Parameters<Step>): ReturnType<Step> {
  const { state, effects } = step(before, event, now);
  if (state.masterDownDue === undefined) return { state, effects };
  const masterDownDue = (state.masterDownDue - 0.1) as typeof state.masterDownDue;
  return { state: { ...state, masterDownDue, deadline: masterDownDue }, effects };
}
