import { readFile } from 'node:fs/promises';
import { IpvsClient } from '@tandem/ipvs-netlink';
import type { StatusSnapshot } from '@tandem/status';
import { ask, ControlError } from '../control.ts';
import { readStandardInput, STANDARD_INPUT } from '../standard-input.ts';
import { CONNECTIONS_PATH } from './connections.ts';
import { systemNames } from './names.ts';
import type { OwnedService } from './ownership.ts';
import { runIpvs } from './run.ts';

/**
 * Runs ipvsadm's command line on this box.
 * @param version - of tandem
 * @returns the exit status
 */
export function ipvs(words: readonly string[], version: string): Promise<number> {
  return runIpvs(words, {
    program: 'tandemctl ipvs',
    version,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    names: systemNames(),
    openTable: () => IpvsClient.open(),
    readInput: async () => String((await readStandardInput([STANDARD_INPUT])) ?? ''),
    readConnections: () => readFile(CONNECTIONS_PATH, 'latin1'),
    ownedServices,
  });
}

/** Without a daemon nobody owns anything. */
async function ownedServices(control: string): Promise<readonly OwnedService[]> {
  try {
    return ((await ask(control, 'GET', '/v1/status')) as StatusSnapshot).virtualServers;
  } catch (error) {
    if (error instanceof ControlError) return [];
    throw error;
  }
}
