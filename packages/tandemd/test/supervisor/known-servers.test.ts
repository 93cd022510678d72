import { countServers, type VirtualServerSnapshot } from '@tandem/status';
import { expect, test } from 'vitest';
import { KnownServers } from '../../src/supervisor/known-servers.ts';

/** @param weights - of its real servers, those that are 0 are down */
function server(mark: number, weights: readonly number[]): VirtualServerSnapshot {
  const realServers = weights.map((weight, i) => ({
    address: `192.0.2.${i + 1}`,
    port: 80,
    forwarding: 'DR' as const,
    up: weight > 0,
    weight,
    checks: [],
  }));
  return {
    key: { kind: 'fwmark', mark, family: 4 },
    scheduler: 'rr',
    quorumUp: true,
    quorum: 1,
    weightSum: 1,
    realServers: realServers as unknown as VirtualServerSnapshot['realServers'],
  };
}

test('what changes takes the place of what it was, and the counts are those of all', () => {
  const known = new KnownServers();
  known.note({ virtualServers: [server(1, [1, 1]), server(2, [1, 0]), server(3, [])] });
  const before = known.all;
  expect(known.counts).toEqual({ configured: 4, usable: 3 });
  known.note({ part: true, virtualServers: [server(2, [1, 1, 1]), server(3, [0])] });
  expect(known.all).toEqual([server(1, [1, 1]), server(2, [1, 1, 1]), server(3, [0])]);
  expect(known.counts).toEqual({ configured: 6, usable: 5 });
  known.note({ part: true, virtualServers: [server(1, [0, 0])] });
  expect(known.counts).toEqual(countServers(known.all));
  expect(before).toEqual([server(1, [1, 1]), server(2, [1, 0]), server(3, [])]);
});

test('one that is not there does not come by a change, and a new list has its own places', () => {
  const known = new KnownServers();
  known.note({ virtualServers: [server(1, [1]), server(2, [1])] });
  known.note({ part: true, virtualServers: [server(4, [1, 1])] });
  expect(known.all).toEqual([server(1, [1]), server(2, [1])]);
  expect(known.counts).toEqual({ configured: 2, usable: 2 });
  known.note({ virtualServers: [server(2, [1]), server(4, [1])] });
  known.note({ part: true, virtualServers: [server(4, [0])] });
  expect(known.all).toEqual([server(2, [1]), server(4, [0])]);
  expect(known.counts).toEqual({ configured: 2, usable: 1 });
});
