const UNWRITABLE = 1;

/**
 * Ends the program when its output cannot be written: in silence when whoever reads has seen
 * enough, as `head` has, else with one line and status 1.
 * @param error - of the standard output
 */
export function endOnOutputError(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit();
  process.stderr.write(`genhash: cannot write the output: ${error.message}\n`);
  process.exit(UNWRITABLE);
}
