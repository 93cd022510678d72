import { fstatSync } from 'node:fs';

/** As the name of a file on the command line. */
export const STANDARD_INPUT = '-';

/** What diagnostics call it. */
export const STANDARD_INPUT_NAME = '<stdin>';

/** As much as of a file is read. */
export const INPUT_BYTES_MAX: number = 256 * 1024 * 1024;

/** The standard input cannot be read, or holds too much. */
export class StandardInputError extends Error {}

/**
 * Reads the standard input to its end, where a command line names it.
 * @param files - as named
 * @param stream - default: that of the process
 * @returns undefined where nobody wants it
 * @param bytesMax - how much it may hold
 * @throws StandardInputError
 */
export async function readStandardInput(
  files: readonly string[],
  stream?: AsyncIterable<Uint8Array>,
  bytesMax: number = INPUT_BYTES_MAX,
): Promise<Buffer | undefined> {
  if (!files.includes(STANDARD_INPUT)) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream ?? standardInput()) {
      length += chunk.length;
      if (length > bytesMax) throw new RangeError(`it is longer than ${bytesMax} bytes`);
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new StandardInputError(`${STANDARD_INPUT_NAME}: ${(cause as Error).message}`, { cause });
  }
  return Buffer.concat(chunks);
}

/** Of a folder, Node makes a stream that is at its end. */
function standardInput(): AsyncIterable<Uint8Array> {
  if (fstatSync(process.stdin.fd).isDirectory()) throw new TypeError('it is a directory');
  return process.stdin;
}
