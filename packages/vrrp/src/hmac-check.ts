/** Whether the trailer of an advert is one that counts: keepalived 2.4's outcomes, each counted. */
import type { IpAddress } from '@tandem/inet';
import { inSeconds } from '@tandem/time';
import type { VrrpCounters } from './counters.ts';
import { isSignatureRight, readTrailer, TRAILER_LENGTH } from './hmac-trailer.ts';
import type { HmacSettings } from './settings.ts';
import { aheadBy, isLater } from './stamp.ts';

/** A router whose signature was right, and the last of its stamps. */
export interface Signer {
  readonly source: IpAddress;
  readonly stamp: bigint;
  /** Its clock differs by more than half the window. */
  readonly skewed: boolean;
}

/** An advert, as far as its trailer is concerned. */
interface SignedPacket {
  readonly body: Uint8Array;
  readonly source: IpAddress;
  /** Wall clock, in milliseconds since 1970. */
  readonly receivedAt: number;
  /** Octets of the advert without a trailer. */
  readonly length: number;
}

/** What came of it; the log line has no instance's name. */
export type TrailerVerdict =
  | { readonly kind: 'signed'; readonly signer: Signer; readonly ahead: number }
  | { readonly kind: 'unsigned' }
  | {
      readonly kind: 'rejected';
      readonly counter: keyof VrrpCounters;
      readonly log: string;
    };

/**
 * @param settings - of the instance
 * @param packet - whose length fits an advert with a trailer, or without
 * @param signers - those heard before
 */
export function checkTrailer(
  settings: HmacSettings,
  { body, source, receivedAt, length }: SignedPacket,
  signers: readonly Signer[],
): TrailerVerdict {
  if (body.length !== length + TRAILER_LENGTH) {
    if (settings.mode !== 'enforce') return { kind: 'unsigned' };
    return rejected('auth_ext_missing', 'advert without auth_hmac trailer');
  }
  const head = readTrailer(body);
  if (head === undefined) return rejected('auth_ext_malformed', 'malformed auth_hmac trailer');
  const { keyId, stamp } = head;
  const key = settings.keys.find(({ id }) => id === keyId);
  if (key === undefined)
    return rejected('auth_ext_unknown_key', `auth_hmac trailer with unknown key ${keyId}`);
  if (!isSignatureRight(body, source, keyOctets(key.octets)))
    return rejected('auth_ext_invalid_hmac', `auth_hmac trailer of key ${keyId} with a wrong HMAC`);
  const ahead = aheadBy(stamp, receivedAt);
  const window = inSeconds(settings.timeWindow);
  const isTimed = settings.antiReplay === 'time';
  if (isTimed && !(Math.abs(ahead) <= window)) {
    const text = `${Math.abs(ahead).toFixed(1)} s ${ahead > 0 ? 'in the future' : 'old'}`;
    return rejected('auth_ext_stale', `auth_hmac trailer is ${text}, time_window is ${window} s`);
  }
  const last = signers.find((each) => each.source === source)?.stamp;
  if (last !== undefined && !isLater(stamp, last))
    return rejected('auth_ext_replay', 'auth_hmac trailer was seen before, or is older than one');
  const skewed = isTimed && Math.abs(ahead) > window / 2;
  return { kind: 'signed', ahead, signer: { source, stamp, skewed } };
}

/**
 * @param digits - hexadecimal, two for each octet
 * @returns the octets
 */
export function keyOctets(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16),
  );
}

function rejected(counter: keyof VrrpCounters, log: string): TrailerVerdict {
  return { kind: 'rejected', counter, log };
}
