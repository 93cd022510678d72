import { ManualClock, milliseconds } from '@tandem/time';
import { SocketError } from '@tandem/raw-socket';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AdvertNetwork } from '../../src/vrrp/advert-network.ts';
import { InterfaceTable } from '../../src/vrrp/interface-table.ts';
import { Rehearsal, type Player, type Stage } from '../../src/vrrp/rehearsal.ts';
import { SequenceNumbers } from '../../src/vrrp/sequence-numbers.ts';
import { EMPTY_STAGE } from './empty-stage.ts';
import { groupOf, ip, kernelAddress, kernelLink, ownerSettings, vip } from './fake-host.ts';

const V4: Player = { settings: ownerSettings({ priority: 100 }), source: ip('10.77.0.1') };
const V6: Player = {
  settings: ownerSettings({
    family: 6,
    version: 3,
    multicastGroup: ip('ff02::12'),
    addresses: [vip('fd00::100')],
  }),
  source: ip('fe80::1'),
};

/** A stage that writes down, in words, what is asked of the kernel. */
function watched(happened: string[]): Stage {
  return {
    requests: {
      ...EMPTY_STAGE.requests,
      addAddress: async ({ address, interfaceIndex }) =>
        void happened.push(`add ${address} ${interfaceIndex}`),
    },
    openNetwork: () => ({
      send: ({ settings, priority }) => void happened.push(`advert ${settings.family} ${priority}`),
      announce: (addresses) => void happened.push(`announce ${addresses[0]?.address}`),
    }),
  };
}

function refuse(): never {
  throw new SocketError('socket', 24);
}

function fail(text: string): void {
  expect.fail(text);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

function rehearsalOn(stage: Stage, clock = new ManualClock(1000)): Rehearsal {
  const interfaces = new InterfaceTable();
  interfaces.load([kernelLink()], [kernelAddress('10.77.0.1')]);
  return new Rehearsal(interfaces, clock, stage);
}

/** Plays on eth0 until the rehearsal ends, or for some rounds. */
async function play(players: readonly Player[], stage: Stage, rounds = Infinity): Promise<void> {
  await playOn(rehearsalOn(stage), players, rounds);
}

async function playOn(
  rehearsal: Rehearsal,
  players: readonly Player[],
  rounds: number,
): Promise<void> {
  let round = 0;
  const isOver = (): boolean => (round += 1) > rounds;
  const ended = { yet: false };
  const drivers = players.map((state) => ({ state }));
  const end = rehearsal.play(drivers, isOver, fail).then(() => (ended.yet = true));
  while (!ended.yet) {
    await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(5);
  }
  await end;
}

test('a rehearsal sends adverts, sets addresses and announces them where no interface is', async () => {
  const happened: string[] = [];
  await play([V4, V4, V6], watched(happened), 1);
  expect([...new Set(happened)]).toEqual([
    'advert 4 1',
    'add 10.77.0.100 2147483645',
    'announce 10.77.0.100',
    'advert 6 1',
    'add fd00::100 2147483645',
    'announce fd00::100',
  ]);
});

test('a rehearsal is repeated some dozens of times, and then leaves no timer', async () => {
  const happened: string[] = [];
  await play([V4], watched(happened));
  expect(happened.filter((each) => each.startsWith('add ')).length).toBeGreaterThan(30);
  expect(vi.getTimerCount()).toBe(0);
});

test('a takeover is played once more before it comes, but not for each instance', async () => {
  const happened: string[] = [];
  const clock = new ManualClock(1000);
  const rehearsal = rehearsalOn(watched(happened), clock);
  const player = {
    ...V4,
    settings: { ...V4.settings, addresses: [vip('10.77.0.100'), vip('10.77.0.101')] },
  };
  const repeated = async (): Promise<string[]> => {
    happened.length = 0;
    rehearsal.repeat(player);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return [...happened];
  };
  expect(await repeated()).toEqual([]);
  await playOn(rehearsal, [V4], 1);
  const results = [];
  for (const wait of [0, 1, 98, 1]) {
    clock.advance(milliseconds(wait));
    results.push(await repeated());
  }
  const whole = ['advert 4 1', 'add 10.77.0.100 2147483645', 'announce 10.77.0.100'];
  expect(results).toEqual([whole, [], [], whole]);
});

test('an owner, a member of a group and an instance without an address rehearse, too', async () => {
  const { vrrpInstances } = groupOf([ownerSettings({ priority: 100 })], ownerSettings());
  for (const settings of vrrpInstances)
    for (const source of [ip('10.77.0.1'), undefined])
      await play([{ settings, source }], EMPTY_STAGE, 1);
  expect(vi.getTimerCount()).toBe(0);
});

test('without descriptors there is no rehearsal, which is said, and nothing else comes of it', async () => {
  const rehearsal = rehearsalOn({ ...EMPTY_STAGE, openNetwork: refuse });
  const said: string[] = [];
  await rehearsal.play(
    [{ state: V4 }],
    () => false,
    (text) => said.push(text),
  );
  expect(said).toEqual([expect.stringMatching(/cannot be rehearsed: .*EMFILE/)]);
  rehearsal.repeat(V4);
});

test('the kernel refuses what is sent in a rehearsal', async () => {
  const results: (string | undefined)[] = [];
  const openNetwork: Stage['openNetwork'] = (interfaces) => {
    const ignore = { packet: () => {}, garbage: () => {}, detail: () => {}, warn: () => {} };
    const network = new AdvertNetwork(interfaces, ignore, new SequenceNumbers(0, 0));
    return {
      send: (advert) => {
        results.push(network.send(advert));
        return undefined;
      },
      announce: (addresses, rounds) => network.announce(addresses, rounds),
    };
  };
  await play([V4, V6], { ...EMPTY_STAGE, openNetwork }, 1);
  expect(results.length).toBeGreaterThan(2);
  expect(new Set(results)).toEqual(new Set(['ENODEV']));
});
