import { parseIp } from '@tandem/inet';
import { address, integer, oneOf, word, type Argument, type Limits } from '../argument.ts';
import type { Call } from '../call.ts';
import { readWord } from '../composer.ts';
import { form, type Form } from '../form.ts';
import type { Word } from '../words.ts';

const TTL = integer({ min: 0, max: 255 });
type TrackedKind = 'interface' | 'script' | 'bfd' | 'file' | 'process';
const WEIGHTS: Readonly<Record<TrackedKind, Argument<number>>> = {
  interface: integer({ min: -253, max: 253 }),
  script: integer({ min: -253, max: 253 }),
  bfd: integer({ min: -253, max: 253 }),
  file: integer({ min: -254, max: 254 }),
  process: integer({ min: -254, max: 254 }),
};
const REVERSE = oneOf(new Map([['reverse', true]]));

/** `WEIGHT [reverse]`, of what may be tracked. */
export function weight(limits: Limits): Form {
  return form({ value: integer(limits) }, { reverse: { doc: 'the other way round' } });
}

/** `NAME [weight N [reverse]]`. */
export const TRACK_ENTRIES: Readonly<Record<TrackedKind, Form>> = {
  interface: trackEntryForm('interface'),
  script: trackEntryForm('script'),
  bfd: trackEntryForm('bfd'),
  file: trackEntryForm('file'),
  process: trackEntryForm('process'),
};

function trackEntryForm(kind: TrackedKind): Form {
  return form(
    { name: word() },
    {
      weight: { argument: WEIGHTS[kind], doc: 'instead of that of the tracker' },
      reverse: { doc: 'the other way round' },
      noreverse: {},
    },
  );
}

/** `ADDRESS [min_ttl N] [max_ttl N]`. */
export const PEER: Form = form(
  { address: address() },
  {
    min_ttl: { argument: TTL, doc: 'of adverts from there' },
    max_ttl: { argument: TTL, doc: 'of adverts from there' },
  },
);

/**
 * Reads the entries of track_script and its like: `NAME [weight N [reverse]]`.
 * @param kind - what is tracked; all but interfaces must have been defined before
 * @returns a reader of one entry
 * @see inventory §1.10
 */
export function trackEntry(kind: TrackedKind): (words: readonly Word[], call: Call) => void {
  return (words, call) => {
    const [name, option, weight, reverse] = words;
    if (name === undefined) return;
    if (kind !== 'interface' && call.session.defined.get(kind)?.has(name.text) !== true) {
      call.complain('UNKNOWN_TRACKER', `track ${kind} ${name.text} not found; ignoring it`, {
        at: name,
        hint: 'it must be defined earlier in the file',
      });
      return;
    }
    if (option === undefined) return;
    if (option.text !== 'weight' || weight === undefined) {
      call.complain(
        'UNKNOWN_OPTION',
        `'${option.text}' is no option of ${name.text}; ignoring it`,
        {
          at: option,
          hint: "write 'weight N'",
        },
      );
      return;
    }
    readWord(WEIGHTS[kind], weight, { call, name: 'weight' });
    if (reverse !== undefined)
      readWord(REVERSE, reverse, { call, name: 'what follows the weight' });
  };
}

/** Reads `ADDRESS [min_ttl N] [max_ttl N]`, an entry of unicast_peer. */
export function readPeerEntry(words: readonly Word[], call: Call): void {
  const [address, ...options] = words;
  if (address === undefined) return;
  // keepalived reads past a prefix length.
  if (parseIp(address.text.split('/')[0] ?? '') === undefined) {
    call.complain('INVALID_ADDRESS', `'${address.text}' is not an IP address; skipping it`, {
      at: address,
    });
    return;
  }
  for (let i = 0; i < options.length; i += 2) {
    const [name, value] = [options[i] as Word, options[i + 1]];
    if ((name.text === 'min_ttl' || name.text === 'max_ttl') && value !== undefined) {
      readWord(TTL, value, { call, name: name.text });
    } else {
      call.complain('UNKNOWN_OPTION', `'${name.text}' is no option of a peer; ignoring it`, {
        at: name,
        hint: "write 'min_ttl N' or 'max_ttl N'",
      });
    }
  }
}
