import { quoted, type CommandShape, type OptionShape, type Values } from './shape.ts';

/**
 * @param shapes - of the program and its commands
 * @returns a script for fish
 */
export function fishCompletion([program, ...commands]: readonly CommandShape[]): string {
  if (program === undefined) return '';
  const { name } = program;
  const complete = `complete -c ${name}`;
  const outside = `${complete} -n __fish_use_subcommand`;
  const lines = [
    `# Completion of ${name} for fish: ${name} completion fish | source`,
    `${complete} -f`,
    ...commands.map((each) => `${outside} -a ${each.name} -d ${text(each.help)}`),
    ...program.options.map((each) => `${outside}${option(each)}`),
    ...commands.flatMap(({ name: command, options, values }) => {
      const inside = `${complete} -n '__fish_seen_subcommand_from ${command}'`;
      const operands = values === undefined ? [] : [`${inside}${operandsOf(values)}`];
      return [...operands, ...options.map((each) => `${inside}${option(each)}`)];
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function option({ flags, help, values }: OptionShape): string {
  const spelt = flags.map((each) =>
    each.startsWith('--') ? ` -l ${each.slice(2)}` : ` -s ${each.slice(1)}`,
  );
  const value = values === undefined ? '' : ` -r${operandsOf(values)}`;
  return `${spelt.join('')}${value} -d ${text(help)}`;
}

function operandsOf(values: Values): string {
  if (values === 'files') return ' -F';
  return values === 'anything' ? ' -f' : ` -f -a ${text(values.join(' '))}`;
}

/** fish has its own escape in single quotes. */
function text(words: string): string {
  return quoted(words).replaceAll(String.raw`'\''`, String.raw`\'`);
}
