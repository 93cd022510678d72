/** What was done to this box, so that it can be undone; it is gone after a restart, as that is. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { IpAddress } from '@tandem/inet';

/** Where it is kept unless `--state` says otherwise. */
export const DEFAULT_STATE_PATH = '/run/tandem/realserver.json';

/** A VIP that was added. */
export interface AddedAddress {
  readonly address: IpAddress;
  readonly interface: string;
  /** Whether it was not there before. */
  readonly isOurs: boolean;
}

/** All that was done. */
export interface RealServerState {
  readonly addresses: readonly AddedAddress[];
  /** By the path of a kernel setting: its value before, and the one that it was given. */
  readonly settings: Readonly<Record<string, { readonly before: string; readonly now: string }>>;
}

/**
 * @returns nothing done where there is no file
 * @throws Error when the file cannot be read
 */
export function readState(path: string): RealServerState {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RealServerState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { addresses: [], settings: {} };
  }
}

/** Writes it whole, or takes the file away where nothing is left to undo. */
export function writeState(path: string, state: RealServerState): void {
  if (state.addresses.length === 0 && Object.keys(state.settings).length === 0) {
    rmSync(path, { force: true });
    return;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}
