/** The interfaces that instances make for their addresses. */
import { ipFamily } from '@tandem/inet';
import type { VirtualAddress, VrrpInstanceSettings } from '@tandem/vrrp';
import type { InstanceDraft } from './keywords/vrrp-instance.ts';
import { vmacAddress } from './keywords/use-vmac.ts';

const PREFIX = 'vrrp';
/** @see linux/if.h IFNAMSIZ */
const NAME_LENGTH_MAX = 15;

/**
 * @param draft - the block as read
 * @param instance - what follows from it
 * @returns with the name that was chosen for it, if one was
 */
export function finishVirtualInterface(
  draft: InstanceDraft,
  instance: Pick<VrrpInstanceSettings, 'family' | 'virtualRouterId' | 'unicast'>,
): Pick<VrrpInstanceSettings, 'virtualInterface'> {
  const { vmac, vmacXmitBase = false } = draft;
  const { family, virtualRouterId, unicast } = instance;
  // Answers of peers go to the address of the interface below.
  const advertsBelow = unicast !== undefined || vmacXmitBase;
  if (vmac === undefined) return {};
  const name = vmac.name === undefined ? { name: '' } : named(vmac.name);
  const hardwareAddress = vmacAddress(vmac, family, virtualRouterId);
  return { virtualInterface: { ...name, hardwareAddress, advertsBelow } };
}

/** What all names have to do with. */
export interface NamingContext {
  /** Of names that nobody chose. */
  readonly prefix: string | undefined;
  /** Told of an instance whose name is another's: of that instance, or undefined of an interface. */
  readonly taken: (instance: string, name: string, by: string | undefined) => void;
}

/**
 * Gives each virtual interface a name of its own, as keepalived does, and the addresses of an
 * instance to its virtual interface, those of the other family aside, which its MAC address is not for.
 * @param instances - in configuration order; of two with the same name the first keeps it
 */
export function placeOnVirtualInterfaces(
  instances: readonly VrrpInstanceSettings[],
  context: NamingContext,
): VrrpInstanceSettings[] {
  const names = namesOf(instances, context);
  return instances.map((each) => {
    const { virtualInterface, interface: parent, addresses, excludedAddresses, family } = each;
    const name = names.get(each.name);
    if (virtualInterface === undefined || name === undefined) return each;
    const { hardwareAddress, advertsBelow } = virtualInterface;
    const place = (address: VirtualAddress): VirtualAddress =>
      address.device === parent && ipFamily(address.address) === family
        ? { ...address, device: name.name }
        : address;
    return {
      ...each,
      virtualInterface: { ...name, hardwareAddress, advertsBelow },
      addresses: addresses.map(place),
      excludedAddresses: excludedAddresses.map(place),
    };
  });
}

type Name = Pick<NonNullable<VrrpInstanceSettings['virtualInterface']>, 'name' | 'isNamed'>;

function named(name: string): Name {
  return { name, isNamed: true };
}

/** @returns by name of the instance; names that somebody chose come before others */
function namesOf(
  instances: readonly VrrpInstanceSettings[],
  { prefix = PREFIX, taken }: NamingContext,
): ReadonlyMap<string, Name> {
  const owners = new Map<string, string | undefined>(
    instances.map((each) => [each.interface, undefined]),
  );
  const names = new Map<string, Name>();
  for (const { name: instance, virtualInterface } of instances) {
    if (virtualInterface?.isNamed !== true) continue;
    const { name } = virtualInterface;
    if (owners.has(name)) {
      taken(instance, name, owners.get(name));
      continue;
    }
    owners.set(name, instance);
    names.set(instance, named(name));
  }
  for (const each of instances) {
    if (each.virtualInterface === undefined || names.has(each.name)) continue;
    const name = freeName(each, prefix, owners);
    owners.set(name, each.name);
    names.set(each.name, { name });
  }
  return names;
}

/** @returns `vrrp.51`, for IPv6 else `vrrp6.51`, else `vrrp1.51` and so on */
function freeName(
  { family, virtualRouterId }: VrrpInstanceSettings,
  prefix: string,
  taken: ReadonlyMap<string, unknown>,
): string {
  const nameWith = (number: string): string => {
    const end = `${number}.${virtualRouterId}`;
    return `${prefix.slice(0, NAME_LENGTH_MAX - end.length)}${end}`;
  };
  let name = nameWith('');
  if (taken.has(name) && family === 6) name = nameWith('6');
  for (let i = 1; taken.has(name); i += 1) name = nameWith(String(i));
  return name;
}
