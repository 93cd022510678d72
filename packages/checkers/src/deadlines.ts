/**
 * Many deadlines, one timer: each of Node's own reads the clock several times, which a check that
 * has four of them would feel.
 */
import {
  after,
  between,
  DeadlineHeap,
  instant,
  isDue,
  ZERO,
  type Clock,
  type Duration,
  type HeapEntry,
  type Instant,
} from '@tandem/time';

/** One moment, and what is done then. */
export interface Deadline {
  readonly at: Instant;
}

/** What else there is to say of one. */
export interface DeadlineOptions {
  /** It may come that much before, with others: to wake up costs more than most that is done then. */
  readonly early?: Duration;
  /** The present, where it is known: on some boxes to read the clock is a system call. */
  readonly now?: Instant | undefined;
}

/** Wakes once after each start. */
export interface WakeTimer {
  /**
   * In place of what was started before.
   * @param delayMs - whole, 0 to 2³¹ − 1; it may wake too early
   */
  start(delayMs: number): void;
  /** May be called again. */
  stop(): void;
}

/** Makes one; @param wake - what it calls */
export type OpenTimer = (wake: () => void) => WakeTimer;

/** Longest delay that setTimeout takes. */
const TIMER_MAX_MS = 2 ** 31 - 1;
/** As many are served before what comes from outside has its turn. */
const SERVED_AT_ONCE = 64;
/** Whoever is woken up so late may find an answer unread that came in time. */
const STALLED_MS = 20;
/** So few are served in less time than a timer is exact to. */
const FEW = 4;

class Entry implements Deadline, HeapEntry {
  at: Instant;
  readonly run: () => void;
  readonly early: Duration;
  index = -1;

  constructor(at: Instant, run: () => void, early: Duration) {
    this.at = at;
    this.run = run;
    this.early = early;
  }
}

/** The deadlines of a process. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #heap = new DeadlineHeap<Entry>();
  readonly #timer: WakeTimer;
  /** When the timer wakes. */
  #armedFor: Instant | undefined;
  /** The present, while deadlines are served. */
  #turn: Instant | undefined;

  /**
   * @param clock - tells the time of all deadlines
   * @param openTimer - absent: Node's own
   */
  constructor(clock: Clock, openTimer: OpenTimer = nodeTimer) {
    this.#clock = clock;
    this.#timer = openTimer(() => this.#wake());
  }

  /** The present; the same one for all that is done at a deadline. */
  now(): Instant {
    return this.#turn ?? this.#clock.now();
  }

  /**
   * @param at - when; in the past: soon
   * @param run - called once, unless it is cancelled before; what it throws becomes an
   *   'uncaughtException'
   * @param options - what else there is to say of it
   */
  at(at: Instant, run: () => void, { early = ZERO, now }: DeadlineOptions = {}): Deadline {
    const entry = new Entry(at, run, early);
    this.#heap.insert(entry);
    this.#arm(now);
    return entry;
  }

  /** @see at */
  after(delay: Duration, run: () => void): Deadline {
    const now = this.now();
    return this.at(after(now, delay), run, { now });
  }

  /** Another time for one that has not come; nothing happens when it has. */
  postpone(deadline: Deadline | undefined, delay: Duration): void {
    if (!(deadline instanceof Entry) || deadline.index < 0) return;
    const now = this.now();
    this.#heap.remove(deadline);
    deadline.at = after(now, delay);
    this.#heap.insert(deadline);
    this.#arm(now);
  }

  /** It does not come; nothing happens when it has. */
  cancel(deadline: Deadline | undefined): void {
    if (!(deadline instanceof Entry) || deadline.index < 0) return;
    this.#heap.remove(deadline);
    if (this.#heap.first !== undefined) return;
    // Nothing keeps the process alive any more.
    this.#timer.stop();
    this.#armedFor = undefined;
  }

  /**
   * A timer that wakes too early does no harm; most deadlines are cancelled.
   * @param now - where it is known
   */
  #arm(now?: Instant): void {
    const next = this.#heap.first?.at;
    if (next === undefined || this.#turn !== undefined) return;
    if (this.#armedFor !== undefined && this.#armedFor <= next) return;
    this.#armedFor = next;
    const delayMs = Math.ceil(between(now ?? this.#clock.now(), next));
    this.#timer.start(Math.min(Math.max(0, delayMs), TIMER_MAX_MS));
  }

  /** After a stall, what has arrived meanwhile is read first: it may put a deadline off. */
  #wake(): void {
    const next = this.#heap.first;
    const now = this.#clock.now();
    const isLate = next !== undefined && between(next.at, now) >= STALLED_MS;
    if (isLate) setImmediate(() => this.#serve(this.#clock.now()));
    else this.#serve(now);
  }

  #serve(now: Instant): void {
    let served = 0;
    this.#armedFor = undefined;
    this.#turn = now;
    try {
      for (; served < SERVED_AT_ONCE; served += 1) {
        const next = this.#heap.first;
        if (next === undefined || !isDue(next.at, after(now, next.early))) break;
        this.#heap.remove(next);
        next.run();
      }
    } finally {
      this.#turn = undefined;
      this.#arm(served <= FEW ? now : undefined);
    }
  }
}

function nodeTimer(wake: () => void): WakeTimer {
  let timer: NodeJS.Timeout | undefined;
  return {
    start: (delayMs) => {
      clearTimeout(timer);
      timer = setTimeout(wake, delayMs);
    },
    stop: () => clearTimeout(timer),
  };
}

/** Of programs that make few attempts. */
export const OWN_DEADLINES: Deadlines = new Deadlines({ now: () => instant(performance.now()) });
