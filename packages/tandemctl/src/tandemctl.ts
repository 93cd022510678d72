import { ControlError } from './control.ts';
import { endOnOutputError } from './output-error.ts';
import { createProgram } from './program.ts';
import { StandardInputError } from './standard-input.ts';

/** The daemon cannot be reached, or the standard input not be read. */
const FAILED = 2;

process.stdout.on('error', endOnOutputError);

try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof ControlError || error instanceof StandardInputError)) throw error;
  process.stderr.write(`tandemctl: ${error.message}\n`);
  process.exitCode = FAILED;
}
