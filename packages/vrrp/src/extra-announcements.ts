/**
 * Switches learn from adverts behind which port the MAC address of their interface is, but not those
 * of other interfaces with addresses of the instance.
 */
import { isDue } from '@tandem/time';
import type { VirtualAddress, VrrpInstanceSettings } from './settings.ts';
import { allAddresses } from './state.ts';
import { announce, armExtraAnnouncements, type Turn } from './turn.ts';

/** What is due of them while MASTER. @see keepalived.conf(5) garp_extra_if */
export function announceExtra(turn: Turn): void {
  const { settings, garpExtraDue } = turn.state;
  if (!isDue(garpExtraDue, turn.now)) return;
  armExtraAnnouncements(turn);
  const addresses = extraAddresses(settings);
  if (addresses.length > 0) announce(turn, 1, addresses);
}

/** @returns one address of each of those interfaces */
function extraAddresses(settings: VrrpInstanceSettings): VirtualAddress[] {
  const { interface: parent, virtualInterface, addressInterfaces = [], garp } = settings;
  const own = virtualInterface?.hardwareAddress === undefined ? parent : virtualInterface.name;
  const macvlans = new Set(addressInterfaces.map(({ name }) => name));
  const firsts = new Map<string, VirtualAddress>();
  for (const address of allAddresses(settings)) {
    const { device } = address;
    const isMeant = garp.extra?.all === true ? device !== own : macvlans.has(device);
    if (isMeant && !firsts.has(device)) firsts.set(device, address);
  }
  return [...firsts.values()];
}
