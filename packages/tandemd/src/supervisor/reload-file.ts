/** The file by which those who edit the configuration know that it is being read. */
import { closeSync, constants, lstatSync, openSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Settings } from '@tandem/config';
import { inWords } from '@tandem/config-files';
import { DEFAULT_PATHS, type CommandLine } from './command-line.ts';
import { placed } from './place.ts';

const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_TRUNC, O_WRONLY } = constants;

/**
 * @param settings - as they were read
 * @param options - the command line
 * @returns its path; undefined when none is wanted
 * @see keepalived.conf(5) reload_file
 */
export function reloadFileOf(
  { global: { reloadFile, place } }: Pick<Settings, 'global'>,
  options: Partial<Pick<CommandLine, 'pidFile' | 'namespace' | 'instance'>>,
): string | undefined {
  if (reloadFile === undefined) return undefined;
  const { pidFile } = placed({ ...DEFAULT_PATHS, ...options }, place);
  return reloadFile.path ?? join(dirname(pidFile), 'keepalived.reload');
}

/**
 * Makes the file, or empties the one that is there.
 * @returns one line if that cannot be done
 */
export function announceReading(path: string): string[] {
  try {
    // What a link points at, or somebody reads from, is nothing to be emptied.
    closeSync(openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o644));
    return [];
  } catch (error) {
    return [`cannot write reload_file ${path}: ${inWords(error)}`];
  }
}

/** Removes it, if it is a file. */
export function endReading(path: string): void {
  try {
    if (lstatSync(path).isFile()) rmSync(path);
  } catch {
    // There is none, or its folder lets nobody remove it: then it could not be made, which was said.
  }
}
