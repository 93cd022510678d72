/** Which of several daemons on a box a command is for. */
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { DEFAULT_CONTROL_PATH } from './control.ts';

/** What the command line says of it. */
export interface ControlOptions {
  readonly control?: string;
  readonly namespace?: string;
  readonly instance?: string;
}

/** @returns the command, which takes them */
export function withControl(command: Command): Command {
  return command
    .option('--control <path>', `the daemon's control socket (default: ${DEFAULT_CONTROL_PATH})`)
    .option('--namespace <name>', 'network namespace of the daemon')
    .option('--instance <name>', 'instance of the daemon');
}

/** @returns the path of the control socket; where `--control` names one, the others do not count */
export function controlPath({ control, namespace, instance }: ControlOptions): string {
  if (control !== undefined) return control;
  const tag = [namespace, instance].filter((each) => each !== undefined).join('_');
  return join(dirname(DEFAULT_CONTROL_PATH), tag, 'control.sock');
}
