/**
 * Taking a real server out without harm: it gets no new connections, and when it has none any more
 * it leaves the kernel's table, until somebody wants it back.
 */
import { isDue, type Instant } from '@tandem/time';
import type { LogEffect } from './effect.ts';
import { formatRealServer, formatVirtualServer } from './naming.ts';
import type { VirtualServerSettings } from './settings.ts';
import { FIRST_STEP } from './slow-start.ts';
import type { RealServerState } from './virtual-server.ts';

/** How far it is. */
export interface Drain {
  /** It is out. */
  readonly isDone: boolean;
  /** Then it goes out whatever connections it has; absent: it may take as long as they last. */
  readonly until?: Instant;
}

/** What can happen to a real server by somebody's word, or as the kernel's table is read. */
export type DrainEvent = { readonly realServer: number } & (
  | { readonly type: 'drain'; readonly until?: Instant }
  | { readonly type: 'undrain' }
  /** It has so many connections. */
  | { readonly type: 'connections'; readonly count: number; readonly now: Instant }
);

/**
 * @param server - a real server
 * @param event - what happens to it
 * @returns the real server afterwards; the same if that changes nothing
 */
export function stepDrain(server: RealServerState, event: DrainEvent): RealServerState {
  if (event.type === 'drain') return order(server, event.until);
  const { drain, isRemoved, ...rest } = server;
  if (drain === undefined) return server;
  if (event.type === 'undrain') {
    // Nothing is known of it that one could go back to.
    if (isRemoved === true) return server;
    // It may have been started anew meanwhile.
    return rest.settings.slowStart === undefined ? rest : { ...rest, ramp: FIRST_STEP };
  }
  const isLate = drain.until !== undefined && isDue(drain.until, event.now);
  if (drain.isDone || (event.count > 0 && !isLate)) return server;
  return { ...server, drain: { ...drain, isDone: true } };
}

/** Who drains again may have another time in mind; what is removed always has one. */
function order(server: RealServerState, wanted: Instant | undefined): RealServerState {
  const { drain, isRemoved } = server;
  const until = wanted ?? (isRemoved === true ? drain?.until : undefined);
  const isDone = drain?.isDone ?? false;
  return { ...server, drain: { isDone, ...(until !== undefined && { until }) } };
}

/**
 * @param settings - of the virtual server
 * @param old - the real server before
 * @param next - and after
 * @returns what the log says of what an operator wants of a server, and of one that goes out of the
 *   table, or comes back
 */
export function drainNotices(
  { key }: VirtualServerSettings,
  old: RealServerState,
  next: RealServerState,
): readonly LogEffect[] {
  const name = `service ${formatRealServer(key, next.settings)}`;
  const virtualServer = `VS ${formatVirtualServer(key)}`;
  const texts: string[] = [];
  if ((old.drain === undefined) !== (next.drain === undefined)) {
    const verb = next.drain === undefined ? 'Taking back' : 'Draining';
    texts.push(`${verb} ${name} of ${virtualServer}: an operator wants it`);
  }
  const [wasOut, isOut] = [old, next].map(({ drain }) => drain?.isDone ?? false);
  if (isOut && !wasOut) texts.push(`Removing drained ${name} from ${virtualServer}`);
  if (wasOut && !isOut) texts.push(`Adding ${name}, which was drained, to ${virtualServer}`);
  return texts.map((text) => ({ type: 'log', level: 'info', text }));
}
