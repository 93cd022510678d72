/** As long as a datagram can be; with a byte more Linux would not take it as a word in hexadecimal. */
const LONG_BYTES = 65_535;

/**
 * What takes more time with each byte than with the one before shows only where there are many.
 * @param corpus - inputs
 * @returns each of them again and again, until it is as long as any that comes
 */
export function stretched(corpus: readonly Uint8Array[]): Uint8Array[] {
  return corpus.map((input) => {
    const long = new Uint8Array(LONG_BYTES);
    const step = Math.max(1, input.length);
    for (let at = 0; at < LONG_BYTES; at += step) long.set(input.subarray(0, LONG_BYTES - at), at);
    return long;
  });
}
