declare const macBrand: unique symbol;

/** A 48-bit hardware address as six lower-case hex pairs with colons. */
export type MacAddress = string & { readonly [macBrand]: true };

/** ff:ff:ff:ff:ff:ff, all stations. */
export const BROADCAST_MAC: MacAddress = 'ff:ff:ff:ff:ff:ff' as MacAddress;

/**
 * @param text - six hex pairs separated by colons, any case
 * @returns the address, or undefined when the text is none
 */
export function parseMac(text: string): MacAddress | undefined {
  return /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)
    ? (text.toLowerCase() as MacAddress)
    : undefined;
}

/**
 * @param bytes - 6 octets
 * @returns the address
 * @throws RangeError for any other length
 */
export function macFromBytes(bytes: Uint8Array): MacAddress {
  if (bytes.length !== 6)
    throw new RangeError(`a hardware address has 6 bytes, got ${bytes.length}`);
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(':') as MacAddress;
}

/**
 * @param mac - a hardware address
 * @returns 6 octets, freshly allocated
 */
export function macBytes(mac: MacAddress): Uint8Array {
  return Uint8Array.from(mac.split(':'), (pair) => Number.parseInt(pair, 16));
}
