import { renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a dump that other programs wait for: whole or not at all, readable by root alone.
 * @param path - replaced; a link somebody else put there is not followed
 * @throws errors of the file system
 */
export function writeDumpFile(path: string, text: string): void {
  const fresh = `${path}.${process.pid}`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
  renameSync(fresh, path);
}
