/**
 * Remembers which of the kernel's numbers are changed where it outlives all processes of the
 * daemon, so that one that takes the place of a daemon that was killed can put them back.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { KernelChange } from '../vrrp/kernel-changes.ts';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const NETWORK_NAMESPACE = '/proc/self/ns/net';
/** Nothing else is ever written by what is read here. */
const PATH = /^ipv[46]\/conf\/(?!\.{1,2}\/)[^/]+\/[a-z0-9_]+$/;
const WRITABLE_BY_OTHERS = 0o022;

/** A file of changes, which is there while there are any. */
export class ChangesFile {
  readonly #path: string;
  readonly #complain: (text: string) => void;

  /**
   * @param path - where; in a folder for files of this boot, such as /run
   * @param complain - told why it cannot be written
   */
  constructor(path: string, complain: (text: string) => void) {
    this.#path = path;
    this.#complain = complain;
  }

  /** @returns those of a daemon in this network namespace since this boot; none from a file that others may have written */
  read(): readonly KernelChange[] {
    try {
      const text = readOwn(this.#path);
      const [kernel, ...lines] = text.trimEnd().split('\n');
      return kernel === thisKernel() ? lines.flatMap((line) => parseChange(line) ?? []) : [];
    } catch {
      return [];
    }
  }

  /** @param changes - all that there are */
  write(changes: readonly KernelChange[]): void {
    const fresh = `${this.#path}.new`;
    try {
      rmSync(fresh, { force: true });
      if (changes.length === 0) return rmSync(this.#path, { force: true });
      const lines = changes.map(({ path, before, ours }) => `${before} ${ours} ${path}`);
      const text = `${[thisKernel(), ...lines].join('\n')}\n`;
      writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
      renameSync(fresh, this.#path);
    } catch (error) {
      this.#complain(`${this.#path}: ${String(error)}`);
    }
  }
}

function readOwn(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { uid, mode } = fstatSync(fd);
    const isOwn = uid === process.geteuid?.() && (mode & WRITABLE_BY_OTHERS) === 0;
    return isOwn ? readFileSync(fd, 'utf8') : '';
  } finally {
    closeSync(fd);
  }
}

/** The numbers are those of one boot and one network namespace. */
function thisKernel(): string {
  return `${readFileSync(BOOT_ID, 'latin1').trim()} ${readlinkSync(NETWORK_NAMESPACE)}`;
}

function parseChange(line: string): KernelChange | undefined {
  const [, before, ours, path = ''] = /^(-?\d{1,10}) (-?\d{1,10}) (.+)$/.exec(line) ?? [];
  return PATH.test(path) ? { path, before: Number(before), ours: Number(ours) } : undefined;
}
