import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import type { Box } from '@tandem/config';
import { numberNamed } from '@tandem/config-files';
import { parsePrefix, type Prefix } from '@tandem/inet';
import { findAccount, findScript, scriptWeakness } from '@tandem/notify';

/**
 * @returns what this box says about interfaces, accounts and programs; interfaces as they are now,
 *   the others when asked
 */
export function readBox(): Required<Box> {
  const names = interfaceNames();
  const addresses = networkInterfaces();
  return {
    canRun: (program) => findScript(program).ok,
    hasInterface: (name) => names.has(name),
    numberNamed: (table, name) => numberNamed(table, name),
    hasProcessor: (number) => number < availableParallelism(),
    // Names only, as in keepalived.
    hasAccount: (user, group) => !/^[0-9]/.test(user) && findAccount(user, group) !== undefined,
    prefixesOf: (name) => prefixesOf(name, addresses[name]),
    obstacleOf,
    weaknessOf,
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

function obstacleOf(program: string): string | undefined {
  const found = findScript(program);
  if (found.ok) return undefined;
  if (!program.includes('/')) return 'it is in none of the folders of programs';
  const missing = firstMissing(program);
  if (missing !== undefined) return `${missing} does not exist`;
  return found.reason.replace(/^.* - /, '');
}

/** @returns the outermost part of a path that is not there */
function firstMissing(path: string): string | undefined {
  if (existsSync(path)) return undefined;
  const parent = dirname(path);
  return parent === path ? undefined : (firstMissing(parent) ?? path);
}

function weaknessOf(program: string): string | undefined {
  const found = findScript(program);
  if (!found.ok) return undefined;
  try {
    return scriptWeakness(found.path);
  } catch {
    return undefined;
  }
}
