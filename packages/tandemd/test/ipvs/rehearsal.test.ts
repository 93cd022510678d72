import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CheckSettings, VirtualServerSettings } from '@tandem/health';
import { formatServiceKey, type TableChange } from '@tandem/ipvs';
import { rehearse, type Stage } from '../../src/ipvs/rehearsal.ts';
import { httpCheck, tcpCheck } from '../../../health/test/settings.ts';
import { BOX1, realServer, virtualServer } from './settings.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** A virtual server whose only real server is checked so. */
function checkedBy(...checks: readonly CheckSettings[]): VirtualServerSettings {
  return virtualServer({ realServers: [realServer({ checks })] });
}

function noStage(): Promise<Stage> {
  return Promise.reject(new Error('no IPVS'));
}

/** Plays until the rehearsal ends, or for some rounds. @returns what was asked of the kernel */
async function play(
  virtualServers: readonly VirtualServerSettings[],
  rounds = Infinity,
): Promise<readonly TableChange[]> {
  const asked: TableChange[] = [];
  let closed = 0;
  const stage: Stage = {
    apply: async (changes) => {
      asked.push(...changes);
      return changes.map(() => undefined);
    },
    close: () => void (closed += 1),
  };
  let round = 0;
  const isOver = (): boolean => (round += 1) > rounds;
  const ended = { yet: false };
  const end = rehearse({ virtualServers, isOver }, async () => stage).then(
    () => (ended.yet = true),
  );
  while (!ended.yet) {
    await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(20);
  }
  await end;
  expect(closed).toBe(asked.length > 0 ? 1 : 0);
  return asked;
}

test.each([
  ['TCP_CHECK', tcpCheck()],
  ['HTTP_GET', httpCheck()],
])(
  'a rehearsal with %s takes a server out of a service that is nowhere, and back',
  async (_, check) => {
    const asked = await play([checkedBy(check)], 1);
    expect(new Set(asked.map(({ type }) => type))).toEqual(
      new Set(['add-destination', 'delete-destination']),
    );
    expect(asked.filter(({ type }) => type === 'delete-destination')).toContainEqual(
      expect.objectContaining({ address: BOX1 }),
    );
    for (const each of asked)
      expect('key' in each && formatServiceKey(each.key)).toBe('255 0.0.0.0:0');
  },
);

test('a rehearsal is repeated some dozens of times, and then leaves no timer', async () => {
  const asked = await play([checkedBy(tcpCheck())]);
  expect(asked.filter(({ type }) => type === 'delete-destination').length).toBeGreaterThan(200);
  expect(vi.getTimerCount()).toBe(0);
});

test('one checker of each type rehearses, however many there are', async () => {
  const one = await play([checkedBy(tcpCheck())], 1);
  const many = [1, 2, 3].map(() => checkedBy(tcpCheck(), tcpCheck()));
  expect(await play(many, 1)).toHaveLength(one.length);
  expect(await play([checkedBy(tcpCheck(), httpCheck())], 1)).toHaveLength(2 * one.length);
});

test('without checks, and without IPVS, there is no rehearsal', async () => {
  expect(await play([virtualServer()])).toEqual([]);
  const virtualServers = [checkedBy(tcpCheck())];
  await rehearse({ virtualServers, isOver: () => false }, noStage);
  expect(vi.getTimerCount()).toBe(0);
});
