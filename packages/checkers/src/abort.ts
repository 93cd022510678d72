/**
 * Who is to be told when a signal comes. Each signal gets one listener for all attempts that are ever
 * made with it: to add and remove one of an AbortSignal takes a twentieth of the time of a whole TCP_CHECK.
 */

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * @param signal - has not come yet
 * @param end - is called when it comes, unless it is forgotten before; must not throw
 */
export function onAbort(signal: AbortSignal, end: () => void): void {
  const known = waiting.get(signal);
  if (known !== undefined) return void known.add(end);
  const ends = new Set([end]);
  waiting.set(signal, ends);
  signal.addEventListener('abort', () => ends.forEach((each) => each()), { once: true });
}

/** @see onAbort */
export function forgetAbort(signal: AbortSignal, end: () => void): void {
  waiting.get(signal)?.delete(end);
}
