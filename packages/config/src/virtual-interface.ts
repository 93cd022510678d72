/** The interfaces that instances make for their addresses. */
import type { VirtualAddress, VrrpInstanceSettings } from '@tandem/vrrp';
import type { InstanceDraft } from './keywords/vrrp-instance.ts';
import { vmacAddress } from './keywords/use-vmac.ts';

const PREFIX = 'vrrp';

/**
 * @param draft - the block as read
 * @param instance - what follows from it
 * @returns with the name that it has if nobody else has it
 */
export function finishVirtualInterface(
  draft: InstanceDraft,
  instance: Pick<VrrpInstanceSettings, 'family' | 'virtualRouterId' | 'unicast'> & {
    readonly strict: boolean;
  },
): Pick<VrrpInstanceSettings, 'virtualInterface'> {
  const { vmac, vmacXmitBase = false, globals } = draft;
  const { family, virtualRouterId, unicast, strict } = instance;
  const advertsBelow = vmacXmitBase && !strict;
  if (vmac === undefined || (unicast !== undefined && !advertsBelow)) return {};
  const name = vmac.name ?? `${globals.vmacPrefix ?? PREFIX}.${virtualRouterId}`;
  const hardwareAddress = vmacAddress(vmac, family, virtualRouterId);
  return { virtualInterface: { name, hardwareAddress, advertsBelow } };
}

/**
 * Gives each virtual interface a name of its own, as keepalived does, and the addresses of an
 * instance to its virtual interface.
 * @param instances - in configuration order; the first keeps its name
 */
export function placeOnVirtualInterfaces(
  instances: readonly VrrpInstanceSettings[],
): VrrpInstanceSettings[] {
  const taken = new Set<string>();
  return instances.map((each) => {
    const { virtualInterface, interface: parent, addresses, excludedAddresses } = each;
    if (virtualInterface === undefined) return each;
    const name = freeName(each, virtualInterface.name, taken);
    taken.add(name);
    const place = (address: VirtualAddress): VirtualAddress =>
      address.device === parent ? { ...address, device: name } : address;
    return {
      ...each,
      virtualInterface: { ...virtualInterface, name },
      addresses: addresses.map(place),
      excludedAddresses: excludedAddresses.map(place),
    };
  });
}

/** @returns `vrrp.51`, for IPv6 else `vrrp6.51`, else `vrrp1.51` and so on */
function freeName(
  { family, virtualRouterId }: VrrpInstanceSettings,
  wanted: string,
  taken: ReadonlySet<string>,
): string {
  const end = `.${virtualRouterId}`;
  const stem = wanted.endsWith(end) ? wanted.slice(0, -end.length) : PREFIX;
  let name = wanted;
  if (taken.has(name) && family === 6) name = `${stem}6${end}`;
  for (let i = 1; taken.has(name); i += 1) name = `${stem}${i}${end}`;
  return name;
}
