import { ipBytes, ipFamily, ipFromBytes, parseIp, type IpAddress } from '@tandem/inet';
import { address, addressPattern, word, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { form, type Form } from '../form.ts';
import { parseInteger, parsePrefixedInteger } from '../number.ts';
import { readForm } from '../read-form.ts';
import { complainUnknownInterfaces } from '../interface.ts';
import type { Word } from '../words.ts';
import { addressOptions, peerOf, type AddressOptions } from './address-options.ts';
import { prefixed } from './forms.ts';

/** One line of an address block; the interface may still be the instance's own. */
export interface AddressEntry extends AddressOptions {
  readonly address: IpAddress;
  /** Of the network, or of the peer. */
  readonly prefixLength: number;
  readonly peer?: IpAddress;
  readonly device?: string;
  readonly broadcast?: IpAddress;
  readonly label?: string;
  readonly scope: number;
  /** It is to be on a macvlan. */
  readonly vmac?: true;
  /** Where its first word stands. */
  readonly word: Word;
}

/** @see linux/rtnetlink.h rt_scope_t */
const SCOPES: ReadonlyMap<string, number> = new Map([
  ['global', 0],
  ['site', 200],
  ['link', 253],
  ['host', 254],
  ['nowhere', 255],
]);

const OPTION_CODE = 'INVALID_ADDRESS_OPTION';

/** 0–255, or the names that every box has. */
const SCOPE: Argument<number> = {
  placeholder: 'SCOPE',
  limit: `${[...SCOPES.keys()].join(', ')} or 0–255`,
  schema: { anyOf: [{ enum: [...SCOPES.keys()] }, { type: 'integer', minimum: 0, maximum: 255 }] },
  data: (value) => [...SCOPES].find(([, number]) => number === value)?.[0] ?? value,
  read(text) {
    const value = SCOPES.get(text) ?? parsePrefixedInteger(text);
    const right = value !== undefined && value >= 0 && value <= 255;
    return right ? { ok: true, value } : { ok: false, code: OPTION_CODE, limit: this.limit };
  },
};

const BROADCAST: Argument<string> = {
  ...address(4),
  placeholder: 'ADDRESS|+|-',
  schema: { type: 'string', pattern: `${addressPattern(4)}|^[+-]$` },
  data: (value) => value,
  read: (text) =>
    text === '+' || text === '-' || parseIp(text)?.includes('.') === true
      ? { ok: true, value: text }
      : { ok: false, code: OPTION_CODE, limit: "an IPv4 address, '+' or '-'" },
};

const LIFETIME: Argument<string> = {
  placeholder: 'SECONDS|forever',
  limit: 'seconds or forever',
  schema: { type: 'string', pattern: '^([0-9]+|forever)$' },
  data: (value) => value,
  read: (text) =>
    /^(?:[0-9]+|forever)$/.test(text)
      ? { ok: true, value: text }
      : { ok: false, code: OPTION_CODE, limit: 'seconds or forever' },
};

const ENTRY = form(
  { address: prefixed() },
  // prettier-ignore
  {
    dev: { argument: word(undefined, 'INTERFACE'), doc: 'Its interface. Default: that of the instance.' },
    brd: { argument: BROADCAST, aliases: ['broadcast'], doc: 'Broadcast address; + sets all host bits, - clears them.' },
    label: { argument: word(15, 'LABEL'), doc: 'Its name in ifconfig, such as eth0:1.' },
    scope: { argument: SCOPE, doc: 'Where it is valid: global, site, link, host, nowhere or 0–255. Default: global.' },
    peer: { argument: prefixed(), doc: 'The other end of a point to point link.' },
    home: { doc: 'Home address of mobile IPv6.' },
    '-nodad': { doc: 'Look for duplicates of an IPv6 address.' },
    mngtmpaddr: { doc: 'Make temporary addresses from it.' },
    noprefixroute: { doc: 'No route for its prefix.' },
    autojoin: { doc: 'Join its multicast group.' },
    no_track: { doc: 'Do nothing when somebody removes it.' },
    preferred_lft: { argument: LIFETIME, doc: 'How long an IPv6 address is preferred as source.' },
    track_group: { argument: word(undefined, 'NAME'), doc: 'Of static addresses: the track_group that follows it.' },
    use_vmac: { doc: 'Put it on a VMAC of its own.' },
  },
);

/** `ADDRESS[/LENGTH] [OPTION VALUE]…`. @see inventory §2.3 */
export const ADDRESS_ENTRY: Form = ENTRY;

/**
 * Reads `ADDRESS[/LENGTH] [OPTION VALUE]…`.
 * @param words - of one line, at least one
 * @param call - the block's statement, for complaints
 * @returns the entry, or undefined when the address is none
 * @see inventory §2.3
 */
export function readAddressEntry(words: readonly Word[], call: Call): AddressEntry | undefined {
  const [word] = words;
  if (word === undefined) return undefined;
  const slash = word.text.indexOf('/');
  const address = parseIp(slash < 0 ? word.text : word.text.slice(0, slash));
  if (address === undefined) {
    const hint = 'write ADDRESS or ADDRESS/LENGTH';
    call.complain('INVALID_ADDRESS', `'${word.text}' is not an IP address; skipping it`, {
      at: word,
      hint,
    });
    return undefined;
  }
  const most = ipFamily(address) === 4 ? 32 : 128;
  const prefixLength = slash < 0 ? most : readLength(word, { slash, most, call });
  const given = readForm(ENTRY, words, call) ?? {};
  complainUnknownDevice(words, call);
  complainNoBroadcast(words, { address, prefixLength, call });
  const peer = peerOf(word, given.peer, call);
  if (peer === null) return undefined;
  const broadcast = broadcastOf(address, prefixLength, peer === undefined ? given.brd : undefined);
  return {
    address,
    prefixLength,
    ...(given.dev === undefined ? {} : { device: given.dev }),
    ...(broadcast === undefined ? {} : { broadcast }),
    ...(given.label === undefined ? {} : { label: given.label }),
    ...peer,
    scope: given.scope ?? 0,
    ...(given.use_vmac === undefined ? {} : { vmac: true as const }),
    ...addressOptions(address, prefixLength, given),
    word,
  };
}

function readLength(
  word: Word,
  context: { readonly slash: number; readonly most: number; readonly call: Call },
): number {
  const { slash, most, call } = context;
  const text = word.text.slice(slash + 1);
  // keepalived says nothing of a slash without a number.
  if (text === '') return most;
  const length = parseInteger(text);
  if (length !== undefined && length >= 0 && length <= most) return length;
  call.complain(
    'INVALID_PREFIX_LENGTH',
    `the prefix length of ${word.text} must be 0–${most}, got '${text}'; ${most} is used`,
    { at: word },
  );
  return most;
}

function complainUnknownDevice(words: readonly Word[], call: Call): void {
  const device = words[words.findIndex((each) => each.text === 'dev') + 1 || words.length];
  if (device !== undefined) complainUnknownInterfaces([device], call);
}

/** A link of two has none (RFC 3021), nor has a single address. */
const BROADCAST_LENGTH_MAX = 30;

function complainNoBroadcast(
  words: readonly Word[],
  entry: { readonly address: IpAddress; readonly prefixLength: number; readonly call: Call },
): void {
  const { address, prefixLength, call } = entry;
  if (ipFamily(address) === 6 || prefixLength <= BROADCAST_LENGTH_MAX) return;
  const at = words.find(
    ({ text }, i) => /^[-+]$/.test(text) && /^(?:brd|broadcast)$/.test(words[i - 1]?.text ?? ''),
  );
  if (at === undefined) return;
  const message = `a network of length ${prefixLength} has no broadcast address; ignoring brd ${at.text}`;
  call.complain('INVALID_ADDRESS_OPTION', message, { at, hint: `write ${address}/LENGTH` });
}

/** `+` sets all host bits, `-` clears them; IPv6 has no broadcast. */
function broadcastOf(
  address: IpAddress,
  length: number,
  text: string | undefined,
): IpAddress | undefined {
  if (text === undefined || ipFamily(address) === 6) return undefined;
  if (text !== '+' && text !== '-') return parseIp(text);
  if (length > BROADCAST_LENGTH_MAX) return undefined;
  const bytes = ipBytes(address);
  for (let bit = length; bit < 32; bit += 1) {
    const mask = 0x80 >> (bit & 7);
    const i = bit >> 3;
    bytes[i] = text === '+' ? (bytes[i] ?? 0) | mask : (bytes[i] ?? 0) & ~mask;
  }
  return ipFromBytes(bytes);
}
