import { execFileSync } from 'node:child_process';
import { CATALOGUE } from '@tandem/config';
import { expect, test } from 'vitest';
import { completionScript } from '../../src/completion/completion-script.ts';
import { createProgram } from '../../src/program.ts';
import { TestFolder } from '../test-folder.ts';

const program = createProgram();
const folder = new TestFolder();
folder.write('bash', completionScript('bash', program));
folder.write('one box.conf', '');

/** What bash offers for the last of these words, which it has split its own way. */
function offered(...words: readonly string[]): readonly string[] {
  const run = `source ./bash
    complete -p tandemctl >/dev/null || exit
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _tandemctl
    printf '%s\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['--norc', '-c', run, 'bash', 'tandemctl', ...words], {
    cwd: folder.path,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return output.split('\n').filter((each) => each !== '');
}

const COMMANDS = [...program.commands.map((each) => each.name()), 'help'];

test('bash completes the commands', () => {
  expect(offered('')).toEqual(COMMANDS);
  expect(offered('c')).toEqual(['cleanup', 'check', 'completion']);
  expect(offered('help', 're')).toEqual(['reload', 'realserver']);
});

test.each(program.commands.map((each) => [each.name(), each] as const))(
  'bash completes every option of %s that its help shows',
  (name, command) => {
    const shown = command.helpInformation().match(/(?<=^ *|, )--?[A-Za-z0-9][a-z0-9-]*/gm) ?? [];
    expect(shown).toContain('--help');
    expect(offered(name, '-').toSorted()).toEqual(shown.toSorted());
  },
);

test.each([
  [
    ['check', '--format', ''],
    ['text', 'json', 'sarif'],
  ],
  [['check', '--format', '=', 's'], ['sarif']],
  [
    ['check', '--format', '='],
    ['text', 'json', 'sarif'],
  ],
  [
    ['dump', 'a.conf', '--format', ''],
    ['conf', 'json'],
  ],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['check', '--explain', 'VIRTUAL_ROUTER'], ['VIRTUAL_ROUTER_ID_SHARED']],
  [['check', '-i', ''], []],
  [['check', '--strict', 'one'], ['one box.conf']],
  [['status', '--control', 'ba'], ['bash']],
  [['schema', ''], []],
  [
    ['realserver', ''],
    ['add', 'remove', 'list'],
  ],
  [
    ['ipvs', '--start-daemon', ''],
    ['master', 'backup'],
  ],
])('bash completes %j with %j', (words, expected) => {
  expect(offered(...words)).toEqual(expected);
});

test('bash completes --explain with every code', () => {
  expect(offered('check', '--explain', '')).toEqual(Object.keys(CATALOGUE));
});

test.each(['bash', 'zsh', 'fish'] as const)(
  'the script for %s names all that the help does',
  (shell) => {
    const script = completionScript(shell, program);
    for (const command of program.commands) {
      expect(script).toContain(command.name());
      for (const { long, short } of command.options) {
        const [dash, name] = /^(--?)(.*)$/.exec(long ?? short ?? '')?.slice(1) ?? [];
        expect(script).toContain(
          shell === 'fish' ? ` ${dash === '--' ? '-l' : '-s'} ${name}` : `${dash}${name}`,
        );
      }
    }
  },
);
