/** Lets several clusters be measured at the same time without disturbing each other. */
import { setTimeout as delay } from 'node:timers/promises';

/** A time in which others must keep quiet, in ms from the moment that is booked. */
export type Span = readonly [fromMs: number, untilMs: number];

/** What has been booked, of all clusters. */
export class Timetable {
  #booked: Span[] = [];

  /**
   * Waits for a moment from which on nothing else falls into the spans, and nothing booked later will.
   * @param everyMs - that moment is a multiple of it away from now
   */
  async book(spans: readonly Span[], everyMs: number): Promise<void> {
    const now = performance.now();
    this.#booked = this.#booked.filter(([, untilMs]) => untilMs > now);
    let atMs = now;
    while (spans.some((each) => this.#isTaken(each, atMs))) atMs += everyMs;
    for (const [fromMs, untilMs] of spans) this.#booked.push([atMs + fromMs, atMs + untilMs]);
    await delay(atMs - now);
  }

  #isTaken([fromMs, untilMs]: Span, atMs: number): boolean {
    return this.#booked.some(([from, until]) => atMs + fromMs < until && from < atMs + untilMs);
  }
}
