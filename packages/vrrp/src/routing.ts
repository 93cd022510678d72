/** Routes and rules of a master, told and asked for as keepalived does. */
import type { Routing } from './routing-settings.ts';
import type { Turn } from './turn.ts';
import { log } from './turn.ts';

/** @param entries - routes, then rules */
export function setRouting(turn: Turn, entries: readonly Routing[]): void {
  if (entries.some(({ kind }) => kind === 'route')) log(turn, 'setting Virtual Routes');
  if (entries.some(({ kind }) => kind === 'rule')) log(turn, 'setting Virtual Rules');
  if (entries.length > 0) turn.effects.push({ type: 'set-routing', entries });
}

/** @param entries - routes, then rules; the last goes first */
export function withdrawRouting(turn: Turn, entries: readonly Routing[]): void {
  if (entries.some(({ kind }) => kind === 'rule')) log(turn, 'removing Virtual Rules');
  if (entries.some(({ kind }) => kind === 'route')) log(turn, 'removing Virtual Routes');
  if (entries.length > 0) turn.effects.push({ type: 'withdraw-routing', entries });
}
