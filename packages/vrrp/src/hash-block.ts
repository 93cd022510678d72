/** What MD5 and SHA-256 have in common: both take blocks of 64 octets, and make a keyed hash alike. */

/** Octets of a block. */
export const BLOCK_BYTES = 64;

/**
 * @param data - any bytes
 * @param littleEndian - order of the length's octets
 * @returns the data, a bit 1, zeros, and the length in bits
 */
export function padded(data: Uint8Array, littleEndian: boolean): Uint8Array<ArrayBuffer> {
  const length = Math.ceil((data.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const message = new Uint8Array(length);
  message.set(data);
  message[data.length] = 0x80;
  const at = littleEndian ? length - 8 : length - 4;
  new DataView(message.buffer).setUint32(at, data.length * 8, littleEndian);
  return message;
}

/**
 * @param hash - takes any bytes
 * @param key - the secret
 * @param data - what is to be authentic
 * @returns as many octets as the hash has
 * @see RFC 2104
 */
export function keyedHash(
  hash: (data: Uint8Array) => Uint8Array,
  key: Uint8Array,
  data: Uint8Array,
): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? hash(key) : key);
  const inner = hash(Uint8Array.of(...block.map((octet) => octet ^ 0x36), ...data));
  return hash(Uint8Array.of(...block.map((octet) => octet ^ 0x5c), ...inner));
}
