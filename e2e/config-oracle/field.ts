/** Values that keepalived's dump and our settings both have. */
import assert from 'node:assert/strict';
import { findAccount } from '@tandem/notify';

/** One value that both have; both as the dump writes it. */
export interface Field<T> {
  readonly name: string;
  readonly theirs: (lines: readonly string[]) => string | undefined;
  readonly ours: (settings: T) => string | undefined;
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
  return { name, theirs: (lines) => valueOf(lines, name), ours: (each) => text(ours(each)) };
}

/** @returns the field of the first line that matches: what its first group is */
export function match<T>(name: string, pattern: RegExp, ours: (settings: T) => Value): Field<T> {
  return { name, theirs: (lines) => all(lines, pattern)[0], ours: (each) => text(ours(each)) };
}

/** @returns the field of a list below a title, down to the next line that is no deeper than it */
export function list<T>(title: string, ours: (settings: T) => readonly string[]): Field<T> {
  return {
    name: title,
    theirs: (lines) => below(lines, title).join('\n'),
    ours: (each) => ours(each).join('\n'),
  };
}

/** @returns the field of a command, whoever runs it */
export function script<T>(name: string, ours: (settings: T) => Command | undefined): Field<T> {
  return {
    name,
    theirs: (lines) => valueOf(lines, name)?.replace(/, uid:gid .*/, ''),
    ours: (settings) => quoted(ours(settings)),
  };
}

/** @returns the field of a command with its account, which is root's where it names none */
export function scriptOf<T>(name: string, ours: (settings: T) => Command | undefined): Field<T> {
  return {
    name: `${name} and its account`,
    theirs: (lines) => valueOf(lines, name),
    ours(settings) {
      const command = ours(settings);
      return command && `${quoted(command)}, uid:gid ${accountOf(command)}`;
    },
  };
}

function quoted(command: Command | undefined): string | undefined {
  return command?.argv.map((word) => `'${word}'`).join(' ');
}

/** @returns the numbers of an account, as the dump writes them */
export function accountOf({ user = 'root', group }: Omit<Command, 'argv'>): string | undefined {
  const account = findAccount(user, group);
  return account && `${account.uid}:${account.gid}`;
}

/** @returns the value of the first line `NAME = VALUE` */
export function valueOf(lines: readonly string[], name: string): string | undefined {
  const line = lines.find((each) => each.trimStart().startsWith(`${name.trimStart()} = `));
  return line?.slice(line.indexOf(' = ') + 3);
}

/** @returns the first group of all lines that match */
export function all(lines: readonly string[], pattern: RegExp): string[] {
  return lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
}

/** @returns the lines below a title, down to the next one that is no deeper than it */
export function below(lines: readonly string[], title: string): string[] {
  const start = lines.findIndex((line) => new RegExp(`^ *${title} ?:$`).test(line));
  if (start < 0) return [];
  const depth = indentOf(lines[start] ?? '');
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => indentOf(line) <= depth);
  return rest.slice(0, end < 0 ? undefined : end).map((line) => line.trim());
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function text(value: Value): string | undefined {
  return value === undefined ? undefined : String(value);
}

/**
 * Compares both lists, in the order of the file.
 * @returns how many values were compared
 */
export function compare<T>(
  fields: readonly Field<T>[],
  ours: readonly T[],
  theirs: readonly (readonly string[])[],
): number {
  for (const [i, settings] of ours.entries()) {
    const lines = theirs[i] ?? [];
    for (const { name, ...each } of fields) {
      assert.equal(each.ours(settings), each.theirs(lines), `${name} of\n${lines.join('\n')}`);
    }
  }
  assert.equal(ours.length, theirs.length);
  return ours.length * fields.length;
}

/** @returns a boolean as most lines of the dump have it */
export function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}
