declare const ipBrand: unique symbol;

/** Address family as people number it. */
export type IpFamily = 4 | 6;

/**
 * An IPv4 or IPv6 address in canonical text (RFC 5952 for IPv6), so that equal addresses are
 * equal strings, serve as map keys and travel as JSON. Only `parseIp` and `ipFromBytes` make one.
 */
export type IpAddress = string & { readonly [ipBrand]: true };

/**
 * @param text - dotted quad or IPv6 text without zone or brackets; at most 45 characters
 * @returns the address, or undefined when the text is none
 * @see RFC 4291 §2.2
 */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined;
  // A dotted quad has but one form.
  if (IPV4.test(text)) return text as IpAddress;
  const bytes = text.includes(':') ? parseIpv6(text) : undefined;
  return bytes === undefined ? undefined : ipFromBytes(bytes);
}

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}$`);

const DOT = 0x2e;
const ZERO = 0x30;

/**
 * @param bytes - 4 or 16 octets, network order
 * @returns the address
 * @throws RangeError for any other length
 */
export function ipFromBytes(bytes: Uint8Array): IpAddress {
  if (bytes.length === 4) return bytes.join('.') as IpAddress;
  if (bytes.length !== 16)
    throw new RangeError(`an address has 4 or 16 bytes, got ${bytes.length}`);
  return formatIpv6(bytes) as IpAddress;
}

/**
 * @param address - any address
 * @returns 4 or 16 octets, network order, freshly allocated
 */
export function ipBytes(address: IpAddress): Uint8Array {
  const bytes = address.includes(':') ? parseIpv6(address) : parseIpv4(address);
  if (bytes === undefined) throw new RangeError(`not an address: ${address}`);
  return bytes;
}

/**
 * @param address - any address
 * @returns its family
 */
export function ipFamily(address: IpAddress): IpFamily {
  return address.includes(':') ? 6 : 4;
}

/**
 * Numeric order, IPv4 before IPv6; decides between equal VRRP priorities.
 * @returns negative, zero or positive, as for Array.sort
 * @see RFC 9568 §6.4.3
 */
export function compareIp(a: IpAddress, b: IpAddress): number {
  const left = ipBytes(a);
  const right = ipBytes(b);
  if (left.length !== right.length) return left.length - right.length;
  for (let i = 0; i < left.length; i += 1) {
    const difference = (left[i] as number) - (right[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Asked for each connection and each request to the kernel: no lists on the way. */
function parseIpv4(text: string): Uint8Array | undefined {
  if (!IPV4.test(text)) return undefined;
  const octets = new Uint8Array(4);
  let index = 0;
  let octet = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    octet = code === DOT ? 0 : octet * 10 + code - ZERO;
    if (code === DOT) index += 1;
    octets[index] = octet;
  }
  return octets;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  if (halves.length === 2 && (halves[0] as string).includes('.')) return undefined;
  const head = hextets(halves[0] as string);
  const tail = halves.length === 2 ? hextets(halves[1] as string) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return Uint8Array.from([...head, ...Array.from({ length: missing }, () => 0), ...tail]);
}

/** Octets of colon-separated groups, the last of which may be a dotted quad. */
function hextets(text: string): number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const octets: number[] = [];
  for (const [i, group] of groups.entries()) {
    if (group.includes('.')) {
      const quad = i === groups.length - 1 ? parseIpv4(group) : undefined;
      if (quad === undefined) return undefined;
      octets.push(...quad);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      octets.push(value >> 8, value & 0xff);
    }
  }
  return octets;
}

function formatIpv6(bytes: Uint8Array): string {
  if (isIpv4Mapped(bytes)) return `::ffff:${bytes.subarray(12).join('.')}`;
  const groups = Array.from({ length: 8 }, (_, i) => {
    return (((bytes[i * 2] as number) << 8) | (bytes[i * 2 + 1] as number)).toString(16);
  });
  const { start, length } = longestZeroRun(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

function isIpv4Mapped(bytes: Uint8Array): boolean {
  return bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every((b) => b === 0);
}

function longestZeroRun(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let run = 0;
  for (const [i, group] of groups.entries()) {
    run = group === '0' ? run + 1 : 0;
    if (run > best.length) best = { start: i - run + 1, length: run };
  }
  return best;
}

/**
 * @param address - of either family
 * @returns whether it stands for a group
 * @see RFC 1112 §4, RFC 4291 §2.7
 */
export function isMulticast(address: IpAddress): boolean {
  const first = ipBytes(address)[0] ?? 0;
  return ipFamily(address) === 6 ? first === 0xff : first >> 4 === 0xe;
}
