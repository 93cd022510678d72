/** Files under /run that a daemon leaves of which all processes were killed. */
import { rmSync } from 'node:fs';
import { inWords } from '@tandem/config-files';
import { DEFAULT_PATHS, type CommandLine } from './command-line.ts';
import { isDeadSocket } from './control-server.ts';
import { readPidFile, runningPid } from './pid-file.ts';

type ChildPidFile = 'vrrpPidFile' | 'ipvsPidFile' | 'bfdPidFile';
type Paths = Pick<CommandLine, 'pidFile' | ChildPidFile | 'controlPath'>;

/**
 * @param paths - of the daemon that is meant
 * @returns those of its files that certainly belong to nobody any more: a pid file whose process is
 *   dead, a socket at which nobody listens
 */
export async function staleFiles(paths: Paths): Promise<string[]> {
  const { pidFile, controlPath } = paths;
  const pidFiles = [...[pidFile].filter(isStale), ...stalePidFiles(paths)];
  return hasSocket(paths) && (await isDeadSocket(controlPath))
    ? [...pidFiles, controlPath]
    : pidFiles;
}

/**
 * @param paths - of the daemon that is meant
 * @returns the pid files of its children whose processes are dead
 */
export function stalePidFiles(paths: Pick<Paths, ChildPidFile>): string[] {
  return [paths.vrrpPidFile, paths.ipvsPidFile, paths.bfdPidFile].filter(isStale);
}

/** @returns the line that says so, or why it is still there */
export function removeStaleFile(path: string): string {
  try {
    rmSync(path, { force: true });
    return `removed ${path}`;
  } catch (error) {
    return `cannot remove ${path}: ${inWords(error)}`;
  }
}

function isStale(path: string): boolean {
  return readPidFile(path) !== undefined && runningPid(path) === undefined;
}

/** The usual socket is not that of a daemon with another pid file, and may be about to be opened. */
function hasSocket({ pidFile, controlPath }: Paths): boolean {
  return controlPath !== DEFAULT_PATHS.controlPath || pidFile.startsWith('/run/keepalived');
}
