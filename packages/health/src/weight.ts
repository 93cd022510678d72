/** Which weight of a real server counts, and what the log says when that changes. */
import { inSeconds, seconds } from '@tandem/time';
import { effectiveWeight } from './adjustment.ts';
import type { LogEffect } from './effect.ts';
import { formatRealServer, formatVirtualServer } from './naming.ts';
import type { VirtualServerSettings } from './settings.ts';
import { rampedWeight } from './slow-start.ts';
import type { RealServerState } from './virtual-server.ts';

/** @returns the weight that counts while it is up, slow start aside */
export function weightOf({ settings, adjustments, drain }: RealServerState): number {
  return drain === undefined ? effectiveWeight(settings.weight, adjustments) : 0;
}

/** @returns whether it has a part of its weight in the kernel's table, and more after a while */
function isClimbing(server: RealServerState): boolean {
  return server.up && server.ramp !== undefined && weightOf(server) > 0;
}

/**
 * @param settings - of the virtual server
 * @param old - the real server before
 * @param next - and after
 * @returns what the log says of a slow start that begins or is over; nothing of its steps
 */
export function slowStartNotices(
  settings: VirtualServerSettings,
  old: RealServerState,
  next: RealServerState,
): readonly LogEffect[] {
  const name = formatRealServer(settings.key, next.settings);
  const slowStart = `Slow start of service ${name} of VS ${formatVirtualServer(settings.key)}`;
  const whole = weightOf(next);
  if (!isClimbing(old) && isClimbing(next)) {
    const within = inSeconds(next.settings.slowStart ?? seconds(0));
    const now = rampedWeight(whole, next.ramp);
    return [info(`${slowStart}: weight ${now} of ${whole} now, all of it within ${within} s`)];
  }
  const isOver = isClimbing(old) && next.up && next.ramp === undefined && whole > 0;
  return isOver ? [info(`${slowStart} is over: weight ${whole}`)] : [];
}

/**
 * @param settings - of the virtual server
 * @param old - the real server before
 * @param next - and after
 * @returns what the log says of another weight in the kernel's table: that a slow start begins or
 *   is over, else `Changing weight from … to …`
 */
export function weightNotices(
  settings: VirtualServerSettings,
  old: RealServerState,
  next: RealServerState,
): readonly LogEffect[] {
  const notices = slowStartNotices(settings, old, next);
  if (notices.length > 0) return notices;
  const [from, to] = [old, next].map((each) => rampedWeight(weightOf(each), each.ramp));
  if (from === to) return [];
  const name = formatRealServer(settings.key, next.settings);
  const how = next.up ? 'active' : 'inactive';
  const virtualServer = formatVirtualServer(settings.key);
  return [
    info(`Changing weight from ${from} to ${to} for ${how} service ${name} of VS ${virtualServer}`),
  ];
}

function info(text: string): LogEffect {
  return { type: 'log', level: 'info', text };
}
