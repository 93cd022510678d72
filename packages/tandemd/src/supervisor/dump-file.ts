import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a dump that other programs wait for: whole or not at all, readable by root alone.
 * @param path - replaced; a link somebody else put there is not followed
 * @param mode - by default root's alone
 * @throws errors of the file system
 */
export function writeDumpFile(path: string, text: string, mode = 0o600): void {
  const fresh = `${path}.${process.pid}`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode, flag: 'wx' });
  // The umask that we were started with is none of their readers' business.
  chmodSync(fresh, mode);
  renameSync(fresh, path);
}
