/** The status of a command line that is understood and wrong. */
const WRONG = 2;

/** The status of one that is not understood, and of what the kernel refuses; a shell sees 255. */
export const FAILED = 255;

/** A command line is wrong; the message is ipvsadm's, the status too. */
export class IpvsUsageError extends Error {
  override readonly name: string = 'IpvsUsageError';
  /** 2 or 255. */
  readonly status: number;

  /**
   * @param message - one line
   * @param status - of the program
   */
  constructor(message: string, status: number = WRONG) {
    super(message);
    this.status = status;
  }
}
