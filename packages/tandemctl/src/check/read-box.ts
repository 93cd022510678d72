import { readFileSync } from 'node:fs';
import { cpus, networkInterfaces } from 'node:os';
import type { Box } from '@tandem/config';
import { keyFile, linkMtu, numberNamed } from '@tandem/config-files';
import { parsePrefix, type Prefix } from '@tandem/inet';
import { findAccount, scriptObstacle, programWeakness } from '@tandem/notify';

/**
 * @returns what this box says about interfaces, accounts and programs; interfaces as they are now,
 *   the others when asked
 */
export function readBox(): Required<Box> {
  const names = interfaceNames();
  const addresses = networkInterfaces();
  return {
    hasInterface: (name) => names.has(name),
    mtuOf: linkMtu,
    numberNamed,
    hasProcessor: (number) => number < cpus().length,
    // Names only, as in keepalived.
    hasAccount: (user, group) => !/^[0-9]/.test(user) && findAccount(user, group) !== undefined,
    hasAddress: (address) =>
      Object.keys(addresses).some((name) =>
        prefixesOf(name, addresses[name])?.some((each) => each.address === address),
      ),
    prefixesOf: (name) => prefixesOf(name, addresses[name]),
    keyFile,
    obstacleOf: scriptObstacle,
    weaknessOf: programWeakness,
  };
}

/** All interfaces of the own network namespace, those without addresses included. */
function interfaceNames(): ReadonlySet<string> {
  const lines = readFileSync('/proc/net/dev', 'utf8').split('\n').slice(2);
  return new Set(lines.map((line) => line.split(':', 1)[0]?.trim() ?? ''));
}

function prefixesOf(
  name: string,
  addresses: ReturnType<typeof networkInterfaces>[string],
): readonly Prefix[] | undefined {
  if (addresses === undefined) return isUp(name) ? [] : undefined;
  return addresses.flatMap(({ cidr }) => parsePrefix(cidr ?? '') ?? []);
}

/** An interface that is down does not say which addresses it has. */
function isUp(name: string): boolean {
  try {
    return readFileSync(`/sys/class/net/${name}/operstate`, 'utf8').trim() === 'up';
  } catch {
    return false;
  }
}
