import { allAddresses, isSameAddress, type VirtualAddress } from '@tandem/vrrp';
import type { Backlog } from './backlog.ts';
import type { InstanceDriver } from './instance-driver.ts';
import type { VirtualLinks } from './virtual-links.ts';

/**
 * Tells the instances that an address belongs to that somebody else took it off, unless it went with
 * its interface. Hundreds may go at once: no advert waits until all are told.
 * @param address - that is gone
 * @param withLink - whether its interface was losing its addresses then
 * @param links - that know of the interfaces that come and go: one that goes down takes its IPv6
 *   addresses with it
 * @param instances - all of them, and the order in which they do what may wait
 */
export async function tellLoss(
  { address, withLink }: { readonly address: VirtualAddress; readonly withLink: boolean },
  links: Pick<VirtualLinks, 'isThere' | 'isUp'>,
  instances: { readonly backlog: Backlog; all(): readonly InstanceDriver[] },
): Promise<void> {
  if (!(await links.isThere(address.device))) return;
  await instances.backlog.turn();
  const isAlone = !withLink && links.isUp(address.device);
  const type = isAlone ? 'address-removed' : 'address-missing';
  for (const driver of instances.all())
    if (allAddresses(driver.state.settings).some((own) => isSameAddress(own, address)))
      driver.step({ type, address });
}
