import { setImmediate } from 'node:timers/promises';

import { seconds, type Duration } from '@tandem/time';
import PQueue from 'p-queue';
import { atMost } from './at-most.ts';
import { endGroup, type Script, ScriptLauncher, type ScriptPolicy } from './script-launcher.ts';
import { findScript } from './script-path.ts';

/** How many scripts there may be. */
export interface ScriptLimits {
  /** At the same time; others wait for their turn. */
  readonly running: number;
  /** Waiting; one more is dropped, and said. */
  readonly waiting: number;
  /** Of those that wait, so many are started at the end; older ones are dropped, and said. */
  readonly last: number;
  /** A script that has run for so long is ended when others wait for its place. */
  readonly hog: Duration;
  /** One waits no longer than this for the end of the one before it that is about the same thing. */
  readonly turn: Duration;
}

const LIMITS: ScriptLimits = {
  running: 256,
  waiting: 10_000,
  // Each takes about a millisecond to start: a stop does not wait longer for that than for the scripts.
  last: 1000,
  hog: seconds(60),
  turn: seconds(5),
};

/** A script that has begun, whatever becomes of it. */
interface Begun {
  readonly ended: Promise<void>;
}

/** A script that runs. */
interface Running {
  readonly pid: number;
  readonly startedMs: number;
}

/**
 * Starts commands, each in a process group of its own. Those about one instance or server come one
 * after the other: what two states set and remove would else be in the state of the slower script.
 */
export class ScriptRunner {
  /** How they are started; for scripts whose end matters, too. */
  readonly launcher: ScriptLauncher = new ScriptLauncher();
  readonly #log: (text: string) => void;
  readonly #limits: ScriptLimits;
  readonly #queue: PQueue;
  /** Oldest first. */
  readonly #running = new Set<Running>();
  readonly #last = new Map<string, Promise<Begun>>();
  /** Each lets one start that waits for the one before it. */
  readonly #waiting = new Set<() => void>();
  /** How many of those that wait are not to be started any more, oldest first. */
  #dropping = 0;
  #warned = false;
  #hogTimer: NodeJS.Timeout | undefined;

  /** @param log - told what could not be run, and what failed */
  constructor(log: (text: string) => void, limits: ScriptLimits = LIMITS) {
    this.#log = log;
    this.#limits = limits;
    this.#queue = new PQueue({ concurrency: limits.running });
  }

  /** @param policy - for the scripts to come */
  configure(policy: ScriptPolicy): void {
    this.launcher.configure(policy);
  }

  /**
   * Says once what keepalived says of scripts without script security, and of each script that
   * is missing.
   * @param programs - first words of all configured commands
   */
  inspect(programs: readonly string[]): void {
    if (programs.length > 0 && !this.launcher.policy.security && !this.#warned) {
      this.#warned = true;
      this.#log('SECURITY VIOLATION - scripts are being executed but script_security not enabled.');
    }
    for (const program of new Set(programs)) {
      const found = findScript(program);
      if (!found.ok) this.#log(found.reason);
    }
  }

