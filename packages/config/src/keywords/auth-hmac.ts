import { inSeconds, seconds, type Duration } from '@tandem/time';
import type { HmacSettings } from '@tandem/vrrp';
import { integer, named, oneOf, wholeSeconds, word } from '../argument.ts';
import type { Call } from '../call.ts';
import { composeBlock } from '../composer.ts';
import { form } from '../form.ts';
import { keywordGrammar, type KeywordGrammar } from '../grammar.ts';
import { readForm } from '../read-form.ts';
import type { Word } from '../words.ts';

/** What an auth_hmac block says so far. */
export interface HmacDraft {
  readonly keys: Map<number, string>;
  activeKey?: number;
  antiReplay?: HmacSettings['antiReplay'];
  timeWindow?: Duration;
  mode?: HmacSettings['mode'];
}

/** Octets of a key: fewer can be guessed, more would be hashed. */
const [KEY_MIN, KEY_MAX] = [32, 64];
/** Seconds; a window below three adverts drops what is merely late. */
const [WINDOW_MIN, WINDOW_ADVERTS] = [5, 3];
/** Stands for a key in a file of a box that nobody can look at. */
const UNSEEN_KEY = '00'.repeat(KEY_MIN);
const KEY_ID = integer({ min: 1, max: 255 });
const KEY = form({ id: KEY_ID, value: word() });

/** The keyword table of auth_hmac. */
// prettier-ignore
export const AUTH_HMAC: KeywordGrammar<HmacDraft> = keywordGrammar<HmacDraft>('auth_hmac', [
  { kind: 'custom', keyword: 'key', form: KEY, adds: true, apply: applyKey, doc: 'A key of 32 to 64 octets by its number: `hex:DIGITS`, the characters themselves, or `file:PATH`, a file that holds either.' },
  { kind: 'value', keyword: 'active_key', set: 'activeKey', argument: KEY_ID, doc: 'The key that own adverts are signed with; others only verify.' },
  { kind: 'value', keyword: 'anti_replay', set: 'antiReplay', argument: oneOf(named('time', 'monotonic')), default: 'time', doc: 'time: an advert must be fresh, and newer than the last; monotonic: newer than the last, whatever the clocks.' },
  { kind: 'value', keyword: 'time_window', set: 'timeWindow', argument: wholeSeconds({ min: 1, max: 300 }), otherwise: '3 adverts, at least 5', doc: 'How far the clocks of two boxes may differ.' },
  { kind: 'value', keyword: 'mode', set: 'mode', argument: oneOf(named('enforce', 'permissive', 'receive-only')), default: 'enforce', doc: 'enforce: drop adverts without a trailer; permissive: hear them; receive-only: hear them, and sign none.' },
]);

/**
 * @param draft - of the instance, so far
 * @param call - the statement that opens the block
 */
export function applyHmac(draft: { hmac?: HmacDraft }, call: Call): void {
  const { block } = call.statement;
  if (block === undefined) return;
  draft.hmac ??= { keys: new Map() };
  composeBlock(AUTH_HMAC, draft.hmac, { block, owner: call.owner, session: call.session });
}

/** Never names a key in what it says. */
function applyKey(draft: HmacDraft, call: Call): void {
  const { id, value } = readForm(KEY, call.arguments, call) ?? {};
  const at = call.argument(2);
  if (id === undefined || value === undefined || at === undefined) return;
  const octets = value.startsWith('file:')
    ? readFile(value.slice('file:'.length), at, call)
    : readOctets(value, `key ${id}`, { at, call, isWritten: true });
  if (octets === undefined) return;
  if (draft.keys.has(id))
    call.complain('DUPLICATE_KEY', `key ${id} is given twice; the last one is used`, {
      at: call.argument(1),
      severity: 'warning',
    });
  draft.keys.set(id, octets);
}

function readFile(path: string, at: Word, call: Call): string | undefined {
  const file = call.session.box.keyFile(path);
  if (file === undefined) return UNSEEN_KEY;
  if (file.problem !== undefined) {
    const message = `cannot read a key from ${path}: ${file.problem}`;
    call.complain('KEY_FILE', message, { at, hint: 'the file holds hex: and 64 digits' });
    return undefined;
  }
  if (file.isOpen) {
    call.complain('KEY_FILE_OPEN', `${path} can be read by others than its owner`, {
      at,
      severity: 'warning',
      hint: `chmod 600 ${path}`,
    });
  }
  return readOctets(file.text.trimEnd(), `the key in ${path}`, { at, call, isWritten: false });
}

/** Where a key is named, and whether it is written there itself. */
interface ReadingOf {
  readonly at: Word;
  readonly call: Call;
  readonly isWritten: boolean;
}

function readOctets(
  text: string,
  what: string,
  { at, call, isWritten }: ReadingOf,
): string | undefined {
  const digits = text.startsWith('hex:')
    ? text.slice('hex:'.length)
    : Array.from(text, (each) => (each.codePointAt(0) ?? 0).toString(16).padStart(2, '0')).join('');
  const octets = digits.length / 2;
  const isHex = /^(?:[0-9a-f]{2})*$/i.test(digits);
  if (isHex && octets >= KEY_MIN && octets <= KEY_MAX) return digits.toLowerCase();
  const fault = isHex
    ? `has ${octets} ${octets === 1 ? 'octet' : 'octets'}`
    : 'is not made of pairs of hexadecimal digits';
  call.complain('INVALID_KEY', `${what} ${fault}; it must have ${KEY_MIN} to ${KEY_MAX} octets`, {
    at,
    ...(isWritten && { secret: true }),
    hint: 'openssl rand -hex 32 makes one',
  });
  return undefined;
}

/**
 * @param draft - the block; absent: there is none
 * @param instance - what the instance is
 * @param call - the statement that opens the instance
 * @returns the settings, after a fatal complaint none: adverts would go out unsigned otherwise
 */
export function finishHmac(
  draft: HmacDraft | undefined,
  { interval, strict }: { readonly interval: Duration; readonly strict: boolean },
  call: Call,
): { readonly hmac?: HmacSettings } {
  if (draft === undefined) return {};
  const block = call.inside('auth_hmac');
  const at = block && (call.of(block).inside('active_key') ?? block);
  const { keys, activeKey, antiReplay = 'time', mode = 'enforce' } = draft;
  if (activeKey === undefined || !keys.has(activeKey)) {
    const message =
      activeKey === undefined
        ? 'auth_hmac has no active_key'
        : `auth_hmac has no usable key ${activeKey}, which is its active_key`;
    call.complain('NO_ACTIVE_KEY', message, { at, fatal: true });
    return {};
  }
  if (strict && mode !== 'enforce') {
    const message = `auth_hmac mode ${mode} does not go with vrrp_strict; enforce is used`;
    call.complain('NOT_STRICT', message, { at, severity: 'warning' });
  }
  const least = seconds(Math.max(WINDOW_MIN, WINDOW_ADVERTS * inSeconds(interval)));
  return {
    hmac: {
      keys: [...keys].map(([id, octets]) => ({ id, octets })),
      activeKey,
      antiReplay,
      timeWindow: draft.timeWindow ?? least,
      mode: strict ? 'enforce' : mode,
    },
  };
}
