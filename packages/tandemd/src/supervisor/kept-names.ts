import type { Settings } from '@tandem/config';
import type { VirtualAddress, VrrpInstanceSettings } from '@tandem/vrrp';
import { identityOf } from '../vrrp/audience.ts';

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
  const names = namesOf(vrrpInstances, running.vrrpInstances);
  const renamed = vrrpInstances.map((each) => withName(each, names.get(each.name)));
  return { ...wanted, vrrpInstances: renamed };
}

/** @returns by name of the instance */
function namesOf(
  wanted: readonly VrrpInstanceSettings[],
  running: readonly VrrpInstanceSettings[],
): ReadonlyMap<string, string> {
  const before = new Map(
    running.filter(isUnnamed).map((each) => [nameless(each), nameOf(each) ?? '']),
  );
  const defaults = wanted.filter(isUnnamed);
  const taken = new Set(wanted.flatMap((each) => (isUnnamed(each) ? [] : (nameOf(each) ?? []))));
  const names = new Map<string, string>();
  const give = (each: VrrpInstanceSettings, name: string | undefined): boolean => {
    if (name === undefined || taken.has(name)) return false;
    taken.add(name);
    names.set(each.name, name);
    return true;
  };
  const others = defaults.filter((each) => {
    const name = before.get(nameless(each));
    return stemOf(name) !== stemOf(nameOf(each)) || !give(each, name);
  });
  // As many defaults are free as there are left to be given one.
  for (const each of others) {
    const free = defaults.filter((one) => one.virtualRouterId === each.virtualRouterId).map(nameOf);
    [nameOf(each), ...free].some((name) => give(each, name));
  }
  return names;
}

function withName(settings: VrrpInstanceSettings, name: string | undefined): VrrpInstanceSettings {
  const { virtualInterface, addresses, excludedAddresses } = settings;
  if (virtualInterface === undefined || name === undefined || name === virtualInterface.name)
    return settings;
  const place = (address: VirtualAddress): VirtualAddress =>
    address.device === virtualInterface.name ? { ...address, device: name } : address;
  return {
    ...settings,
    virtualInterface: { ...virtualInterface, name },
    addresses: addresses.map(place),
    excludedAddresses: excludedAddresses.map(place),
  };
}

function isUnnamed({ virtualInterface }: VrrpInstanceSettings): boolean {
  return virtualInterface !== undefined && virtualInterface.isNamed !== true;
}

function nameOf({ virtualInterface }: VrrpInstanceSettings): string | undefined {
  return virtualInterface?.name;
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
