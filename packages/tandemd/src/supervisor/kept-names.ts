import type { Settings } from '@tandem/config';
import type { VirtualAddress, VrrpInstanceSettings } from '@tandem/vrrp';
import { identityOf } from '../vrrp/audience.ts';

/** A virtual interface of an instance. */
interface Item {
  /** The same for it before and after a reload, under any name. */
  readonly key: string;
  readonly name: string;
  readonly virtualRouterId: number;
  readonly isNamed: boolean;
}

/**
 * Lets virtual interfaces keep the names that they run with. Of several that nobody has named, each
 * one's default depends on which others there are; but a reload must not rename, and so make again,
 * what it does not mean.
 * @param wanted - as the configuration has them
 * @param running - as they are now
 * @returns the wanted ones under names that are distinct
 */
export function keepingNames(wanted: Settings, running: Settings): Settings {
  const { vrrpInstances } = wanted;
  const names = namesOf(vrrpInstances.flatMap(itemsOf), running.vrrpInstances.flatMap(itemsOf));
  return { ...wanted, vrrpInstances: vrrpInstances.map((each) => withNames(each, names)) };
}

/** @returns by the names that the configuration gives */
function namesOf(wanted: readonly Item[], running: readonly Item[]): ReadonlyMap<string, string> {
  const before = new Map(
    running.filter(({ isNamed }) => !isNamed).map(({ key, name }) => [key, name]),
  );
  const defaults = wanted.filter(({ isNamed }) => !isNamed);
  const taken = new Set(wanted.flatMap(({ isNamed, name }) => (isNamed ? [name] : [])));
  const names = new Map<string, string>();
  const give = (each: Item, name: string | undefined): boolean => {
    if (name === undefined || taken.has(name)) return false;
    taken.add(name);
    names.set(each.name, name);
    return true;
  };
  const others = defaults.filter((each) => {
    const name = before.get(each.key);
    return stemOf(name) !== stemOf(each.name) || !give(each, name);
  });
  // As many defaults are free as there are left to be given one.
  for (const each of others) {
    const free = defaults.filter((one) => one.virtualRouterId === each.virtualRouterId);
    [each, ...free].some(({ name }) => give(each, name));
  }
  return names;
}

function withNames(
  settings: VrrpInstanceSettings,
  names: ReadonlyMap<string, string>,
): VrrpInstanceSettings {
  const { virtualInterface, addressInterfaces, addresses, excludedAddresses } = settings;
  const own = itemsOf(settings);
  if (own.every(({ name }) => (names.get(name) ?? name) === name)) return settings;
  const nameFor = (name: string): string => names.get(name) ?? name;
  const isOurs = new Set(own.map(({ name }) => name));
  const place = (address: VirtualAddress): VirtualAddress =>
    isOurs.has(address.device) ? { ...address, device: nameFor(address.device) } : address;
  return {
    ...settings,
    ...(virtualInterface && {
      virtualInterface: { ...virtualInterface, name: nameFor(virtualInterface.name) },
    }),
    ...(addressInterfaces && {
      addressInterfaces: addressInterfaces.map((each) => ({ ...each, name: nameFor(each.name) })),
    }),
    addresses: addresses.map(place),
    excludedAddresses: excludedAddresses.map(place),
  };
}

function itemsOf(settings: VrrpInstanceSettings): Item[] {
  const { virtualInterface, addressInterfaces = [], virtualRouterId } = settings;
  const key = nameless(settings);
  const others = addressInterfaces.map(({ name, parent, family }) => {
    return { key: `${key} ${parent} ${family}`, name, virtualRouterId, isNamed: false };
  });
  if (virtualInterface === undefined) return others;
  const { name, isNamed = false } = virtualInterface;
  return [{ key, name, virtualRouterId, isNamed }, ...others];
}

/** @returns the letters that vmac_prefix chooses, but for digits at their end */
function stemOf(name: string | undefined): string | undefined {
  return name?.replace(/[0-9]*\.[0-9]+$/, '');
}

/** @returns the same for one instance under any name of its virtual interface */
function nameless(settings: VrrpInstanceSettings): string {
  const { virtualInterface } = settings;
  if (virtualInterface === undefined) return identityOf(settings);
  return identityOf({ ...settings, virtualInterface: { ...virtualInterface, name: '' } });
}