  /** @param script - started as soon as may be; what goes wrong is logged, nothing is thrown */
  run(script: Script): void {
    if (this.#queue.size + this.#waiting.size >= this.#limits.waiting) {
      this.#log(`${script.purpose}: ${this.#limits.waiting} scripts wait, this one is dropped`);
      return;
    }
    const subject = script.purpose.replace(/ \S+$/, '');
    const before = this.#last.get(subject);
    // Until its turn it takes no place from those about other things.
    const begun =
      before === undefined
        ? this.#enqueue(script)
        : this.#turnAfter(before).then(() => this.#enqueue(script));
    this.#last.set(subject, begun);
    void endOf(begun).finally(() => {
      if (this.#last.get(subject) === begun) this.#last.delete(subject);
    });
  }

  /**
   * For the end: a script goes on after the grace, and those that wait for one of them, or for a
   * place, start then, beside those that run: they say what is no more, and nobody is left to start them
   * later. Of very many those of older states are dropped.
   * @param grace - how long to wait at the most
   * @returns when no script that was started here runs any more, or all have been started
   */
  async idle(grace: Duration): Promise<void> {
    await atMost(grace, this.#ended());
    for (const start of this.#waiting) start();
    await setImmediate();
    this.#dropping = Math.max(0, this.#queue.size - this.#limits.last);
    if (this.#dropping > 0)
      this.#log(`${this.#dropping} scripts that wait are dropped at the end, the oldest ones`);
    this.#queue.concurrency = Infinity;
    await setImmediate();
  }

  async #ended(): Promise<void> {
    while (this.#last.size > 0) await Promise.all([...this.#last.values()].map(endOf));
    await this.#queue.onIdle();
  }

  /** @returns when there is a place for it */
  #enqueue(script: Script): Promise<Begun> {
    const begun = new Promise<Begun>((resolve) => {
      void this.#queue.add(() => {
        const isDropped = this.#dropping > 0;
        if (isDropped) this.#dropping -= 1;
        const ended = isDropped ? Promise.resolve() : this.#run(script);
        resolve({ ended });
        return ended;
      });
    });
    this.#watchHogs();
    return begun;
  }

  /** @returns when it has ended, or could not be run */
  async #run(script: Script): Promise<void> {
    try {
      await this.#tryRun(script);
    } catch (error) {
      // A missing right (EPERM) or too long an argument (E2BIG) makes spawn() itself throw.
      const reason = error instanceof Error ? error.message : String(error);
      this.#log(`${script.purpose}: ${script.argv[0] ?? ''} could not be run: ${reason}`);
    }
  }

  /** @returns once the one before has ended, or has run for as long as others wait for it */
  #turnAfter(before: Promise<Begun>): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      void before
        .then(({ ended }) => atMost(this.#limits.turn, ended))
        .finally(() => this.#waiting.delete(resolve))
        .then(resolve);
    });
  }

  /** @returns when it has ended */
  async #tryRun(script: Script): Promise<void> {
    const prepared = this.launcher.prepare(script);
    const problem = prepared.ok ? await this.#runToEnd(prepared) : prepared.reason;
    if (problem === undefined) return;
    const path = prepared.ok ? `${prepared.argv[0] ?? ''} ` : '';
    this.#log(`${script.purpose}: ${path}${problem}`);
  }

  /** @returns what went wrong */
  #runToEnd(prepared: Parameters<ScriptLauncher['start']>[0]): Promise<string | undefined> {
    const child = this.launcher.start(prepared);
    const running = { pid: child.pid ?? 0, startedMs: performance.now() };
    this.#running.add(running);
    this.#watchHogs();
    return new Promise((resolve) => {
      const ended = (problem: string | undefined): void => {
        this.#running.delete(running);
        resolve(problem);
      };
      child.on('error', (error) => ended(`could not be run: ${error.message}`));
      child.on('exit', (code, signal) => {
        if (signal !== null) ended(`was ended by ${signal}`);
        else ended(code === 0 ? undefined : `exited with status ${code}`);
      });
    });
  }

  /** While somebody waits, the time of the oldest script is limited. */
  #watchHogs(): void {
    const [oldest] = this.#running;
    if (this.#queue.size === 0 || oldest === undefined || this.#hogTimer !== undefined) return;
    const wait = oldest.startedMs + this.#limits.hog - performance.now();
    this.#hogTimer = setTimeout(() => this.#endHogs(), Math.max(0, Math.ceil(wait))).unref();
  }

  #endHogs(): void {
    this.#hogTimer = undefined;
    const waiting = this.#queue.size;
    const due = performance.now() - this.#limits.hog;
    const hogs = [...this.#running].filter(({ startedMs }) => startedMs <= due).slice(0, waiting);
    // The oldest has ended meanwhile, or the timer was a fraction early.
    if (hogs.length === 0) return this.#watchHogs();
    const text = `${waiting} scripts wait for ${this.#limits.running} that do not end`;
    this.#log(`${text}, ending the oldest ${hogs.length}`);
    for (const hog of hogs) {
      this.#running.delete(hog);
      endGroup(hog.pid);
    }
  }
}

async function endOf(begun: Promise<Begun>): Promise<void> {
  const { ended } = await begun;
  await ended;
}
