import type { IpAddress } from '@tandem/inet';
import { address, integer, type Argument } from '../argument.ts';
import type { Call } from '../call.ts';
import { listEntries, readWord } from '../composer.ts';
import { form, type Form } from '../form.ts';
import type { Word } from '../words.ts';

/** A peer as written. */
export interface PeerEntry {
  readonly address: IpAddress;
  readonly minTtl?: number;
  readonly maxTtl?: number;
  readonly word: Word;
}

/** A TTL or hop limit. */
export const TTL: Argument<number> = integer({ min: 0, max: 255 });

const ADDRESS = address();

/** keepalived reads past a prefix length. */
const PEER_ADDRESS: Argument<IpAddress> = {
  ...ADDRESS,
  read: (text) => ADDRESS.read(text.split('/')[0] ?? ''),
};

/** `ADDRESS [min_ttl N] [max_ttl N]`. */
export const PEER: Form = form(
  { address: PEER_ADDRESS },
  {
    min_ttl: { argument: TTL, doc: 'Limit of the TTL of adverts from there.' },
    max_ttl: { argument: TTL, doc: 'Limit of the TTL of adverts from there.' },
  },
);

const LIMITS: ReadonlyMap<string, 'minTtl' | 'maxTtl'> = new Map([
  ['min_ttl', 'minTtl'],
  ['max_ttl', 'maxTtl'],
] as const);

/** Reads the entries of unicast_peer; one that is there already is left out. */
export function applyPeers(peers: Map<IpAddress, PeerEntry>, call: Call): void {
  for (const words of listEntries(call)) {
    const entry = readPeerEntry(words, call);
    if (entry !== undefined && !peers.has(entry.address)) peers.set(entry.address, entry);
  }
}

function readPeerEntry(words: readonly Word[], call: Call): PeerEntry | undefined {
  const [word, ...options] = words;
  if (word === undefined) return undefined;
  const peer = PEER_ADDRESS.read(word.text);
  if (!peer.ok) {
    call.complain('INVALID_ADDRESS', `'${word.text}' is not an IP address; skipping it`, {
      at: word,
    });
    return undefined;
  }
  const limits: { minTtl?: number; maxTtl?: number } = {};
  for (let i = 0; i < options.length; i += 2) {
    const [name, value] = [options[i] as Word, options[i + 1]];
    const limit = LIMITS.get(name.text);
    if (limit === undefined || value === undefined) {
      call.complain('UNKNOWN_OPTION', `'${name.text}' is no option of a peer; ignoring it`, {
        at: name,
        hint: PEER_ADDRESS.read(name.text).ok
          ? 'write one peer per line'
          : "write 'min_ttl N' or 'max_ttl N'",
      });
      continue;
    }
    const ttl = readWord(TTL, value, { call, name: name.text });
    if (ttl !== undefined) limits[limit] = ttl;
  }
  const { minTtl = 0, maxTtl = 255 } = limits;
  if (minTtl > maxTtl) {
    const message = `min_ttl ${minTtl} is above max_ttl ${maxTtl}: all adverts of this peer are dropped`;
    call.complain('EMPTY_TTL_RANGE', message, { at: word });
  }
  return { address: peer.value, ...limits, word };
}
