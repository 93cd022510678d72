/** Values that keepalived's dump and our settings both have. */
import assert from 'node:assert/strict';
import { findAccount } from '@tandem/notify';
import type { Lines } from './lines.ts';

/** One value that both have; both as the dump writes it. */
export interface Field<T> {
  readonly name: string;
  readonly theirs: (lines: Lines, settings: T) => string | undefined;
  readonly ours: (settings: T) => string | undefined;
}

/** One kind of thing that the dump shows. */
export interface Part<T> {
  readonly fields: readonly Field<T>[];
  readonly leftOut: readonly LeftOut[];
}

/** Lines that are not compared. */
interface LeftOut {
  readonly lines: RegExp;
  readonly why: string;
}

type Value = string | number | boolean | undefined;

/** A command with the account that it names. */
interface Command {
  readonly argv: readonly string[];
  readonly user?: string;
  readonly group?: string;
}

/** @returns the field of a line `NAME = VALUE`, absent where there is none */
export function field<T>(name: string, ours: (settings: T) => Value): Field<T> {
  return { name, theirs: (lines) => lines.valueOf(name), ours: (each) => text(ours(each)) };
}

/** @returns the field of the first line that matches: what its first group is */
export function match<T>(name: string, pattern: RegExp, ours: (settings: T) => Value): Field<T> {
  return { name, theirs: (lines) => lines.first(pattern), ours: (each) => text(ours(each)) };
}

/** @returns the field of a line that is there or not */
export function present<T>(pattern: RegExp, ours: (settings: T) => boolean): Field<T> {
  return {
    name: pattern.source,
    theirs: (lines) => String(lines.has(pattern)),
    ours: (each) => String(ours(each)),
  };
}

/** @returns the field of a list below a title, down to the next line that is no deeper than it */
export function list<T>(title: string, ours: (settings: T) => readonly string[]): Field<T> {
  return {
    name: title,
    theirs: (lines) => lines.below(title).join('\n'),
    ours: (each) => ours(each).join('\n'),
  };
}

/** @returns the field of a command with its account, which is root's where it names none */
export function scriptOf<T>(name: string, ours: (settings: T) => Command | undefined): Field<T> {
  return {
    name: `${name} and its account`,
    theirs: (lines) => lines.valueOf(name),
    ours: (settings) => commandText(ours(settings)),
  };
}

/** @returns a command with its account, which is root's where it names none, as the dump has it */
export function commandText(command: Command | undefined): string | undefined {
  return command && `${quoted(command)}, uid:gid ${accountOf(command)}`;
}

function quoted(command: Command | undefined): string | undefined {
  return command?.argv.map((word) => `'${word}'`).join(' ');
}

/** @returns the numbers of an account, as the dump writes them */
export function accountOf({ user = 'root', group }: Omit<Command, 'argv'>): string | undefined {
  const account = findAccount(user, group);
  return account && `${account.uid}:${account.gid}`;
}

function text(value: Value): string | undefined {
  return value === undefined ? undefined : String(value);
}

/**
 * Compares both lists, in the order of the file. Each line must be one of a field, or left out.
 * @returns how many values were compared
 */
export function compare<T>(
  { fields, leftOut }: Part<T>,
  ours: readonly T[],
  theirs: readonly Lines[],
): number {
  assert.equal(ours.length, theirs.length);
  for (const [i, lines] of theirs.entries()) {
    const settings = ours[i] as T;
    const different = fields.flatMap(({ name, ...each }) => {
      const [own, other] = [each.ours(settings), each.theirs(lines, settings)];
      return own === other ? [] : [`${name}: keepalived ${other}, we ${own}`];
    });
    const unread = lines.unread
      .filter((each) => !leftOut.some((row) => row.lines.test(each)))
      .map((each) => `nothing is compared with: ${each}`);
    assert.deepEqual([...different, ...unread], [], lines.toString());
  }
  return ours.length * fields.length;
}

/** @returns a boolean as most lines of the dump have it */
export function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
