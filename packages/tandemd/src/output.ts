/** Lines for who has called the program, who may not want them all. */

/** The standard output, as far as it is needed. */
export interface OutputStream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/** Prints lines; one that cannot be written ends nothing of what it tells about. */
export class Output {
  readonly #open: () => OutputStream;
  readonly #complain: (line: string) => void;
  #stream: OutputStream | undefined;
  #hasFailed = false;

  /**
   * @param open - takes a while, and most daemons print nothing
   * @param complain - told once why nothing can be written, unless nobody reads any more
   */
  constructor(open: () => OutputStream, complain: (line: string) => void) {
    this.#open = open;
    this.#complain = complain;
  }

  /** Whether somebody lacks a line that was wanted. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** @param line - without its line feed */
  print(line: string): void {
    if (this.#stream === undefined) {
      this.#stream = this.#open();
      this.#stream.on('error', (error) => this.#fail(error));
    }
    this.#stream.write(`${line}\n`);
  }

  #fail({ code, message }: NodeJS.ErrnoException): void {
    // As `head`, which has seen enough.
    if (code === 'EPIPE' || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#complain(`cannot write the output: ${message}`);
  }
}
