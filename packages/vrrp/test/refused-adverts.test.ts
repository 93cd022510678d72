/** What a refused advert leads to, inventory §3.6: nobody gives way to its sender. */
import { seconds } from '@tandem/time';
import { expect, test } from 'vitest';
import type { VrrpCounters } from '../src/counters.ts';
import type { VrrpEvent } from '../src/event.ts';
import { vip } from './instance-settings.ts';
import {
  advert as anyAdvert,
  announcedBy,
  atDeadline,
  master,
  started,
  stepAt,
} from './machine.ts';

/** Of a better master, with other settings or octets than ours. */
function better(
  changes: Parameters<typeof anyAdvert>[2] = {},
  spoil: (body: Uint8Array) => Uint8Array = (body) => body,
): VrrpEvent {
  const event = anyAdvert(200, '10.77.0.9', changes);
  if (event.type !== 'packet') throw new Error('no packet');
  const { packet } = event;
  return { type: 'packet', packet: { ...packet, body: spoil(packet.body) } };
}

test.each<[number, string, VrrpEvent, keyof VrrpCounters]>([
  [2, 'of another length', better({}, (body) => body.subarray(0, -4)), 'packet_len_err'],
  [4, 'of another version', better({ version: 3 }), 'version_err'],
  [
    5,
    'of another authentication',
    better({ authentication: undefined as never }),
    'authtype_mismatch',
  ],
  [
    5,
    'with another password',
    better({ authentication: { type: 'PASS', password: 'secrets' } }),
    'auth_failure',
  ],
  [6, 'of another interval', better({ advertisementInterval: seconds(2) }), 'advert_interval_err'],
  [7, 'of another type', better({}, (body) => body.with(0, 0x22)), 'invalid_type_rcvd'],
  [
    8,
    'of another number of addresses',
    better({ addresses: [vip('10.77.0.100')] }),
    'addr_list_err',
  ],
])(
  'inventory §3.6 row %i: adverts %s are dropped, so that both are masters and stay it',
  (...row) => {
    const [, , refused, counter] = row;
    let { state } = stepAt(started(), 0, { type: 'timer' });
    const { deadline } = state;
    for (const now of [1000, 2000, 3000]) ({ state } = stepAt(state, now, refused));
    expect(state).toMatchObject({ state: 'BACKUP', deadline, master: undefined });
    expect(state.counters[counter]).toBe(3);
    expect(atDeadline(state).state.state).toBe('MASTER');
    const before = master();
    const outcome = stepAt(before, 4000, refused);
    expect(outcome.state).toMatchObject({ state: 'MASTER', deadline: before.deadline });
    expect(announcedBy(outcome)).toEqual([]);
  },
);

test('inventory §3.6: the same advert with our settings is obeyed by both', () => {
  for (const before of [started(), master()]) {
    const { state } = stepAt(before, 4000, better());
    expect([state.state, state.master?.priority]).toEqual(['BACKUP', 200]);
  }
});
