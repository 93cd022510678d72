/**
 * Which of the kernel's numbers are other than they were because of us. Told before each change,
 * so that whoever is told can put back what a process that dies has changed.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IpFamily } from '@tandem/inet';

const ROOT = '/proc/sys/net';

/** Reads and writes one of the kernel's numbers. */
export interface KernelNumbers {
  /** @returns undefined where the kernel has none of that name */
  read(path: string): number | undefined;
  /** @throws Error when the kernel refuses */
  write(path: string, value: number): void;
  /** @returns the interfaces that have settings of that family, `all` and `default` among them */
  interfaces(family: IpFamily): readonly string[];
}

/** A number that we may have changed. */
export interface KernelChange {
  /** Below /proc/sys/net: `ipv4/conf/eth0/arp_ignore`. */
  readonly path: string;
  readonly before: number;
  readonly ours: number;
}

/** A number as it is to be. */
export type WantedNumber = Pick<KernelChange, 'path'> & { readonly value: number };

/** Told what the kernel did not let be set, as in a container, and why. */
export type RefusalHandler = (wanted: WantedNumber, error: unknown) => void;

type Numbers = Pick<KernelNumbers, 'read' | 'write'>;

/** All changes that are to be undone some day. */
export class KernelChanges {
  readonly #numbers: Numbers;
  readonly #tell: (changes: readonly KernelChange[]) => void;
  readonly #refused: RefusalHandler;
  #changes: ReadonlyMap<string, KernelChange> = new Map();

  /**
   * @param numbers - of the kernel
   * @param tell - told all changes, before each further one and after each that is undone
   * @param refused - told what stays as it is
   */
  constructor(
    numbers: Numbers,
    tell: (changes: readonly KernelChange[]) => void,
    refused: RefusalHandler,
  ) {
    this.#numbers = numbers;
    this.#tell = tell;
    this.#refused = refused;
  }

  /** @param changes - of a process that died; what it did not come to change is no change */
  inherit(changes: readonly KernelChange[]): void {
    const real = changes.filter(({ path, ours }) => this.#numbers.read(path) === ours);
    this.#changes = new Map(real.map((each) => [each.path, each]));
  }

  /**
   * Writes, in this order, what is otherwise, where the kernel has it and allows it.
   * @param refused - told instead of the one that is always told
   */
  set(wanted: readonly WantedNumber[], refused: RefusalHandler = this.#refused): void {
    const due = wanted.flatMap(({ path, value: ours }) => {
      const present = this.#numbers.read(path);
      if (present === undefined || present === ours) return [];
      const known = this.#changes.get(path);
      // What is not as we left it is somebody else's, or that of a new interface of the same name.
      return [{ path, before: known?.ours === present ? known.before : present, ours }];
    });
    if (due.length === 0) return;
    this.#become(new Map([...this.#changes, ...due.map((each) => [each.path, each] as const)]));
    const failed = new Set(due.filter((each) => !this.#write(each, refused)));
    if (failed.size === 0) return;
    this.#become(new Map([...this.#changes].filter(([, change]) => !failed.has(change))));
  }

  /** Writes likewise what goes with its interface, and so is not put back. */
  setForGood(wanted: readonly WantedNumber[]): void {
    for (const { path, value } of wanted) {
      const present = this.#numbers.read(path);
      if (present !== undefined && present !== value)
        this.#write({ path, ours: value }, this.#refused);
    }
  }

  /** @returns the number as it is now; undefined where there is none of that name, or no /proc */
  read(path: string): number | undefined {
    return this.#numbers.read(path);
  }

  /** @param isOver - says whether the change of a path is not wanted any more */
  restore(isOver: (path: string) => boolean): void {
    const over = [...this.#changes.values()].filter(({ path }) => isOver(path));
    if (over.length === 0) return;
    putBack(over, this.#numbers);
    this.#become(new Map([...this.#changes].filter(([path]) => !isOver(path))));
  }

  /** @returns whether it is so now */
  #write({ path, ours }: Omit<KernelChange, 'before'>, refused: RefusalHandler): boolean {
    try {
      this.#numbers.write(path, ours);
      return true;
    } catch (error) {
      refused({ path, value: ours }, error);
      return false;
    }
  }

  #become(changes: ReadonlyMap<string, KernelChange>): void {
    this.#changes = changes;
    this.#tell([...changes.values()]);
  }
}

/**
 * Puts numbers back, the last that was changed first, where nobody else has changed them since.
 * @param changes - in the order in which they were made
 * @param numbers - of the kernel
 */
export function putBack(changes: readonly KernelChange[], numbers: Numbers): void {
  for (const { path, before, ours } of changes.toReversed()) {
    if (numbers.read(path) !== ours) continue;
    try {
      numbers.write(path, before);
    } catch {
      // The interface has just gone, and its settings with it.
    }
  }
}

/** Those of this network namespace. */
export const PROC_NUMBERS: KernelNumbers = {
  read(path) {
    try {
      return Number(readFileSync(`${ROOT}/${path}`, 'latin1'));
    } catch {
      return undefined;
    }
  },
  write: (path, value) => writeFileSync(`${ROOT}/${path}`, String(value)),
  interfaces: (family) => readdirSync(`${ROOT}/ipv${family}/conf`),
};
