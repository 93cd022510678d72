/** Remembers whose adverts were signed, and says what an operator should know of it. */
import type { IpAddress } from '@tandem/inet';
import { after, type Instant } from '@tandem/time';
import type { Signer } from './hmac-check.ts';
import type { Heard } from './receive-check.ts';
import type { VrrpState } from './state.ts';
import { masterDownInterval } from './timers.ts';
import { change, countUp, log, type Turn } from './turn.ts';

/**
 * One whose advert counted once. Its stamp stays for as long as it is known, so that no old advert
 * counts again.
 */
export interface KnownSigner extends Signer {
  /** Until when it is told of as heard; absent: its adverts are not taken any more. */
  readonly toldUntil?: Instant;
}

/** More routers than this do not have one key. */
const SIGNERS_MAX = 64;

/**
 * @param turn - of an instance that has heard a good advert
 * @param heard - the advert
 */
export function noteTrailer(turn: Turn, heard: Heard): void {
  const { trailer, source } = heard;
  if (trailer === undefined) return;
  const { signers } = turn.state;
  const known = signers.find((each) => each.source === source);
  if (trailer.kind === 'unsigned') {
    if (turn.state.counters.auth_ext_missing === 0)
      log(turn, `advert of ${source} without auth_hmac trailer`, { level: 'warning' });
    countUp(turn, 'auth_ext_missing');
    untellSigners(turn, source);
    return;
  }
  const { signer, ahead } = trailer;
  if (signer.skewed && known?.skewed !== true) {
    const direction = ahead > 0 ? 'ahead' : 'behind';
    const text = `clock of ${source} is ${Math.abs(ahead).toFixed(1)} s ${direction}: beyond time_window its adverts are dropped`;
    log(turn, text, { level: 'warning' });
  }
  const others = signers.filter((each) => each !== known);
  const { settings, effectivePriority } = turn.state;
  const interval = masterDownInterval(settings, effectivePriority, heard.advertisementInterval);
  const told = { ...signer, toldUntil: after(turn.now, interval) };
  change(turn, { signers: [told, ...others].slice(0, SIGNERS_MAX) });
}

/**
 * No longer tells of routers as heard, until their next good advert.
 * @param turn - of an instance that takes their adverts no more, or may not
 * @param source - only this one
 */
export function untellSigners(turn: Turn, source?: IpAddress): void {
  const { signers } = turn.state;
  if (signers.length === 0) return;
  change(turn, {
    signers: signers.map((each) => {
      if (source !== undefined && each.source !== source) return each;
      const { toldUntil: _, ...rest } = each;
      return rest;
    }),
  });
}

/**
 * @param state - of an instance
 * @param now - the present
 * @returns the routers whose signed adverts it takes, and has heard lately
 */
export function signersHeard({ signers }: Pick<VrrpState, 'signers'>, now: Instant): IpAddress[] {
  return signers
    .filter(({ toldUntil }) => toldUntil !== undefined && now < toldUntil)
    .map(({ source }) => source);
}
