import type { Command } from 'commander';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { shapesOf, type CommandShape } from './shape.ts';
import type { Shell } from './options.ts';
import { zshCompletion } from './zsh.ts';

const WRITERS: Readonly<Record<Shell, (shapes: readonly CommandShape[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/**
 * @param program - what the help is made from
 * @returns a script that completes its commands, options and their values
 */
export function completionScript(shell: Shell, program: Command): string {
  return WRITERS[shell](shapesOf(program));
}
