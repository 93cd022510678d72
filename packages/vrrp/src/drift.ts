/** What is done when somebody else removes what a master has set, as the instance's policy says. */
import { noteRemoval, putBack } from './restoration.ts';
import { entryKey, type StaticEntry } from './routing-settings.ts';
import type { VirtualAddress } from './settings.ts';
import { isHeld } from './state.ts';
import { yieldToOthers } from './transition.ts';
import { change, log, type Turn } from './turn.ts';
import { titleOf } from './upkeep.ts';

/** Somebody else took one of our addresses off. */
export function onAddressRemoved(turn: Turn, address: VirtualAddress): void {
  const own = noteRemoval(turn, address);
  if (own === undefined) return;
  if (turn.state.settings.onDrift === 'restore' || !isHeld(turn.state, own)) putBack(turn, own);
  else giveUp(turn, `VIP ${own.address} dev ${own.device}`);
}

/** One of our addresses is not there, and nobody knows that somebody took it off: no reason to go. */
export function onAddressMissing(turn: Turn, address: VirtualAddress): void {
  const own = noteRemoval(turn, address);
  if (own !== undefined) putBack(turn, own);
}

/** Somebody else removed a route or rule, which is there again. */
export function onEntryRestored(turn: Turn, entry: StaticEntry): void {
  const { state, settings } = turn.state;
  const isOwn = settings.routing.some((each) => entryKey(each) === entryKey(entry));
  if (state === 'MASTER' && isOwn && settings.onDrift !== 'restore') giveUp(turn, titleOf(entry));
}

/** FAULT follows from its reason. */
function giveUp(turn: Turn, what: string): void {
  const why = `${what} was removed by somebody else`;
  log(turn, why, { level: 'warning' });
  if (turn.state.settings.onDrift === 'fault')
    change(turn, { drift: `${why}; a reload lets it take part again` });
  else yieldToOthers(turn);
}
