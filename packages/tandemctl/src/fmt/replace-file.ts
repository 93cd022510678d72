import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

/**
 * Gives a file new content, whole or not at all: who reads it, or a power failure, finds the old
 * one or the new one. Mode and owner stay; of a link, the file that it leads to is replaced.
 * @param path - of an existing file
 * @throws errors of the file system; the file is then as it was
 */
export function replaceFile(path: string, content: Uint8Array): void {
  const target = realpathSync(path);
  const { mode, uid, gid } = statSync(target);
  const fresh = `${target}.${process.pid}.new`;
  const fd = openSync(fresh, 'wx', 0o600);
  try {
    try {
      writeFileSync(fd, content);
      // The owner first: a change of owner clears the bits that the mode sets.
      fchownSync(fd, uid, gid);
      fchmodSync(fd, mode & 0o7777);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
