/** The number in a file: optional sign and decimal digits after blanks. */
const NUMBER = /^\s*([+-]?\d{1,15})/;

/**
 * @param text - the beginning of a tracked file
 * @returns the number that it starts with; 0 without one
 * @see inventory §3.8
 */
export function trackedNumber(text: string): number {
  return Number(NUMBER.exec(text)?.[1] ?? 0);
}

/**
 * @param text - the beginning of a tracked file
 * @returns whether it is neither empty nor a number, and so counts as 0 by mistake
 */
export function isNoNumber(text: string): boolean {
  return text.trim() !== '' && !NUMBER.test(text);
}
