import { ipBytes, ipFamily, ipFromBytes, parseIp, type IpAddress } from '@tandem/inet';
import type { Call } from '../call.ts';
import { nearest } from '../nearest.ts';
import { parseInteger, parsePrefixedInteger } from '../number.ts';
import type { Word } from '../words.ts';

/** One line of an address block; the interface may still be the instance's own. */
export interface AddressEntry {
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly device?: string;
  readonly broadcast?: IpAddress;
  readonly label?: string;
  readonly scope: number;
  /** Where its first word stands. */
  readonly word: Word;
}

interface EntryDraft {
  device?: string;
  broadcast?: string;
  label?: string;
  scope?: number;
}

/** @see linux/rtnetlink.h rt_scope_t */
const SCOPES: ReadonlyMap<string, number> = new Map([
  ['global', 0],
  ['site', 200],
  ['link', 253],
  ['host', 254],
  ['nowhere', 255],
]);

const LABEL_LENGTH_MAX = 15;

/** What may follow the address, each with one value; false: the value was wrong and is ignored. */
const OPTIONS: ReadonlyMap<string, (draft: EntryDraft, value: string) => string | undefined> =
  new Map([
    ['dev', setDevice],
    ['brd', setBroadcast],
    ['broadcast', setBroadcast],
    ['label', setLabel],
    ['scope', setScope],
  ]);

/** Options that have no effect yet: how many words follow, and what therefore does not happen. */
export const PENDING_OPTIONS: ReadonlyMap<
  string,
  { readonly words: number; readonly lost: true | string }
> = new Map([
  ['peer', { words: 1, lost: 'the address is not point to point' }],
  ['home', { words: 0, lost: true as const }],
  ['-nodad', { words: 0, lost: true as const }],
  ['mngtmpaddr', { words: 0, lost: true as const }],
  ['noprefixroute', { words: 0, lost: 'the kernel sets a route for its prefix' }],
  ['autojoin', { words: 0, lost: true as const }],
  ['no_track', { words: 0, lost: true as const }],
  ['preferred_lft', { words: 1, lost: true as const }],
  ['track_group', { words: 1, lost: true as const }],
  ['use_vmac', { words: 0, lost: 'the address is on the interface itself' }],
]);

/**
 * Reads `ADDRESS[/LENGTH] [OPTION VALUE]…`.
 * @param words - of one line, at least one
 * @param call - the block's statement, for complaints
 * @returns the entry, or undefined when the address is none
 * @see inventory §2.3
 */
export function readAddressEntry(words: readonly Word[], call: Call): AddressEntry | undefined {
  const [word, ...options] = words;
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
  const draft: EntryDraft = {};
  readOptions(options, draft, call);
  const { broadcast, scope = 0, ...rest } = draft;
  const computed =
    broadcast === undefined ? undefined : broadcastOf(address, prefixLength, broadcast);
  return {
    address,
    prefixLength,
    ...rest,
    ...(computed === undefined ? {} : { broadcast: computed }),
    scope,
    word,
  };
}

function readLength(
  word: Word,
  context: { readonly slash: number; readonly most: number; readonly call: Call },
): number {
  const { slash, most, call } = context;
  const text = word.text.slice(slash + 1);
  const length = parseInteger(text);
  if (length !== undefined && length >= 0 && length <= most) return length;
  call.complain(
    'INVALID_PREFIX_LENGTH',
    `the prefix length of ${word.text} must be 0–${most}, got '${text}'; ${most} is used`,
    { at: word },
  );
  return most;
}

function readOptions(words: readonly Word[], draft: EntryDraft, call: Call): void {
  for (let i = 0; i < words.length; i += 1) {
    const [name, value] = [words[i] as Word, words[i + 1]];
    const pending = PENDING_OPTIONS.get(name.text);
    if (pending !== undefined) {
      call.sayWithoutEffect(name.text, pending.lost, name);
      i += pending.words;
      continue;
    }
    const set = OPTIONS.get(name.text);
    if (set === undefined) {
      const near = nearest(name.text, [...OPTIONS.keys(), ...PENDING_OPTIONS.keys()]);
      const isAddress = parseIp(name.text.split('/')[0] ?? '') !== undefined;
      call.complain(
        'UNKNOWN_ADDRESS_OPTION',
        `Unknown configuration entry '${name.text}' for ip address; ignoring it`,
        {
          at: name,
          hint: isAddress ? 'write one address per line' : near && `did you mean '${near}'?`,
        },
      );
      continue;
    }
    if (value === undefined) {
      call.complain('MISSING_VALUE', `'${name.text}' has no value; ignoring it`, { at: name });
      return;
    }
    i += 1;
    const limit = set(draft, value.text);
    if (limit === undefined) continue;
    call.complain('INVALID_ADDRESS_OPTION', `${name.text} must be ${limit}, got '${value.text}'`, {
      at: value,
    });
  }
}

function setDevice(draft: EntryDraft, value: string): undefined {
  draft.device = value;
}

function setBroadcast(draft: EntryDraft, value: string): string | undefined {
  const right = value === '+' || value === '-' || parseIp(value)?.includes('.') === true;
  if (!right) return "an IPv4 address, '+' or '-'";
  draft.broadcast = value;
  return undefined;
}

function setLabel(draft: EntryDraft, value: string): string | undefined {
  if (value.length > LABEL_LENGTH_MAX) return `at most ${LABEL_LENGTH_MAX} characters`;
  draft.label = value;
  return undefined;
}

function setScope(draft: EntryDraft, value: string): string | undefined {
  const scope = SCOPES.get(value) ?? parsePrefixedInteger(value);
  if (scope === undefined || scope < 0 || scope > 255) {
    return `${[...SCOPES.keys()].join(', ')} or 0–255`;
  }
  draft.scope = scope;
  return undefined;
}

/** `+` sets all host bits, `-` clears them; IPv6 has no broadcast. */
function broadcastOf(address: IpAddress, length: number, text: string): IpAddress | undefined {
  if (ipFamily(address) === 6) return undefined;
  if (text !== '+' && text !== '-') return parseIp(text);
  const bytes = ipBytes(address);
  for (let bit = length; bit < 32; bit += 1) {
    const mask = 0x80 >> (bit & 7);
    const i = bit >> 3;
    bytes[i] = text === '+' ? (bytes[i] ?? 0) | mask : (bytes[i] ?? 0) & ~mask;
  }
  return ipFromBytes(bytes);
}
