/**
 * Calls all instances at their deadlines, by one timer of the kernel. A backup, or anybody who is
 * late, is called when what lies in the sockets has been read: it may say that nothing is due.
 * Those that are patient come to be called together: to wake up costs more than ten adverts.
 */
import {
  between,
  DeadlineHeap,
  instant,
  type Clock,
  type Duration,
  type HeapEntry,
  type Instant,
} from '@tandem/time';

/** Who waits for a deadline. */
export interface Waiter {
  /** Whether it is to be called before what has been received is read, unless it is late. */
  readonly isPressing: boolean;
  /** How much later than at its deadline it may be called; absent: not at all. */
  readonly patience?: Duration | undefined;
  /** The deadline has come; it has none until it sets another one. */
  due(): void;
  /**
   * The deadline is about to come: time to get ready. Not for who is pressing, nor for a deadline that is
   * nearer than that when it is set; sets no deadline.
   */
  soon?(): void;
}

/** Rings once, at the moment that was set last. */
export interface AlarmPort {
  set(atMs: number | undefined): void;
}

/** One is woken up to this late without any packet lying unread behind it. */
const PUNCTUAL_MS = 20;

/** How long before its deadline a waiter hears of it. */
const NOTICE_MS = 3;
/** Who has less time left had better do nothing else. */
const NOTICE_MS_LEAST = 2;

/** Part of its patience that a waiter's delay grows by each time: a period stays nearly as long as it is. */
const STEP_OF_DELAY = 1 / 10;

/** `at` is when it is called, or told that it will be. */
interface Entry extends HeapEntry {
  readonly waiter: Waiter;
  deadline: Instant;
  /** Has come, and the waiter is yet to be called. */
  isPending: boolean;
}

/** The deadlines of all instances of a process. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #alarm: AlarmPort;
  readonly #entries = new Map<Waiter, Entry>();
  readonly #heap = new DeadlineHeap<Entry>();
  #armedFor: Instant | undefined;
  #isRinging = false;

  /**
   * @param clock - the one that the alarm goes by
   * @param openAlarm - makes the timer; it calls back from the event loop
   */
  constructor(clock: Clock, openAlarm: (ring: () => void) => AlarmPort) {
    this.#clock = clock;
    this.#alarm = openAlarm(() => this.#ring());
  }

  /**
   * A deadline that stays the same changes nothing: one set anew with each packet would never come
   * in a flood of them.
   * @param deadline - takes the place of the one before; undefined: none
   */
  set(waiter: Waiter, deadline: Instant | undefined): void {
    const known = this.#entries.get(waiter);
    const isWaiting = known !== undefined && (known.isPending || known.index >= 0);
    if (isWaiting && known.deadline === deadline) return;
    if (known !== undefined) this.#drop(known);
    if (deadline === undefined) {
      this.#entries.delete(waiter);
    } else {
      const entry = known ?? { waiter, at: deadline, deadline, index: -1, isPending: false };
      const hearsBefore = waiter.soon !== undefined && !waiter.isPressing;
      entry.at = hearsBefore ? instant(deadline - NOTICE_MS) : together(entry, deadline);
      entry.deadline = deadline;
      this.#entries.set(waiter, entry);
      this.#heap.insert(entry);
    }
    if (!this.#isRinging) this.#arm();
  }

  #drop(entry: Entry): void {
    entry.isPending = false;
    this.#heap.remove(entry);
  }

  #arm(): void {
    const at = this.#heap.first?.at;
    if (at === this.#armedFor) return;
    this.#armedFor = at;
    this.#alarm.set(at);
  }

  #ring(): void {
    this.#armedFor = undefined;
    const now = this.#clock.now();
    const pressing: Entry[] = [];
    const others: Entry[] = [];
    const near: Waiter[] = [];
    let entry = this.#heap.first;
    while (entry !== undefined && entry.at <= now) {
      this.#heap.remove(entry);
      if (now < entry.deadline) {
        entry.at = entry.deadline;
        this.#heap.insert(entry);
        if (between(now, entry.deadline) >= NOTICE_MS_LEAST) near.push(entry.waiter);
      } else {
        entry.isPending = true;
        const isPunctual = between(entry.at, now) < PUNCTUAL_MS;
        (entry.waiter.isPressing && isPunctual ? pressing : others).push(entry);
      }
      entry = this.#heap.first;
    }
    // Always in the same order, so that each is as far into the row as it was the last time.
    pressing.sort((a, b) => a.deadline - b.deadline);
    this.#call(pressing);
    for (const waiter of near) waiter.soon?.();
    // The poll phase, in which we are, comes to its end before the immediates.
    if (others.length > 0) setImmediate(() => this.#call(others));
  }

  #call(entries: readonly Entry[]): void {
    this.#isRinging = true;
    for (const entry of entries) {
      // Meanwhile it may have set another one.
      if (!entry.isPending) continue;
      entry.isPending = false;
      entry.waiter.due();
    }
    this.#isRinging = false;
    this.#arm();
  }
}

/**
 * Who does so at a steady pace comes, step by step, to be called at the multiples of its patience,
 * as all others are that have the same; and then goes on at its own pace exactly.
 * @returns when to call the one that has been called with that delay before
 */
function together({ waiter, at, deadline: before }: Entry, deadline: Instant): Instant {
  const { patience = 0 } = waiter;
  if (patience === 0) return deadline;
  // One that was to hear of it before has no delay.
  const latest = deadline + Math.max(0, at - before) + patience * STEP_OF_DELAY;
  return instant(Math.min(latest, Math.ceil(deadline / patience) * patience));
}
