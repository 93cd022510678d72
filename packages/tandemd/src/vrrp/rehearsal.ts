/** What runs when a master has died must not be compiled only then. */
import { between, instant, ManualClock, type Clock, type Instant } from '@tandem/time';
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
  readonly openNetwork: (interfaces: InterfaceTable) => Pick<AdvertNetwork, 'send' | 'announce'>;
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

/** Of what has been played so lately nothing is forgotten. */
const FRESH_MS = 100;

const nothing = (): void => {};
const done = (): Promise<void> => Promise.resolve();

/** Plays takeovers with all their code, of which nothing is left. */
export class Rehearsal {
  readonly #interfaces: InterfaceTable;
  readonly #clock: Clock;
  readonly #stage: Stage;
  #set: StageSet | undefined;
  #repeatedAt: Instant = instant(-Infinity);

  /** @param interfaces - those of the instances */
  constructor(interfaces: InterfaceTable, clock: Clock, stage: Stage) {
    this.#interfaces = interfaces;
    this.#clock = clock;
    this.#stage = stage;
  }

  /**
   * V8 compiles a function when it is first called, and well only when it has been called often, which
   * made the first takeover of a process milliseconds late.
   * @param drivers - of all instances; one of each family plays
   * @param isOver - whether to stop
   * @param say - told when it cannot be done, as for want of descriptors: nothing else depends on it
   * @returns when it is over
   */
  async play(
    drivers: readonly { readonly state: Player }[],
    isOver: () => boolean,
    say: (text: string) => void,
  ): Promise<void> {
    try {
      await this.#playRounds(drivers, isOver);
    } catch (error) {
      say(
        `The first takeover may be some milliseconds late, as it cannot be rehearsed: ${String(error)}`,
      );
    }
  }

  async #playRounds(
    drivers: readonly { readonly state: Player }[],
    isOver: () => boolean,
  ): Promise<void> {
    const cast = ([4, 6] as const).flatMap(
      (family) => drivers.find(({ state }) => state.settings.family === family)?.state ?? [],
    );
    for (let round = 0; cast.length > 0 && round < ROUNDS && !isOver(); round += 1) {
      for (const player of cast) await takeOver(player, this.#setFor(player), ADVERTS);
      await new Promise<void>((resolve) => {
        setTimeout(resolve, PAUSE_MS).unref();
      });
    }
  }

  /**
   * What has not run for seconds is in none of the processor's caches any more, and then takes twice as
   * long. Does nothing where nothing has been played yet: that would take longer than there is.
   * @param player - about to take over; plays with one of its addresses, of which it may have hundreds
   */
  repeat({ settings, source }: Player): void {
    const now = this.#clock.now();
    if (this.#set === undefined || between(this.#repeatedAt, now) < FRESH_MS) return;
    this.#repeatedAt = now;
    const addresses = settings.addresses.slice(0, 1);
    const player = { settings: { ...settings, addresses, excludedAddresses: [] }, source };
    void takeOver(player, this.#setFor(player), 1).catch(nothing);
  }

  /** The same interfaces, elsewhere. */
  #setFor({ settings }: Player): StageSet {
    const { interfaces, ...set } = (this.#set ??= this.#build());
    const devices = settings.addresses.map(({ device }) => device);
    for (const name of [advertInterfaceOf(settings), ...devices]) {
      const link = this.#interfaces.named(name);
      if (link !== undefined) interfaces.noteLink({ ...link, index: NOWHERE - link.index }, false);
    }
    return { interfaces, ...set };
  }

  #build(): StageSet {
    const interfaces = new InterfaceTable();
    const network = this.#stage.openNetwork(interfaces);
    return { interfaces, network, requests: forgiving(this.#stage.requests) };
  }
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
  adverts: number,
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
        setIdle: done,
        redirects: { direct: nothing, resign: nothing, describe: () => [] },
      },
      addresses: new AddressKeeper(requests, interfaces),
      trackers: { problemWith: () => undefined },
      routing: { want: done, release: done, problemsWith: () => [] },
      advertiseRouter: nothing,
      routerReport: () => undefined,
      sendAdvertisement: (advert) => network.send(advert),
      announce: (_name, addresses, rounds) => network.announce(addresses, rounds),
      log: (line, isTransition) => reporter.logInstance(line, isTransition),
      runScript: nothing,
      sendMail: nothing,
      stateChanged: nothing,
      followed: nothing,
      aboutToTakeOver: nothing,
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
  // Until it hears that its deadline is near, and until it has come.
  passTime();
  passTime();
  await new Promise((resolve) => setImmediate(resolve));
  await driver.settled();
  for (let advert = 1; advert < adverts; advert += 1) passTime();
  driver.close();
}

/** As if the kernel had done it. */
function forgiving(requests: AddressRequests): AddressRequests {
  return {
    addAddress: (address) => requests.addAddress(address).catch(nothing),
    deleteAddress: (address) => requests.deleteAddress(address).catch(nothing),
  };
}
