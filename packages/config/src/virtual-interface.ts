/** The interfaces that instances make for their adverts and addresses. */
import { ipFamily } from '@tandem/inet';
import type {
  AddressInterface,
  VirtualAddress,
  VirtualInterface,
  VrrpInstanceSettings,
} from '@tandem/vrrp';
import type { Call } from './call.ts';
import type { InstanceDraft } from './keywords/vrrp-instance.ts';
import { vmacAddress } from './keywords/use-vmac.ts';

const PREFIX = 'vrrp';
/** @see linux/if.h IFNAMSIZ */
const NAME_LENGTH_MAX = 15;

/**
 * @param draft - the block as read
 * @param instance - what follows from it
 * @param call - the statement that opens the block
 * @returns with the name that was chosen for it, if one was
 */
export function finishVirtualInterface(
  draft: InstanceDraft,
  instance: Pick<VrrpInstanceSettings, 'family' | 'virtualRouterId' | 'unicast'>,
  call: Call,
): Pick<VrrpInstanceSettings, 'virtualInterface'> {
  const { vmac, ipvlan, vmacXmitBase = false } = draft;
  const { family, virtualRouterId, unicast } = instance;
  if (ipvlan !== undefined) {
    const { name, mode, address } = ipvlan;
    const isRight = address === undefined || ipFamily(address.address) === family;
    if (!isRight) {
      const message = `use_ipvlan ${address.address} is not of the instance's family, IPv${family}; ignoring it`;
      call.complain('ADDRESS_FAMILY_MISMATCH', message, { at: call.inside('use_ipvlan') });
    }
    const settings = { mode, ...(address !== undefined && isRight && { address }) };
    return { virtualInterface: { ...named(name), ipvlan: settings, advertsBelow: false } };
  }
  if (vmac === undefined) return {};
  // Answers of peers go to the address of the interface below.
  const advertsBelow = unicast !== undefined || vmacXmitBase;
  const hardwareAddress = vmacAddress(vmac, family, virtualRouterId);
  return { virtualInterface: { ...named(vmac.name), hardwareAddress, advertsBelow } };
}

type Placed = Pick<
  VrrpInstanceSettings,
  'addresses' | 'excludedAddresses' | 'virtualInterface' | 'addressInterfaces'
>;

/**
 * Puts addresses on macvlans of their own, as far as they are not on that of the instance. They get
 * their names when all instances are known; until then they have one that no interface can have.
 * @param instance - finished but for them
 * @param wants - says whether an address is to be on one
 */
export function placeOnAddressInterfaces(
  instance: Placed & Pick<VrrpInstanceSettings, 'interface' | 'family' | 'virtualRouterId'>,
  wants: (address: VirtualAddress) => boolean,
): Pick<Placed, 'addresses' | 'excludedAddresses' | 'addressInterfaces'> {
  const { virtualRouterId, addresses, excludedAddresses } = instance;
  const made = new Map<string, AddressInterface>();
  const place = (address: VirtualAddress): VirtualAddress => {
    if (isOnInstance(instance, address) || !wants(address)) return address;
    const { device: parent } = address;
    const family = ipFamily(address.address);
    const name = `${parent} ${family}`;
    const hardwareAddress = vmacAddress({}, family, virtualRouterId);
    made.set(name, { name, parent, family, hardwareAddress });
    return { ...address, device: name };
  };
  const placed = {
    addresses: addresses.map(place),
    excludedAddresses: excludedAddresses.map(place),
  };
  return made.size === 0 ? placed : { ...placed, addressInterfaces: [...made.values()] };
}

/** @returns whether an address goes to the macvlan of its instance */
function isOnInstance(
  instance: Pick<VrrpInstanceSettings, 'interface' | 'family' | 'virtualInterface'>,
  { device, address }: VirtualAddress,
): boolean {
  const { interface: parent, family, virtualInterface } = instance;
  const isMacvlan = virtualInterface?.hardwareAddress !== undefined;
  return isMacvlan && device === parent && ipFamily(address) === family;
}

/** What all names have to do with. */
export interface NamingContext {
  /** Of names that nobody chose. */
  readonly prefix: string | undefined;
  /** Of those of macvlans for addresses alone; absent: the other one. */
  readonly addressPrefix: string | undefined;
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
  const { names, owners } = namesOf(instances, context);
  const prefix = context.addressPrefix ?? context.prefix ?? PREFIX;
  return instances.map((each) => {
    const { addresses, excludedAddresses } = each;
    const name = names.get(each.name);
    const own = each.virtualInterface && name && renamed(each.virtualInterface, name);
    const devices = new Map<string, string>();
    const others = each.addressInterfaces?.map((other) => {
      const free = freeName({ ...each, family: other.family }, prefix, owners);
      owners.set(free, each.name);
      devices.set(other.name, free);
      return { ...other, name: free };
    });
    if (own === undefined && others === undefined) return each;
    const place = (address: VirtualAddress): VirtualAddress => {
      const device = own && isOnInstance(each, address) ? own.name : devices.get(address.device);
      return device === undefined ? address : { ...address, device };
    };
    return {
      ...each,
      ...(own === undefined ? {} : { virtualInterface: own }),
      ...(others === undefined ? {} : { addressInterfaces: others }),
      addresses: addresses.map(place),
      excludedAddresses: excludedAddresses.map(place),
    };
  });
}

type Name = Pick<VirtualInterface, 'name' | 'isNamed'>;

function named(name: string | undefined): Name {
  return name === undefined ? { name: '' } : { name, isNamed: true };
}

/** A name that could not be had is no choice any more. */
function renamed(settings: VirtualInterface, name: Name): VirtualInterface {
  const { isNamed: _, ...rest } = settings;
  return { ...rest, ...name };
}

/** @returns by name of the instance; names that somebody chose come before others */
function namesOf(
  instances: readonly VrrpInstanceSettings[],
  { prefix = PREFIX, taken }: NamingContext,
): { names: ReadonlyMap<string, Name>; owners: Map<string, string | undefined> } {
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
  return { names, owners };
}

/** @returns `vrrp.51`, for IPv6 else `vrrp6.51`, else `vrrp1.51` and so on */
function freeName(
  { family, virtualRouterId }: Pick<VrrpInstanceSettings, 'family' | 'virtualRouterId'>,
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
