/**
 * Puts addresses back that somebody else takes off: at once, as a rule; ever later when somebody
 * insists, so that two programs that want different things do not keep a machine busy.
 */
import {
  after,
  between,
  earliest,
  inSeconds,
  isDue,
  seconds,
  type Duration,
  type Instant,
} from '@tandem/time';
import type { VirtualAddress } from './settings.ts';
import { allAddresses, isSameAddress } from './state.ts';
import type { Turn } from './turn.ts';
import { announce, change, log } from './turn.ts';

/** An address that somebody else took off, at least once of late. */
export interface Restoration {
  readonly address: VirtualAddress;
  /** Removals without a pause of `CALM` between them. */
  readonly removals: number;
  readonly removedAt: Instant;
  /** When it is put back; undefined: it has been. */
  readonly due: Instant | undefined;
}

/** So often an address is put back at once. */
const AT_ONCE_MAX = 5;
/** Whoever lets an address be for so long has stopped taking it off. */
const CALM: Duration = seconds(120);
const DELAY_SECONDS_MAX = 60;

/**
 * @param address - that is gone
 * @returns our address, with a word about it; undefined: it is none of a master, or nobody minds
 */
export function noteRemoval(turn: Turn, address: VirtualAddress): VirtualAddress | undefined {
  const { state, settings, restorations } = turn.state;
  const own = allAddresses(settings).find((each) => isSameAddress(each, address));
  const known = restorations.find((each) => isSameAddress(each.address, address));
  if (state !== 'MASTER' || own === undefined || own.track === false) return undefined;
  if (known?.due !== undefined) return undefined;
  turn.effects.push({
    type: 'log',
    level: 'warning',
    text: `Netlink reflector reports IP ${own.address} removed from ${own.device}`,
  });
  return own;
}

/** At once, or later if it has gone again and again. */
export function putBack(turn: Turn, own: VirtualAddress): void {
  const { restorations } = turn.state;
  const known = restorations.find((each) => isSameAddress(each.address, own));
  const isCalm = known === undefined || isCalmSince(known.removedAt, turn.now);
  const removals = isCalm ? 1 : known.removals + 1;
  const delay = restorationDelay(removals);
  const due = delay === undefined ? undefined : after(turn.now, delay);
  change(turn, {
    restorations: [
      ...restorations.filter((each) => each !== known),
      { address: own, removals, removedAt: turn.now, due },
    ],
  });
  if (delay === undefined) return restore(turn, [own]);
  const text = `${own.address} removed ${removals} times - restoring it in ${inSeconds(delay)} s`;
  log(turn, text, { level: 'warning' });
}

/** Puts back what has waited long enough. */
export function restoreDue(turn: Turn): void {
  const { restorations } = turn.state;
  const due = restorations.filter((each) => isDue(each.due, turn.now));
  if (due.length === 0) return;
  change(turn, {
    restorations: restorations.map((each) =>
      due.includes(each) ? { ...each, due: undefined } : each,
    ),
  });
  const addresses = due.map(({ address }) => address);
  restore(turn, addresses);
}

/** @returns when the next address is to be put back */
export function restorationDeadline(restorations: readonly Restoration[]): Instant | undefined {
  return earliest(...restorations.map(({ due }) => due));
}

/** @returns one sentence for each address that is kept waiting */
export function whyNotRestored(restorations: readonly Restoration[], now: Instant): string[] {
  return restorations.flatMap(({ address: { address, device }, removals, due }) => {
    if (due === undefined) return [];
    const left = Math.max(0, inSeconds(between(now, due))).toFixed(0);
    return [`${address} is not on ${device}: removed ${removals} times, put back in ${left} s`];
  });
}

function restore(turn: Turn, addresses: readonly VirtualAddress[]): void {
  for (const { address } of addresses) log(turn, `restoring ${address}`);
  turn.effects.push({ type: 'add-addresses', addresses });
  announce(turn, turn.state.settings.garp.masterRepeat, addresses);
}

/** @returns whether so much time has passed since a removal that the next one counts as the first */
export function isCalmSince(removedAt: Instant, now: Instant): boolean {
  return isDue(after(removedAt, CALM), now);
}

/**
 * @param removals - without a pause between them
 * @returns 1, 2, 4 … 60 s from the sixth removal on; undefined: at once
 */
export function restorationDelay(removals: number): Duration | undefined {
  const late = removals - AT_ONCE_MAX;
  if (late <= 0) return undefined;
  return seconds(Math.min(DELAY_SECONDS_MAX, 2 ** Math.min(late - 1, 10)));
}
