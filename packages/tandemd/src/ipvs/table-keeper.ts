/**
 * Makes the kernel hold what is wanted, and keeps it so: at once after each change of mind, and
 * now and then against what others did to the table. Knows nothing of checks.
 */
import { setImmediate as otherWork } from 'node:timers/promises';
import {
  formatServiceKey,
  type ActualService,
  type DesiredService,
  type ServiceKey,
  type TableChange,
  type TableEntry,
} from '@tandem/ipvs';
import type { IpvsClient, IpvsTimeouts, SyncDaemon } from '@tandem/ipvs-netlink';
import type { RefusedService } from '@tandem/status';
import {
  after,
  inSeconds,
  isDue,
  seconds,
  ZERO,
  type Clock,
  type Duration,
  type Instant,
} from '@tandem/time';
import type { LogLevel } from '../ipc.ts';
import { wholeTable, type Ours } from './exact-read.ts';
import { Refusals } from './refusals.ts';
import { Rest } from './rest.ts';
import { daemonChanges } from './sync-daemon.ts';
import { makeGood, namesOf, serviceOf, summary, type MadeGood } from './table-changes.ts';
import { TableSurvey } from './table-survey.ts';
import { changeOfTimeouts, originalTimeouts, type TimeoutsChange } from './timeouts.ts';

/** What is asked of the kernel. */
export type Kernel = Pick<
  IpvsClient,
  | 'apply'
  | 'close'
  | 'daemons'
  | 'flush'
  | 'outline'
  | 'service'
  | 'services'
  | 'setTimeouts'
  | 'startDaemon'
  | 'stopDaemon'
  | 'timeouts'
>;

/** All that the kernel should hold. */
export interface Wanted {
  readonly services: readonly DesiredService[];
  /** Of these, those whose connections are to be counted at each look; absent: none. */
  readonly watched?: ReadonlySet<DesiredService>;
  /** Undefined: the sync daemon is none of our business. */
  readonly daemons: readonly SyncDaemon[] | undefined;
  readonly timeouts: IpvsTimeouts | undefined;
}

/** What the keeper needs from outside. */
export interface TableKeeperOptions {
  /** Asked before each pass. */
  readonly wanted: () => Wanted;
  /** Rejects where the kernel has no IPVS. */
  readonly open: () => Promise<Kernel>;
  /** Tries to make the kernel load IPVS; resolves in any case. */
  readonly loadModule: () => Promise<void>;
  readonly clock: Clock;
  readonly log: (level: LogLevel, text: string) => void;
  readonly problemsChanged: () => void;
  /** Told of the kernel's table whenever it has been read. */
  readonly looked: (services: readonly ActualService[]) => void;
  /** Told before timeouts are changed, and undefined when they are as they were. */
  readonly timeoutsChanged: (change: TimeoutsChange | undefined) => void;
}

/** From look to look at the kernel's table; longer where a look takes long. */
const LOOK_PERIOD: Duration = seconds(5);
/** A look may take this part of the time, without its pauses. */
const LOOK_SHARE = 50;
/** Until the first one, which finds out how all looks: whoever reloads would have to wait for it. */
const FIRST_LOOK: Duration = seconds(1);
/** Between attempts to find IPVS in the kernel. */
const OPEN_PERIOD: Duration = seconds(30);

/** Of each look that somebody or a change of mind waits for so many services are read exactly in turn. */
const IN_TURN_WAITING = 25;

/** Of more services nobody waits for a look that only finds what others did: it follows at once. */
const WAITED_FOR_MAX = 1000;

/**
 * Trusts what we know of the table; or looks at it, with more to be looked at closely when nobody
 * waits for it. The later ones come first.
 */
const PASSES = ['quick', 'patrol', 'look'] as const;
type Pass = (typeof PASSES)[number];

/** A look gives way so often to changes of mind, and then not again. */
const WAYS_GIVEN_MAX = 5;

