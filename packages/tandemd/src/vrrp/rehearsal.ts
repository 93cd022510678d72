/** What runs when a master has died must not be compiled only then. */
import { between, ManualClock } from '@tandem/time';
import type { VrrpState } from '@tandem/vrrp';
import { AddressKeeper } from './address-keeper.ts';
import { AdvertSender } from './advert-sender.ts';
import { Announcer } from './announcer.ts';
import { InstanceDriver } from './instance-driver.ts';
import type { InterfaceTable } from './interface-table.ts';

const nothing = (): void => {};
const done = (): Promise<void> => Promise.resolve();

/** A socket that takes all and sends nothing. */
const STAGE = {
  send: (messages: readonly unknown[]): number => messages.length,
  onWritable: nothing,
  close: nothing,
};

/**
 * Plays a takeover with all its code and without the world: V8 compiles a function when it is
 * first called, which made the first takeover of a process milliseconds late.
 * @param instance - any, if there is one; without an address it goes no further than to FAULT
 * @param interfaces - its devices
 */
export async function rehearseTakeover(
  instance: Pick<VrrpState, 'settings' | 'source'> | undefined,
  interfaces: InterfaceTable,
): Promise<void> {
  if (instance === undefined) return;
  const { settings, source } = instance;
  const { syncGroup: _syncGroup, ...alone } = settings;
  const clock = new ManualClock();
  const sender = new AdvertSender(STAGE, () => 0);
  const announcer = new Announcer(interfaces, nothing, STAGE);
  const driver = new InstanceDriver(
    { ...alone, priority: 1, initialState: 'BACKUP', trackers: [] },
    {
      clock,
      epochMs: () => 0,
      turn: done,
      deadlines: { set: nothing },
      firewall: {
        close: done,
        setSilent: done,
        redirects: { direct: nothing, resign: nothing, describe: () => [] },
      },
      addresses: new AddressKeeper({ addAddress: done, deleteAddress: done }, interfaces),
      routing: { want: done, release: done, problemsWith: () => [] },
      sendAdvertisement: (advert) => sender.send({ ...advert, interfaceIndex: 0 }),
      announce: (_name, addresses, rounds) => announcer.announce(addresses, rounds),
      log: nothing,
      runScript: nothing,
      sendMail: nothing,
      stateChanged: nothing,
      followed: nothing,
      tellFifos: nothing,
    },
  );
  driver.step({ type: 'start', interfaceUp: true, source });
  const { deadline } = driver.state;
  if (deadline !== undefined) clock.advance(between(clock.now(), deadline));
  driver.step({ type: 'timer' });
  await driver.settled();
  driver.close();
}
