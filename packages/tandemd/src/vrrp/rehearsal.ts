/** What runs when a master has died must not be compiled only then. */
import { between, instant, ManualClock } from '@tandem/time';
import type { VrrpState } from '@tandem/vrrp';
import { AddressKeeper, type AddressRequests } from './address-keeper.ts';
import type { AdvertNetwork } from './advert-network.ts';
import { advertInterfaceOf } from './audience.ts';
import { Backlog } from './backlog.ts';
import { Deadlines, type AlarmPort } from './deadlines.ts';
import { InstanceDriver } from './instance-driver.ts';
import { InterfaceTable } from './interface-table.ts';
import { Reporter } from './reporter.ts';

/** The real kernel, which is asked for things that it cannot do. */
export interface Stage {
  readonly requests: AddressRequests;
  readonly openNetwork: (
    interfaces: InterfaceTable,
  ) => Pick<AdvertNetwork, 'send' | 'announce' | 'close'>;
}

/** Who plays. */
export type Player = Pick<VrrpState, 'settings' | 'source'>;

/** No interface has this index, so that nothing is sent and no address set. */
const NOWHERE = 0x7fff_ffff;

/** After as many V8 has compiled, more or less, all that it will. */
const ROUNDS = 60;
/** Of each round. */
const ADVERTS = 20;
/** Each takes up to a millisecond, which others may need. */
const PAUSE_MS = 5;

const nothing = (): void => {};
const done = (): Promise<void> => Promise.resolve();

/** What a rehearsal is of. */
export interface Play {
  /** Of all instances; one of each family plays. */
  readonly drivers: readonly { readonly state: Player }[];
  /** Those of the instances. */
  readonly interfaces: InterfaceTable;
  /** Whether to stop. */
  readonly isOver: () => boolean;
}

/**
 * Plays takeovers with all their code: V8 compiles a function when it is first called, and well only
 * when it has been called often, which made the first takeover of a process milliseconds late.
 * @returns when it is over; nothing has changed then
 */
export async function rehearse({ drivers, interfaces, isOver }: Play, stage: Stage): Promise<void> {
  const cast = ([4, 6] as const).flatMap(
    (family) => drivers.find(({ state }) => state.settings.family === family)?.state ?? [],
  );
  if (cast.length === 0) return;
  const scenery = sceneryOf(cast, interfaces);
  const network = stage.openNetwork(scenery);
  const set = { interfaces: scenery, network, requests: forgiving(stage.requests) };
  for (let round = 0; round < ROUNDS && !isOver(); round += 1) {
    for (const player of cast) await takeOver(player, set);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, PAUSE_MS).unref();
    });
  }
  network.close();
}

/** The same interfaces, elsewhere. */
function sceneryOf(cast: readonly Player[], interfaces: InterfaceTable): InterfaceTable {
  const scenery = new InterfaceTable();
  const names = cast.flatMap(({ settings }) => [
    advertInterfaceOf(settings),
    ...settings.addresses.map(({ device }) => device),
  ]);
  for (const [i, name] of [...new Set(names)].entries()) {
    const link = interfaces.named(name);
    if (link !== undefined) scenery.noteLink({ ...link, index: NOWHERE - i }, false);
  }
  return scenery;
}

/** All that a takeover touches. */
interface StageSet {
  readonly interfaces: InterfaceTable;
  readonly network: ReturnType<Stage['openNetwork']>;
  readonly requests: AddressRequests;
}

async function takeOver(
  { settings, source }: Player,
  { interfaces, network, requests }: StageSet,
): Promise<void> {
  const { syncGroup: _syncGroup, ...alone } = settings;
  const clock = new ManualClock();
  let ring = nothing;
  let alarmAt: number | undefined;
  const openAlarm = (wake: () => void): AlarmPort => {
    ring = wake;
    return { set: (atMs) => (alarmAt = atMs) };
  };
  const backlog = new Backlog();
  const reporter = new Reporter(clock, nothing);
  const driver = new InstanceDriver(
    { ...alone, priority: 1, initialState: 'BACKUP', trackers: [] },
    {
      clock,
      epochMs: () => 0,
      turn: () => backlog.turn(),
      deadlines: new Deadlines(clock, openAlarm),
      firewall: {
        close: done,
        setSilent: done,
        redirects: { direct: nothing, resign: nothing, describe: () => [] },
      },
      addresses: new AddressKeeper(requests, interfaces),
      trackers: { problemWith: () => undefined },
      routing: { want: done, release: done, problemsWith: () => [] },
      sendAdvertisement: (advert) => network.send(advert),
      announce: (_name, addresses, rounds) => network.announce(addresses, rounds),
      log: (line, isTransition) => reporter.logInstance(line, isTransition),
      runScript: nothing,
      sendMail: nothing,
      stateChanged: nothing,
      followed: nothing,
      tellFifos: nothing,
    },
  );
  driver.step({ type: 'start', interfaceUp: true, source });
  driver.step({ type: 'interface', up: false });
  driver.step({ type: 'interface', up: true });
  const passTime = (): void => {
    if (alarmAt !== undefined) clock.advance(between(clock.now(), instant(alarmAt)));
    ring();
  };
  passTime();
  await new Promise((resolve) => setImmediate(resolve));
  await driver.settled();
  for (let advert = 1; advert < ADVERTS; advert += 1) passTime();
  driver.close();
}

/** As if the kernel had done it. */
function forgiving(requests: AddressRequests): AddressRequests {
  return {
    addAddress: (address) => requests.addAddress(address).catch(nothing),
    deleteAddress: (address) => requests.deleteAddress(address).catch(nothing),
  };
}
