import type { IpAddress, Prefix } from '@tandem/inet';

/** Where files of names are, if not where iproute2 has them. */
export interface NameFolders {
  /** Of the box; they come first. */
  etc?: string;
  /** Of the distribution. */
  usr?: string;
}

/** Files of iproute2 that give names to numbers. */
export type NameTable =
  | 'rt_tables'
  | 'rt_protos'
  | 'rt_scopes'
  | 'rt_realms'
  | 'rt_dsfield'
  | 'group';

/** A file with a key; `problem` says why it cannot be read. */
export type KeyFile =
  | {
      readonly text: string;
      /** Others than its owner can read it. */
      readonly isOpen: boolean;
      readonly problem?: undefined;
    }
  | { readonly problem: string };

/** What is asked of the box that a configuration is for; a question that is absent is answered yes, or with undefined. */
export interface Box {
  /** @returns whether there is a network interface of that name */
  hasInterface?(name: string): boolean;
  /** @returns whether there is a processor of that number, from 0 */
  hasProcessor?(number: number): boolean;
  /** @returns whether there is an account, and a group if one is named */
  hasAccount?(user: string, group?: string): boolean;
  /** @returns whether any interface has it */
  hasAddress?(address: IpAddress): boolean;
  /**
   * @param name - of an interface
   * @returns its addresses with the length of their network; undefined when they are not known
   */
  prefixesOf?(name: string): readonly Prefix[] | undefined;
  /** @returns octets that a packet may have on an interface; undefined when that is not known */
  mtuOf?(name: string): number | undefined;
  /** @returns the number that a name has in a file of iproute2; undefined when it has none */
  numberNamed?(table: NameTable, name: string, folders?: NameFolders): number | undefined;
  /** @returns what stands in the file of a key */
  keyFile?(path: string): KeyFile | undefined;
  /** @returns why a program cannot be run, naming what is at fault; undefined when it can */
  obstacleOf?(program: string): string | undefined;
  /** @returns which part of a program's path somebody else could change; undefined when none */
  weaknessOf?(program: string): string | undefined;
}

/** The account of scripts that name none, if the box has it. */
export const DEFAULT_SCRIPT_USER = 'keepalived_script';

/** @returns the same, with the answers that are not known */
export function complete(box: Box): Required<Box> {
  return {
    hasInterface: (name) => box.hasInterface?.(name) ?? true,
    hasAddress: (address) => box.hasAddress?.(address) ?? true,
    prefixesOf: (name) => box.prefixesOf?.(name),
    mtuOf: (name) => box.mtuOf?.(name),
    numberNamed: (...name) => box.numberNamed?.(...name),
    keyFile: (path) => box.keyFile?.(path),
    obstacleOf: (program) => box.obstacleOf?.(program),
    weaknessOf: (program) => box.weaknessOf?.(program),
    hasProcessor: (number) => box.hasProcessor?.(number) ?? true,
    hasAccount: (user, group) => box.hasAccount?.(user, group) ?? true,
  };
}
