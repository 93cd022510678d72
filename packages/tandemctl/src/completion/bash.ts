import { quoted, type CommandShape, type Values } from './shape.ts';

/**
 * @param shapes - of the program and its commands
 * @returns a script for bash 4 and later, with or without the package bash-completion
 */
export function bashCompletion([program, ...commands]: readonly CommandShape[]): string {
  if (program === undefined) return '';
  const { name } = program;
  const all = [{ ...program, name: '' }, ...commands];
  const values = all.flatMap((command) =>
    command.options.flatMap((option) =>
      option.values === undefined
        ? []
        : branch(
            option.flags.map((flag) => `${command.name}:${flag}`),
            reply(option.values),
            true,
          ),
    ),
  );
  const options = all.map((each) =>
    branch([`${each.name}:-*`], words(each.options.flatMap((o) => o.flags))),
  );
  const operands = all.flatMap((each) =>
    each.values === undefined ? [] : branch([`${each.name}:*`], reply(each.values)),
  );
  return `# Completion of ${name} for bash: source <(${name} completion bash)
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command= i
  COMPREPLY=()
  # --format=text is three words to bash.
  if [[ $current == '=' ]]; then
    current=
  elif [[ $before == '=' ]]; then
    before=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${commands.map((each) => each.name).join(' | ')}) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  case $command:$before in
${values.join('')}  esac
  case $command:$current in
${[...options, ...operands].join('')}  esac
}
complete -F _${name} ${name}
`;
}

function branch(patterns: readonly string[], body: string, last = false): string[] {
  return [`    ${patterns.join(' | ')}) ${body}${last ? '; return' : ''} ;;\n`];
}

function reply(values: Values): string {
  if (values === 'anything') return ':';
  if (values === 'files') {
    return `compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current")`;
  }
  return words(values);
}

function words(words: readonly string[]): string {
  return `mapfile -t COMPREPLY < <(compgen -W ${quoted(words.join(' '))} -- "$current")`;
}
