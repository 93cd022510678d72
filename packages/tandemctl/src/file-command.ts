/** What came of a subcommand that reads files. */
export interface FileCommandResult<Output extends string | Buffer = string> {
  readonly output: Output;
  /** For the standard error. */
  readonly errors: string;
  /** 0 good, 1 what the subcommand looks for is there, 2 a file cannot be read or is left alone. */
  readonly exitCode: 0 | 1 | 2;
}

/** Writes what came of it, and sets the exit status. */
export function finish(result: FileCommandResult<string | Buffer>): void {
  process.stdout.write(result.output);
  process.stderr.write(result.errors);
  process.exitCode = result.exitCode;
}
