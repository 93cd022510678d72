/**
 * Keeps what the daemon may have put into the kernel where it outlives all its processes, so that
 * a daemon that takes the place of one that was killed, or `tandemctl cleanup`, can put it in order.
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
import { isDeepStrictEqual } from 'node:util';
import { inWords } from '@tandem/config-files';
import { isNothing, NOTHING_LEFT, type KernelRecord } from '../kernel-record.ts';
import { decodeRecord } from './record-codec.ts';

const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const NETWORK_NAMESPACE = '/proc/self/ns/net';
const WRITABLE_BY_OTHERS = 0o022;
/** Some hundred thousand services. */
const BYTES_MAX = 64 * 1024 * 1024;

/** A file that is there while there is something in the kernel. */
export class RecordFile {
  readonly path: string;
  readonly #complain: (text: string) => void;
  #last: { readonly record: KernelRecord; readonly text: string } | undefined;
  #complaint = '';

  /**
   * @param path - where; in a folder for files of this boot, such as /run
   * @param complain - told why it cannot be read or written
   */
  constructor(path: string, complain: (text: string) => void) {
    this.path = path;
    this.#complain = complain;
  }

  /**
   * @returns what a daemon in this network namespace has left since this boot; nothing where there
   *   is no file, or one that is not ours or no record
   */
  read(): KernelRecord {
    let text: string | undefined;
    try {
      text = readOwn(this.path);
    } catch (error) {
      this.#say(error);
    }
    if (text === undefined) return NOTHING_LEFT;
    const record = decodeRecord(text, thisKernel());
    if (record === undefined) this.#complain(`${this.path}: no record of tandem, ignored`);
    return record ?? NOTHING_LEFT;
  }

  /** Nothing is there any more. */
  clear(): void {
    this.write(NOTHING_LEFT);
  }

  /** @param record - all that there may be */
  write(record: KernelRecord): void {
    // Of thousands of things, most are the same objects.
    if (isDeepStrictEqual(record, this.#last?.record)) return;
    const isEmpty = isNothing(record.vrrp) && isNothing(record.ipvs);
    const text = isEmpty ? '' : `${JSON.stringify({ ...thisKernel(), ...record })}\n`;
    if (text === this.#last?.text) return;
    const fresh = `${this.path}.new`;
    try {
      rmSync(fresh, { force: true });
      if (isEmpty) rmSync(this.path, { force: true });
      else {
        writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' });
        renameSync(fresh, this.path);
      }
      this.#last = { record, text };
      this.#complaint = '';
    } catch (error) {
      removeQuietly(fresh);
      this.#say(error);
    }
  }

  /** Once, until it is another reason. */
  #say(error: unknown): void {
    const text = inWords(error);
    if (text === this.#complaint) return;
    this.#complaint = text;
    this.#complain(`${this.path}: ${text}; after a crash nobody will know what to remove`);
  }
}

/** @returns the path of the record of the daemon with that pid file */
export function recordPath({ pidFile }: { readonly pidFile: string }): string {
  return `${pidFile}.kernel`;
}

/** What half of it was written of takes up space that others may need. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Why it could not be written is said.
  }
}

/** @returns undefined where there is none, or one that others may have written */
function readOwn(path: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { uid, mode, size } = fstatSync(fd);
    if (uid !== process.geteuid?.() || (mode & WRITABLE_BY_OTHERS) !== 0)
      throw new Error('others can write it, ignored');
    if (size > BYTES_MAX) throw new Error(`longer than ${BYTES_MAX} bytes, ignored`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** What is in the kernel is in that of one boot, and in one network namespace of it. */
function thisKernel(): { version: number; boot: string; namespace: string } {
  return {
    version: 1,
    boot: readFileSync(BOOT_ID, 'latin1').trim(),
    namespace: readlinkSync(NETWORK_NAMESPACE),
  };
}
