import { realpathSync } from 'node:fs';
import { ipFamily, parseIp, type IpAddress } from '@tandem/inet';
import { NetlinkError, Rtnetlink, type Address } from '@tandem/netlink';
import { applySettings, plannedSettings, restoreSettings } from './arp-hiding.ts';
import { UNIT_FOLDER, writeBootUnit } from './boot-unit.ts';
import { readState, writeState, type AddedAddress, type RealServerState } from './state-file.ts';

/** What the command line says. */
export interface RealServerOptions {
  readonly dev: string;
  readonly persistent?: true;
  readonly state: string;
}

const FAILED = 1;
const USAGE = 2;
const SCOPE_GLOBAL = 0;
/** RT_SCOPE_HOST: nothing that leaves the box takes the VIP for its own address. */
const SCOPE_HOST = 254;
/** IFA_F_NODAD: other real servers have it too. */
const NO_DUPLICATE_DETECTION = 2;

/**
 * Adds, removes or lists the VIPs of this real server.
 * @param vip - needed by add and remove
 * @returns the exit status: 0 it is so now, 1 it cannot be done, 2 wrong usage
 */
export async function realServer(
  action: 'add' | 'remove' | 'list',
  vip: string | undefined,
  options: RealServerOptions,
): Promise<number> {
  const state = readState(options.state);
  if (action === 'list') {
    for (const each of state.addresses) process.stdout.write(`${describe(each)}\n`);
    return 0;
  }
  const address = parseIp(vip ?? '');
  if (address === undefined) return fail(`${action} needs an address, not '${vip ?? ''}'`, USAGE);
  const rtnetlink = Rtnetlink.open();
  try {
    if (action === 'add') return await add(address, { rtnetlink, state, options });
    return await remove(address, { rtnetlink, state, options });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof NetlinkError) && code !== 'EACCES' && code !== 'EPERM') throw error;
    return fail((error as Error).message, FAILED);
  } finally {
    rtnetlink.close();
  }
}

interface Work {
  readonly rtnetlink: Rtnetlink;
  readonly state: RealServerState;
  readonly options: RealServerOptions;
}

/** What is to be undone is noted before it is done; the VIP comes when nobody can hear of it. */
async function add(address: IpAddress, { rtnetlink, state, options }: Work): Promise<number> {
  const wanted = await addressOn(options.dev, address, rtnetlink);
  if (wanted === undefined) return fail(`there is no interface ${options.dev}`, FAILED);
  const known = state.addresses.find((each) => each.address === address);
  if (known !== undefined && known.interface !== options.dev) {
    return fail(`${address} is on ${known.interface}: remove it first`, FAILED);
  }
  const isThere = (await rtnetlink.addresses()).some(
    (each) => each.interfaceIndex === wanted.interfaceIndex && each.address === address,
  );
  const added: AddedAddress = {
    address,
    interface: options.dev,
    isOurs: known?.isOurs ?? !isThere,
    isPersistent: options.persistent === true || known?.isPersistent === true,
  };
  const isIpv4 = ipFamily(address) === 4;
  const settings = isIpv4 ? plannedSettings(state.settings) : state.settings;
  const addresses = [...state.addresses.filter((each) => each !== known), added];
  writeState(options.state, { addresses, settings });
  if (isIpv4) applySettings(settings);
  if (!isThere) await rtnetlink.addAddress(wanted);
  if (added.isPersistent) writeBootUnit(UNIT_FOLDER, addresses, ownProgram());
  return 0;
}

async function remove(address: IpAddress, { rtnetlink, state, options }: Work): Promise<number> {
  const known = state.addresses.find((each) => each.address === address);
  if (known === undefined) return fail(`${address} was not added by realserver add`, FAILED);
  const there = await addressOn(known.interface, address, rtnetlink);
  if (known.isOurs && there !== undefined) await deleteIfThere(there, rtnetlink);
  const addresses = state.addresses.filter((each) => each !== known);
  const isHidingNeeded = addresses.some((each) => ipFamily(each.address) === 4);
  if (!isHidingNeeded) restoreSettings(state.settings);
  if (known.isPersistent) writeBootUnit(UNIT_FOLDER, addresses, ownProgram());
  writeState(options.state, { addresses, settings: isHidingNeeded ? state.settings : {} });
  return 0;
}

async function deleteIfThere(address: Address, rtnetlink: Rtnetlink): Promise<void> {
  try {
    await rtnetlink.deleteAddress(address);
  } catch (error) {
    if (!(error instanceof NetlinkError) || error.code !== 'EADDRNOTAVAIL') throw error;
  }
}

/**
 * IPv6 needs no settings: the kernel answers neighbour solicitations only for addresses of the
 * interface that is asked. No lifetime as a preferred one keeps it from being a source.
 */
async function addressOn(
  name: string,
  address: IpAddress,
  rtnetlink: Rtnetlink,
): Promise<Address | undefined> {
  const link = (await rtnetlink.links()).find((each) => each.name === name);
  if (link === undefined) return undefined;
  const family = ipFamily(address);
  const place = { interfaceIndex: link.index, family, address };
  if (family === 4) return { ...place, prefixLength: 32, scope: SCOPE_HOST, flags: 0 };
  const lifetimes = { preferredSeconds: 0, validSeconds: Infinity };
  return {
    ...place,
    prefixLength: 128,
    scope: SCOPE_GLOBAL,
    flags: NO_DUPLICATE_DETECTION,
    lifetimes,
  };
}

function describe({ address, interface: name, isOurs, isPersistent }: AddedAddress): string {
  const notes = [
    ...(isOurs ? [] : ['was there before, and stays']),
    ...(isPersistent ? ['at every start'] : []),
  ];
  return [`${address} on ${name}`, ...notes].join(', ');
}

function ownProgram(): readonly string[] {
  return [process.execPath, realpathSync(process.argv[1] ?? '')];
}

function fail(message: string, status: number): number {
  process.stderr.write(`tandemctl: ${message}\n`);
  return status;
}
