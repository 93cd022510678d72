import { execFileSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { inWords } from '@tandem/config-files';
import { ipFamily, parseIp, type IpAddress } from '@tandem/inet';
import { NetlinkError, Rtnetlink, type Address } from '@tandem/netlink';
import { applySettings, plannedSettings, restoreSettings } from './arp-hiding.ts';
import { readBootUnit, UNIT_FOLDER, writeBootUnit, type BootAddress } from './boot-unit.ts';
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
  let state: RealServerState;
  try {
    state = readState(options.state);
  } catch (error) {
    return fail(`cannot read ${options.state}: ${inWords(error)}`, FAILED);
  }
  if (action === 'list') {
    for (const each of describe(state.addresses, readBootUnit(UNIT_FOLDER)))
      process.stdout.write(`${each}\n`);
    return 0;
  }
  const address = parseIp(vip ?? '');
  if (address === undefined)
    return fail(`${action} needs an address${vip === undefined ? '' : `, not '${vip}'`}`, USAGE);
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
  };
  const isIpv4 = ipFamily(address) === 4;
  const settings = isIpv4 ? plannedSettings(state.settings) : state.settings;
  const addresses = [...state.addresses.filter((each) => each !== known), added];
  writeState(options.state, { addresses, settings });
  if (isIpv4) applySettings(settings);
  if (!isThere) await rtnetlink.addAddress(wanted);
  if (options.persistent === true) persist(address, { address, interface: options.dev });
  return 0;
}

async function remove(address: IpAddress, { rtnetlink, state, options }: Work): Promise<number> {
  const known = state.addresses.find((each) => each.address === address);
  if (known === undefined) {
    // Somebody may have flushed lo, or the start of the box failed to add it.
    if (persist(address, undefined)) return 0;
    return fail(`${address} was not added by realserver add`, FAILED);
  }
  const there = await addressOn(known.interface, address, rtnetlink);
  if (known.isOurs && there !== undefined) await deleteIfThere(there, rtnetlink);
  const addresses = state.addresses.filter((each) => each !== known);
  const isHidingNeeded = addresses.some((each) => ipFamily(each.address) === 4);
  if (!isHidingNeeded) restoreSettings(state.settings);
  persist(address, undefined);
  writeState(options.state, { addresses, settings: isHidingNeeded ? state.settings : {} });
  return 0;
}

/**
 * Changes what is done at every start.
 * @param entry - what becomes of the address; undefined: it is not added any more
 * @returns whether that is news
 */
function persist(address: IpAddress, entry: BootAddress | undefined): boolean {
  const before = readBootUnit(UNIT_FOLDER);
  const others = before.filter((each) => each.address !== address);
  if (entry === undefined && others.length === before.length) return false;
  writeBootUnit(UNIT_FOLDER, entry === undefined ? others : [...others, entry], ownProgram());
  if (existsSync('/run/systemd/system')) {
    try {
      execFileSync('systemctl', ['daemon-reload'], { stdio: 'pipe' });
    } catch (error) {
      warn(`systemctl daemon-reload: ${(error as Error).message.trim()}`);
    }
  } else if (entry !== undefined) {
    warn(`systemd does not run here: nobody reads ${UNIT_FOLDER} when this box starts`);
  }
  return true;
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

/** @returns a line for each VIP that is added now or at every start */
function describe(
  addresses: readonly AddedAddress[],
  atStart: readonly BootAddress[],
): readonly string[] {
  const lines = addresses.map(({ address, interface: name, isOurs }) => {
    const notes = [
      ...(isOurs ? [] : ['was there before, and stays']),
      ...(atStart.some((each) => each.address === address) ? ['at every start'] : []),
    ];
    return [`${address} on ${name}`, ...notes].join(', ');
  });
  const later = atStart.filter(
    ({ address }) => !addresses.some((each) => each.address === address),
  );
  return [
    ...lines,
    ...later.map((each) => `${each.address} on ${each.interface}, from the next start on`),
  ];
}

function ownProgram(): readonly string[] {
  return [process.execPath, realpathSync(process.argv[1] ?? '')];
}

function warn(message: string): void {
  process.stderr.write(`tandemctl: warning: ${message}\n`);
}

function fail(message: string, status: number): number {
  process.stderr.write(`tandemctl: ${message}\n`);
  return status;
}
