/** Which timeouts the kernel should have, and which it gets back. */
import type { IpvsTimeouts } from '@tandem/ipvs-netlink';

/** Timeouts that we may have set, and those that the kernel had before. */
export interface TimeoutsChange {
  readonly before: IpvsTimeouts;
  readonly ours: IpvsTimeouts;
}

/**
 * @param wanted - 0 is none; what is not given now may have been given before
 * @param present - the kernel's
 * @param change - made so far
 * @returns what has to be done; undefined: all is as wanted
 */
export function changeOfTimeouts(
  wanted: IpvsTimeouts,
  present: IpvsTimeouts,
  change: TimeoutsChange | undefined,
): TimeoutsChange | undefined {
  const before = originalTimeouts(present, change);
  const ours = timeouts((key) => wanted[key] || before[key]);
  const isDone = change !== undefined && KEYS.every((key) => ours[key] === present[key]);
  return isDone ? undefined : { before, ours };
}

/** What somebody else has set since is as good as it was there before. */
export function originalTimeouts(
  present: IpvsTimeouts,
  change: TimeoutsChange | undefined,
): IpvsTimeouts {
  if (change === undefined) return present;
  const { before, ours } = change;
  return timeouts((key) => (present[key] === ours[key] ? before[key] : present[key]));
}

const KEYS = ['tcpSeconds', 'tcpFinSeconds', 'udpSeconds'] as const;

function timeouts(value: (key: keyof IpvsTimeouts) => number): IpvsTimeouts {
  const [tcpSeconds, tcpFinSeconds, udpSeconds] = KEYS.map(value) as [number, number, number];
  return { tcpSeconds, tcpFinSeconds, udpSeconds };
}
