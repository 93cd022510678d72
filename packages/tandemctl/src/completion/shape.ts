import type { Argument, Command, Option } from 'commander';
import { CATALOGUE } from '@tandem/config';

/** What may stand for a word: one of these, the name of a file, or anything. */
export type Values = readonly string[] | 'files' | 'anything';

/** An option of a command. */
export interface OptionShape {
  /** Its spellings, such as `-w` and `--write`. */
  readonly flags: readonly string[];
  readonly help: string;
  /** Of its value; absent where it takes none. */
  readonly values?: Values;
}

/** A command as far as completion knows it. */
export interface CommandShape {
  readonly name: string;
  readonly help: string;
  readonly options: readonly OptionShape[];
  /** Of its arguments; absent where it takes none. */
  readonly values?: Values;
}

/** What placeholders of the help stand for. */
const PLACEHOLDERS: Readonly<Record<string, Values>> = {
  path: 'files',
  file: 'files',
  code: Object.keys(CATALOGUE),
};

/**
 * @param program - as the help shows it
 * @returns its commands; the first one is the program itself
 */
export function shapesOf(program: Command): readonly CommandShape[] {
  const names = program.commands.map((each) => each.name());
  const whole = { ...shapeOf(program), values: [...names, 'help'] };
  return [whole, ...program.commands.map(shapeOf), { ...HELP, values: names }];
}

const HELP: CommandShape = { name: 'help', help: 'display help for a command', options: [] };

function shapeOf(command: Command): CommandShape {
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    help: command.description(),
    options: command.createHelp().visibleOptions(command).map(optionShape),
    ...(argument && { values: valuesOf(argument, argument.name()) }),
  };
}

function optionShape(option: Option): OptionShape {
  const { short, long, description, required, optional, flags } = option;
  const placeholder = /[<[]([a-z]+)/.exec(flags)?.[1] ?? '';
  return {
    flags: [short, long].filter((each) => each !== undefined && each !== null),
    help: description,
    ...((required || optional) && { values: valuesOf(option, placeholder) }),
  };
}

function valuesOf({ argChoices }: Pick<Option | Argument, 'argChoices'>, name: string): Values {
  return argChoices ?? PLACEHOLDERS[name] ?? 'anything';
}

/** @returns the text as one word of a shell that knows single quotes */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
