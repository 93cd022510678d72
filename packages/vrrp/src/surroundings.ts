import type { IpAddress } from '@tandem/inet';
import type { Instant } from '@tandem/time';
import { enter, type TrackedReport } from './ledger.ts';
import type { VrrpState } from './state.ts';

/** What an instance depends on, as it is when the instance starts. */
export interface Surroundings {
  readonly interfaceUp: boolean;
  /** There is none; absent: there is. */
  readonly interfaceMissing?: boolean;
  /** Address to send adverts from. */
  readonly source: IpAddress | undefined;
  /** What is known of its trackers. */
  readonly tracked?: readonly TrackedReport[];
}

/**
 * @param state - of an instance that has not started
 * @param surroundings - as they are
 * @param now - when
 * @returns the state with them, and nothing that follows from that
 */
export function withSurroundings(
  state: VrrpState,
  { interfaceUp, interfaceMissing = false, source, tracked = [] }: Surroundings,
  now: Instant,
): VrrpState {
  let { ledger } = state;
  for (const report of tracked) ledger = enter(ledger, report, now);
  return { ...state, interfaceUp, interfaceMissing, source, ledger };
}
