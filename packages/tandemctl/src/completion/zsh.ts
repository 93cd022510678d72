import { quoted, type CommandShape, type OptionShape, type Values } from './shape.ts';

/**
 * @param shapes - of the program and its commands
 * @returns a script for zsh, to be sourced or to be put into a folder of $fpath
 */
export function zshCompletion([program, ...commands]: readonly CommandShape[]): string {
  if (program === undefined) return '';
  const { name } = program;
  const described = commands.map((each) => quoted(`${each.name}:${each.help}`));
  return `#compdef ${name}
# Completion of ${name} for zsh: source <(${name} completion zsh)
_${name}() {
  local -a commands=(
${described.map((each) => `    ${each}\n`).join('')}  )
  if ((CURRENT == 2)); then
    if [[ $words[2] == -* ]]; then
      ${argumentsOf(program.options)}
    else
      _describe command commands
    fi
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${commands.map(branch).join('')}  esac
}
if [[ \${funcstack[1]} == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function branch({ name, options, values }: CommandShape): string {
  const operands = values === undefined ? [] : [quoted(`*:argument:${action(values)}`)];
  return `    ${name}) ${argumentsOf(options, operands)} ;;\n`;
}

function argumentsOf(options: readonly OptionShape[], operands: readonly string[] = []): string {
  return ['_arguments', ...options.flatMap(specs), ...operands].join(' ');
}

/** Of two spellings, one excludes the other. */
function specs({ flags, help, values }: OptionShape): string[] {
  const value = values === undefined ? '' : `:value:${action(values)}`;
  const told = help.replaceAll(/[\\[\]:]/g, String.raw`\$&`);
  const others = flags.length > 1 ? `(${flags.join(' ')})` : '';
  return flags.map((flag) => {
    const joint = values !== undefined && flag.startsWith('--') ? '=' : '';
    return quoted(`${others}${flag}${joint}[${told}]${value}`);
  });
}

function action(values: Values): string {
  if (values === 'files') return '_files';
  return values === 'anything' ? ' ' : `(${values.join(' ')})`;
}
