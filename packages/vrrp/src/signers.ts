/** Remembers whose adverts were signed, and says what an operator should know of it. */
import type { Heard } from './receive-check.ts';
import { change, countUp, log, type Turn } from './turn.ts';

/** More routers than this do not have one key. */
const SIGNERS_MAX = 64;

/**
 * @param turn - of an instance that has heard a good advert
 * @param heard - the advert
 */
export function noteTrailer(turn: Turn, { trailer, source }: Heard): void {
  if (trailer === undefined) return;
  const { signers } = turn.state;
  const known = signers.find((each) => each.source === source);
  if (trailer.kind === 'unsigned') {
    if (turn.state.counters.auth_ext_missing === 0)
      log(turn, `advert of ${source} without auth_hmac trailer`, { level: 'warning' });
    countUp(turn, 'auth_ext_missing');
    return;
  }
  const { signer, ahead } = trailer;
  if (signer.skewed && known?.skewed !== true) {
    const direction = ahead > 0 ? 'ahead' : 'behind';
    const text = `clock of ${source} is ${Math.abs(ahead).toFixed(1)} s ${direction}: beyond time_window its adverts are dropped`;
    log(turn, text, { level: 'warning' });
  }
  const others = signers.filter((each) => each !== known);
  change(turn, { signers: [signer, ...others].slice(0, SIGNERS_MAX) });
}
