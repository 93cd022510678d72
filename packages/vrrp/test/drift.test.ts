/** What somebody else removes, by what it is and by what the instance makes of it. */
import { instant } from '@tandem/time';
import { expect, test } from 'vitest';
import type { VrrpEvent } from '../src/event.ts';
import { step } from '../src/instance.ts';
import { reasonsOf } from '../src/reasons.ts';
import type { DriftPolicy, VrrpInstanceSettings } from '../src/settings.ts';
import { createInstance, type VrrpState } from '../src/state.ts';
import { stepSyncGroup } from '../src/sync-group.ts';
import { instanceSettings, ip, vip } from './instance-settings.ts';
import { virtualRoute, virtualRule } from './routing-entries.ts';

const ROUTE = virtualRoute('10.9.0.0/24');
const RULE = virtualRule(2000);
const ADDRESS = vip('10.77.0.100');

const REMOVALS: readonly (readonly [what: string, event: VrrpEvent])[] = [
  ['VIP 10.77.0.100 dev eth0', { type: 'address-removed', address: ADDRESS }],
  [`route ${ROUTE.text}`, { type: 'entry-restored', entry: ROUTE }],
  [`rule ${RULE.text}`, { type: 'entry-restored', entry: RULE }],
];

const OUTCOMES: readonly (readonly [policy: DriftPolicy, outcome: unknown])[] = [
  ['restore', { state: 'MASTER', sent: [], isOff: false, again: 'MASTER' }],
  ['yield', { state: 'BACKUP', sent: [0], isOff: true, again: 'MASTER' }],
  ['fault', { state: 'FAULT', sent: [0], isOff: true, again: 'FAULT' }],
];

function master(changes: Partial<VrrpInstanceSettings>): VrrpState {
  const routing = [ROUTE, RULE];
  const state = createInstance(instanceSettings({ addresses: [ADDRESS], routing, ...changes }));
  const source = ip('10.77.0.1');
  const start = step(state, { type: 'start', interfaceUp: true, source }, instant(0));
  return step(start.state, { type: 'timer' }, instant(3609.375)).state;
}

for (const [policy, expected] of OUTCOMES)
  test.each(REMOVALS)(
    `with on_drift ${policy} a master whose %s is removed does so`,
    (_, event) => {
      const { state, effects } = step(master({ onDrift: policy }), event, instant(4000));
      const { state: later } = step(state, { type: 'timer' }, instant(4000 + 609.375));
      expect({
        state: state.state,
        sent: effects.flatMap((each) =>
          each.type === 'send-advertisement' ? [each.priority] : [],
        ),
        isOff: ['withdraw-routing', 'remove-addresses'].every((type) =>
          effects.some((each) => each.type === type),
        ),
        again: later.state,
      }).toEqual(expected);
    },
  );

test.each(REMOVALS)(
  'FAULT says that %s was removed, since when, and ends with a reload',
  (what, event) => {
    const before = master({ onDrift: 'fault' });
    const { state } = step(before, event, instant(4000));
    const reason = `${what} was removed by somebody else; a reload lets it take part again`;
    expect(state.faults).toEqual([{ reason, since: 4000 }]);
    expect(reasonsOf(state, instant(5000))).toEqual([reason]);
    const reload = { type: 'reconfigure', settings: state.settings } as const;
    expect(step(state, reload, instant(9000)).state).toMatchObject({ state: 'BACKUP', faults: [] });
  },
);

test('what nobody minds, or belongs to another one, changes nothing', () => {
  const state = master({ onDrift: 'fault', addresses: [{ ...ADDRESS, track: false }] });
  const events: readonly VrrpEvent[] = [
    { type: 'address-removed', address: ADDRESS },
    { type: 'address-removed', address: vip('10.77.0.200') },
    { type: 'entry-restored', entry: virtualRule(3000) },
  ];
  for (const event of events)
    expect(step(state, event, instant(4000))).toMatchObject({ state, effects: [] });
});

test.each([
  ['yield', { type: 'step-down', yields: true }, 'BACKUP'],
  [
    'fault',
    { type: 'group-fault', fault: { reason: 'sync group G: V is in FAULT', told: true } },
    'FAULT',
  ],
] as const)(
  'inventory §3.9: a sync group follows a member that does as on_drift %s says, and tells it, which keepalived does not',
  (onDrift, event, target) => {
    const member = master({ onDrift, syncGroup: 'G' });
    expect(member.awaitsGroup).toBe(true);
    const one = step(member, { type: 'take-over' }, instant(3700)).state;
    const other = { ...one, settings: { ...one.settings, name: 'W' } };
    const settings = { name: 'G', members: ['V', 'W'], notify: {}, smtpAlert: false };
    const removed = step(one, { type: 'address-removed', address: ADDRESS }, instant(4000)).state;
    const { group, effects } = stepSyncGroup({ settings, state: 'MASTER' }, [removed, other], 'V');
    expect(group.state).toBe(target);
    expect(effects).toContainEqual({ type: 'member', name: 'W', event });
    expect(effects).toContainEqual({ type: 'fifo', line: `GROUP "G" ${target} 0` });
  },
);