/** Changes of what is there; at a start it is no news what is not. */
const OF_PRESENT: ReadonlySet<TableChange['type']> = new Set([
  'edit-service',
  'edit-destination',
  'delete-destination',
]);

const NOTHING: Wanted = { services: [], daemons: undefined, timeouts: undefined };

/** Keeps the kernel's IPVS table as it is wanted. */
export class TableKeeper {
  readonly #options: TableKeeperOptions;
  #kernel: Kernel | undefined;
  #openAt: Instant | undefined;
  #triedModule = false;
  #wanted: Wanted = NOTHING;
  readonly #abandoned = new Map<string, ServiceKey>();
  /** What the kernel holds for us as far as we know, but for what it refused; undefined: look. */
  #known: readonly DesiredService[] | undefined;
  readonly #refusals = new Refusals();
  readonly #survey = new TableSurvey();
  readonly #rest: Rest;
  #isAwaited = false;
  #waysGiven = 0;
  #hasLooked = false;
  #isOnPatrol = false;
  #isLookDue = false;
  #timeoutsChange: TimeoutsChange | undefined;
  #unavailable: string | undefined;
  /** Of all but services. */
  #otherProblems: readonly string[] = [];
  #problems: readonly string[] = [];
  #flush = false;
  #pending: Pass | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: TableKeeperOptions) {
    this.#options = options;
    this.#rest = new Rest(options.clock);
  }

  /** @returns what is wrong, one sentence each */
  get problems(): readonly string[] {
    return this.#unavailable === undefined ? this.#problems : [this.#unavailable];
  }

  /**
   * @param keys - of services
   * @returns those of them that the kernel does not have as they are wanted, and why
   */
  refused(keys: readonly ServiceKey[]): readonly RefusedService[] {
    if (this.#refusals.problems.length === 0) return [];
    return keys.flatMap((each) => this.#refusals.get(formatServiceKey(each)) ?? []);
  }

  /** The next look at the table empties it first. */
  flushFirst(): void {
    this.#flush = true;
  }

  /**
   * @param keys - services that were ours in another process; those that are not wanted now go
   */
  inherit(keys: readonly ServiceKey[]): void {
    for (const key of keys) this.#abandoned.set(formatServiceKey(key), key);
  }

  /** @param change - of a process that died: its timeouts are ours to put back */
  inheritTimeouts(change: TimeoutsChange | undefined): void {
    this.#timeoutsChange = change;
  }

  /** Destinations or services are wanted otherwise than before. */
  tableChanged(): void {
    this.#schedule('quick');
  }

  /** All that is wanted may be different, also sync daemon and timeouts. */
  wantedChanged(): void {
    this.#schedule('look');
  }

  /** Resolves when everything that was wanted so far has been tried. */
  async settled(): Promise<void> {
    this.#isAwaited = true;
    this.#rest.end();
    while (this.#running !== undefined) await this.#running;
    this.#isAwaited = false;
  }

  /**
   * Ends the keeping.
   * @param how - leave the table as it is, take our services out of it, or empty it
   */
  async close(how: 'leave' | 'remove' | 'flush'): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.settled();
    this.#refresh();
    const kernel = await this.#reopen(how);
    if (kernel === undefined) return;
    try {
      if (how === 'flush') await kernel.flush();
      if (how === 'remove') {
        const keys = [
          ...this.#wanted.services.map((each) => each.key),
          ...this.#abandoned.values(),
        ];
        await kernel.apply(keys.map((key): TableChange => ({ type: 'delete-service', key })));
      }
      if (how !== 'leave') await this.#restoreTimeouts(kernel);
      if (this.#wanted.daemons !== undefined) await this.#keepDaemons(kernel, []);
    } catch (error) {
      this.#options.log('err', `IPVS: ${textOf(error)}`);
    }
    kernel.close();
    this.#kernel = undefined;
  }

  /** The last pass may have lost the kernel; where there never was any, there is no table. */
  async #reopen(how: 'leave' | 'remove' | 'flush'): Promise<Kernel | undefined> {
    if (this.#kernel !== undefined || this.#unavailable !== undefined) return this.#kernel;
    if (how !== 'flush' && this.#wantsNothing()) return undefined;
    try {
      return await this.#options.open();
    } catch (error) {
      this.#options.log('err', `IPVS: ${textOf(error)}`);
      return undefined;
    }
  }

  #schedule(pass: Pass): void {
    if (this.#closed) return;
    this.#pending = firstOf(pass, this.#pending);
    this.#rest.end();
    this.#running ??= this.#run();
  }

  /** Passes never overlap; what is wanted meanwhile is dealt with by the next one. */
  async #run(): Promise<void> {
    // What is decided in the same turn of the event loop goes out together.
    await Promise.resolve();
    clearTimeout(this.#timer);
    let period: Duration = FIRST_LOOK;
    while (this.#pending !== undefined) {
      const pass = this.#pending;
      this.#pending = undefined;
      // Nothing comes before what is pressing, not even to read the clock.
      const start = pass === 'quick' ? undefined : this.#options.clock.now();
      if (!(await this.#pass(pass))) {
        // What it gave way to does not wait for the clock, either.
        if (this.#pending === 'quick') {
          this.#pending = undefined;
          await this.#pass('quick');
        }
        if (!this.#isNeedless(pass)) this.#pending = firstOf(pass, this.#pending);
      }
      this.#isOnPatrol ||= pass === 'patrol';
      const took = start === undefined ? 0 : this.#options.clock.now() - start;
      const rested = this.#rest.takeMs();
      const next = Math.max(LOOK_PERIOD, (took - rested) * LOOK_SHARE) - rested;
      if (this.#isOnPatrol) period = Math.max(FIRST_LOOK, next) as Duration;
    }
    this.#running = undefined;
    if (this.#isLookDue) period = ZERO;
    if (!this.#closed) this.#timer = setTimeout(() => this.#schedule('patrol'), period);
  }

  /** Who leaves need not know any more what others did meanwhile. */
  #isNeedless(pass: Pass): boolean {
    return this.#closed && pass === 'patrol';
  }

  #refresh(): void {
    const before = this.#wanted.services;
    this.#wanted = this.#options.wanted();
    const { services } = this.#wanted;
    // Those that stand where they stood are wanted.
    const others = before.filter(({ key }, i) => !isSameService(key, services[i]?.key));
    if (others.length === 0 && this.#abandoned.size === 0) return;
    const names = new Set(services.map(({ key }) => formatServiceKey(key)));
    this.inherit(others.flatMap(({ key }) => (names.has(formatServiceKey(key)) ? [] : [key])));
    for (const name of this.#abandoned.keys()) if (names.has(name)) this.#abandoned.delete(name);
  }

  /** @returns false when it gave way to a change of mind, and is to be done again */
  async #pass(pass: Pass): Promise<boolean> {
    if (pass !== 'quick') this.#isLookDue = false;
    this.#refresh();
    if (this.#kernel === undefined && this.#wantsNothing()) return true;
    const kernel = this.#kernel ?? (await this.#connect());
    if (kernel === undefined) return true;
    try {
      // What is wanted otherwise is there at once; reading a large table takes longer.
      const isKnown = await this.#applyQuickly(kernel);
      if (isKnown && pass === 'quick') {
        this.#report(this.#otherProblems);
        return true;
      }
      this.#isLookDue = isKnown && pass === 'look' && this.#isLarge();
      const problems = await this.#setTimeouts(kernel);
      if (!this.#isLookDue && !(await this.#look(kernel, pass))) return false;
      const { daemons } = this.#wanted;
      if (daemons !== undefined) problems.push(...(await this.#keepDaemons(kernel, daemons)));
      this.#report(problems);
    } catch (error) {
      this.#known = undefined;
      this.#kernel = undefined;
      kernel.close();
      this.#report([`IPVS: ${textOf(error)}`]);
    }
    return true;
  }

  #isLarge(): boolean {
    return this.#wanted.services.length > WAITED_FOR_MAX;
  }

  /** A node that only runs VRRP need not have IPVS. */
  #wantsNothing(): boolean {
    const { services, daemons, timeouts } = this.#wanted;
    const isEmpty = services.length === 0 && (daemons?.length ?? 0) === 0 && timeouts === undefined;
    const hasLeft = this.#abandoned.size > 0 || this.#timeoutsChange !== undefined;
    return isEmpty && !hasLeft && !this.#flush;
  }

  async #connect(): Promise<Kernel | undefined> {
    const { clock, loadModule, log, open, problemsChanged } = this.#options;
    if (this.#openAt !== undefined && !isDue(this.#openAt, clock.now())) return undefined;
    this.#openAt = after(clock.now(), OPEN_PERIOD);
    try {
      this.#kernel = await open().catch(async (error: unknown) => {
        if (this.#triedModule) throw error;
        this.#triedModule = true;
        await loadModule();
        return open();
      });
    } catch (error) {
      const text = `IPVS: ${textOf(error)}`;
      if (text !== this.#unavailable) {
        this.#unavailable = text;
        log('err', `${text}; health checks go on, next attempt in ${inSeconds(OPEN_PERIOD)} s`);
        problemsChanged();
      }
      return undefined;
    }
    this.#openAt = undefined;
    this.#known = undefined;
    if (this.#unavailable !== undefined) {
      this.#unavailable = undefined;
      log('notice', 'IPVS: the kernel has it now');
      problemsChanged();
    }
    return this.#kernel;
  }

  /** Trusts what we know of the table. @returns false when that turned out wrong */
  async #applyQuickly(kernel: Kernel): Promise<boolean> {
    if (this.#known === undefined || this.#flush) return false;
    const { services } = this.#wanted;
    const believed = this.#refusals.believed(this.#known, services);
    const outcome = await makeGood(kernel, this.#ours, believed);
    this.#learn(outcome, 'others');
    // Who was wrong about one may be wrong about all.
    if (outcome.wasOtherwise) this.#known = undefined;
    return this.#known !== undefined;
  }

  /** Compares with the table itself. @returns false when it gave way */
  async #look(kernel: Kernel, pass: Pass): Promise<boolean> {
    if (this.#flush) await kernel.flush();
    this.#flush = false;
    const isNews = this.#known === undefined;
    const actual = await this.#read(kernel, pass);
    if (actual === undefined) return false;
    // What was there before us may be wanted, once it is known.
    if (isNews) this.#refresh();
    const outcome = await makeGood(kernel, this.#ours, actual);
    this.#tell(outcome.done);
    this.#learn(outcome, 'all');
    return true;
  }

  /** What is wanted, and what is not any more. */
  get #ours(): Ours {
    return { services: this.#wanted.services, abandoned: [...this.#abandoned.values()] };
  }

  /** @param done - to the table, as it was found otherwise */
  #tell(done: readonly TableChange[]): void {
    const isStart = !this.#hasLooked;
    this.#hasLooked = true;
    if (this.#known === undefined && !isStart) return;
    const told = done.filter((each) =>
      isStart ? OF_PRESENT.has(each.type) : this.#refusals.get(serviceOf(each)) === undefined,
    );
    if (told.length === 0) return;
    const what = isStart ? 'was otherwise at the start' : 'was changed by others';
    this.#options.log('notice', `IPVS: the table ${what}, made good: ${summary(told)}`);
  }

  /** @param tried - of what is wanted, all, or what was not refused before */
  #learn(outcome: MadeGood, tried: 'all' | 'others'): void {
    this.#known = this.#wanted.services;
    this.#refusals.note(this.#known, outcome, tried);
    if (this.#abandoned.size === 0) return;
    const doubtful = namesOf(outcome);
    // Whoever adds one later owns it.
    for (const name of this.#abandoned.keys())
      if (!doubtful.has(name)) this.#abandoned.delete(name);
  }

  /** What was installed is trusted to be what it looks like; a table that is not known, is read. */
  async #read(kernel: Kernel, pass: Pass): Promise<readonly TableEntry[] | undefined> {
    if (this.#known === undefined) {
      const all = await wholeTable(kernel, this.#ours);
      this.#options.looked(all);
      return all;
    }
    const isWanted = (): boolean =>
      !this.#isNeedless(pass) && (this.#pending === undefined || this.#waysGiven >= WAYS_GIVEN_MAX);
    const services = this.#refusals.present(this.#wanted.services);
    const watched = new Set(this.#refusals.present([...(this.#wanted.watched ?? [])]));
    const isPatient = pass === 'patrol' && this.#waysGiven < WAYS_GIVEN_MAX;
    const rest = (): Promise<void> => (this.#isAwaited ? otherWork() : this.#rest.pause());
    const pace = isPatient ? { rest } : { inTurn: IN_TURN_WAITING };
    const expected = { ...this.#ours, services, watched, ...pace };
    const found = await this.#survey.read(kernel, expected, isWanted);
    this.#waysGiven = found === undefined ? this.#waysGiven + 1 : 0;
    if (found !== undefined) this.#options.looked(found.exact);
    return found?.entries;
  }

  async #setTimeouts(kernel: Kernel): Promise<string[]> {
    const { timeouts } = this.#wanted;
    if (timeouts === undefined) return this.#restoreTimeouts(kernel);
    return attempt(async () => {
      const present = await kernel.timeouts();
      const change = changeOfTimeouts(timeouts, present, this.#timeoutsChange);
      if (change === undefined) return;
      this.#noteTimeouts(change);
      await kernel.setTimeouts(change.ours);
    });
  }

  async #restoreTimeouts(kernel: Kernel): Promise<string[]> {
    const change = this.#timeoutsChange;
    if (change === undefined) return [];
    return attempt(async () => {
      await kernel.setTimeouts(originalTimeouts(await kernel.timeouts(), change));
      this.#noteTimeouts(undefined);
    });
  }

  #noteTimeouts(change: TimeoutsChange | undefined): void {
    this.#timeoutsChange = change;
    this.#options.timeoutsChanged(change);
  }

  async #keepDaemons(kernel: Kernel, wanted: readonly SyncDaemon[]): Promise<string[]> {
    const changes = daemonChanges(wanted, await kernel.daemons());
    const problems: string[] = [];
    for (const role of changes.stop)
      problems.push(...(await attempt(() => kernel.stopDaemon(role))));
    for (const daemon of changes.start)
      problems.push(...(await attempt(() => kernel.startDaemon(daemon))));
    return problems;
  }

  /** A problem is said when it is new, not at every attempt. */
  #report(others: readonly string[]): void {
    this.#otherProblems = others;
    const problems = [...others, ...this.#refusals.problems];
    const old = this.#problems;
    if (problems.join('\n') === old.join('\n')) return;
    this.#problems = problems;
    const known = new Set(old);
    for (const each of problems) if (!known.has(each)) this.#options.log('err', each);
    this.#options.problemsChanged();
  }
}

function isSameService(one: ServiceKey, other: ServiceKey | undefined): boolean {
  if (one === other) return true;
  return other !== undefined && formatServiceKey(one) === formatServiceKey(other);
}

function firstOf(one: Pass, other: Pass | undefined): Pass {
  return other !== undefined && PASSES.indexOf(other) > PASSES.indexOf(one) ? other : one;
}

async function attempt(action: () => Promise<void>): Promise<string[]> {
  try {
    await action();
    return [];
  } catch (error) {
    return [`IPVS: ${textOf(error)}`];
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
