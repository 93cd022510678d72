/**
 * Decimal digits with an optional sign, nothing else (no hexadecimal, no decimals).
 * @param text - any
 * @returns the number, or undefined when the text is none or is beyond 2^53
 */
export function parseInteger(text: string): number | undefined {
  if (!/^[+-]?[0-9]{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * Decimal digits with at most `decimals` places.
 * @param text - such as `1`, `0.25` or `.5`
 * @param decimals - 0–9
 * @returns the number in units of the last place, so that it is exact; undefined when the text is none
 */
export function parseDecimal(text: string, decimals: number): number | undefined {
  const whole = text.length <= 12 ? parseInteger(text) : undefined;
  return whole === undefined ? parseFraction(text, decimals) : whole * 10 ** decimals;
}

function parseFraction(text: string, decimals: number): number | undefined {
  const match = /^([+-]?)([0-9]{0,12})(?:\.([0-9]{0,9}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  if (fraction.length > decimals) return undefined;
  const value = Number(whole) * 10 ** decimals + Number(fraction.padEnd(decimals, '0'));
  return sign === '-' ? -value : value;
}

/**
 * Digits in the base that their prefix names: 0x hexadecimal, 0 octal, else decimal.
 * @param text - any
 * @returns the number, or undefined when the text is none
 */
export function parsePrefixedInteger(text: string): number | undefined {
  if (/^0[xX][0-9a-fA-F]{1,13}$/.test(text)) return Number.parseInt(text.slice(2), 16);
  if (/^0[0-7]{1,16}$/.test(text)) return Number.parseInt(text, 8);
  return parseInteger(text);
}
