/**
 * Lets servers on this box answer for virtual addresses whose packets another director forwards to
 * it. The kernel has the rules all the time, whether anybody runs here or not: they say that this
 * box is no director, unless the master of the address has just said that it is one.
 */
import type { Settings } from '@tandem/config';
import type { IpAddress } from '@tandem/inet';
import type { Director } from '@tandem/netlink';
import { atMost } from '@tandem/notify';
import { inSeconds, seconds, type Clock, type Duration } from '@tandem/time';
import type { InterfaceTable } from './interface-table.ts';
import { LinkCare } from './link-care.ts';
import { redirectTargets, virtualAddresses, type RedirectTarget } from './redirect-targets.ts';

/** One way to have the kernel redirect packets. */
export interface RedirectMeans {
  /** What it is called in the status. */
  readonly name: string;
  /** Puts rules for these in the place of those that are there, at once and whole. */
  replace(targets: readonly RedirectTarget[], directors: readonly Director[]): Promise<void>;
  /**
   * Takes all away; nothing there is as good.
   * @throws Error where something stays
   */
  remove(): Promise<void>;
  /** What follows, the kernel knows when the function returns, before the promise is fulfilled. */
  renew(directors: readonly Director[]): Promise<void>;
  resign(addresses: readonly IpAddress[]): Promise<void>;
  /**
   * Changes nothing.
   * @param addresses - that this box does not direct
   * @throws Error where somebody has removed what was there for them
   */
  look(addresses: readonly IpAddress[]): Promise<void>;
  /**
   * Looks at what nobody else notices, and is too dear to be done often; absent: there is no such.
   * @param addresses - of all that is redirected
   * @throws Error where it is missing
   */
  inspect?(addresses: readonly IpAddress[]): Promise<void>;
}

/** The means in the order in which they are tried, and somebody to complain to. */
interface RedirectPorts {
  readonly means: readonly RedirectMeans[];
  readonly interfaces: Pick<InterfaceTable, 'reachable'>;
  readonly clock: Clock;
  readonly warn: (text: string) => void;
}

/** So many words are lost before a lifetime ends. */
const WORDS_PER_LIFETIME = 4;
/** Between two looks at what nobody renews: a ruleset is flushed by hand, or by a firewall's start. */
const LOOK_MS = 5000;
/** One look of so many is thorough. */
const LOOKS_PER_INSPECTION = 2;
/** Between attempts to set rules that no means can set. */
const RETRY: Duration = seconds(30);
/**
 * A reload waits no longer: iptables waits for the lock of somebody else, and may be called six times,
 * while a process that does not come to the end of a reload is replaced after a minute.
 */
const PATIENCE: Duration = seconds(2);
/** What counts of the settings. */
type Wanted = Pick<Settings, 'vrrpInstances' | 'virtualServers'>;

/** All rules are seen to as one. */
const RULES = 'rules';

/** Owns the rules, and the timer of those who say that they are directors. */
export class Redirects {
  readonly #ports: RedirectPorts;
  #settings: Wanted = { vrrpInstances: [], virtualServers: [] };
  #virtual: ReadonlySet<IpAddress> = new Set();
  #targets: readonly RedirectTarget[] = [];
  /** The box's own addresses that the targets go by. */
  #own: string | undefined;
  /** What may be there: a predecessor may have left something with each. */
  #used: readonly RedirectMeans[];
  /** Why they cannot be set. */
  #problem: string | undefined;
  /** What is wrong when they are renewed or looked at, though they can be set. */
  readonly #troubles = new Map<keyof RedirectMeans, string>();
  readonly #care: LinkCare;
  readonly #masters = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #looks: NodeJS.Timeout | undefined;
  #lookCount = 0;
  #isRestoring = false;
  #work: Promise<void> = Promise.resolve();
  /** To be written after what is being written. */
  #queued: Promise<void> | undefined;

  /** @param ports - the outside */
  constructor(ports: RedirectPorts) {
    this.#ports = ports;
    this.#used = ports.means;
    this.#care = new LinkCare(ports.clock, () => this.#restore());
  }

  /**
   * Adopts what is there, at the start, and follows the settings.
   * @returns once it is so, or cannot be, or takes long
   */
  async configure(settings: Wanted): Promise<void> {
    this.#settings = settings;
    this.#virtual = virtualAddresses(settings.vrrpInstances);
    this.#own = undefined;
    const isSame = this.#aim();
    // At the start there may be something to remove; what has failed is tried again.
    const isSettled = this.#used !== this.#ports.means && this.#problem === undefined;
    const work = isSame && isSettled ? this.#work : this.#rewrite();
    const isDone = work.then(() => true);
    if (await atMost(PATIENCE, isDone)) return;
    this.#complain(`not done after ${inSeconds(PATIENCE)} s, it goes on behind the reload`);
  }

  /** @returns whether the targets are what they were, by the settings and the box's own addresses */
  #aim(): boolean {
    const own = this.#ports.interfaces.reachable(this.#virtual);
    const text = JSON.stringify(own);
    // Of many services it takes long to say where each one goes.
    if (text === this.#own) return true;
    this.#own = text;
    const targets = redirectTargets(this.#settings, own);
    const isSame = JSON.stringify(targets) === JSON.stringify(this.#targets);
    this.#targets = targets;
    return isSame;
  }

  /** The instance has its addresses now: packets to them are the director's. */
  direct(instance: string): void {
    this.#masters.add(instance);
    this.#renew();
  }

  /** From the return on, packets to its addresses are for this box's own servers. */
  resign(instance: string): void {
    if (!this.#masters.delete(instance)) return;
    const addresses = this.#addressesOf(instance);
    if (addresses.length > 0) this.#tell('resign', (means) => means.resign(addresses));
    this.#arm();
  }

  /** @returns a sentence for each service of an instance, for people */
  describe(instance: string): readonly string[] {
    const means = this.#used[0]?.name ?? '';
    const how = [means, ...[...this.#troubles.values()].map((each) => `set again: ${each}`)].join(
      ', ',
    );
    return this.#targets
      .filter((each) => each.instance === instance)
      .map(({ address, port, to }) => {
        const where = to === undefined ? 'this box' : `${to} of this box`;
        const what = `redirects ${address}${port === 0 ? '' : ` port ${port}`} to ${where}`;
        if (this.#problem !== undefined) return `${what}: not, ${this.#problem}`;
        return `${what}${this.#masters.has(instance) ? ' when it is no director any more' : ''} (${how})`;
      });
  }

  #addressesOf(instance: string): readonly IpAddress[] {
    return addressesOf(this.#targets.filter((each) => each.instance === instance));
  }

  #directors(): readonly Director[] {
    const own = this.#targets.filter(({ instance }) => this.#masters.has(instance));
    return [...new Map(own.map((each) => [each.address, each])).values()].map(
      ({ address, lifetimeMs }) => ({ address, lifetimeMs }),
    );
  }

  #rewrite(): Promise<void> {
    this.#queued ??= this.#work.then(() => {
      this.#queued = undefined;
      return this.#write();
    });
    this.#work = this.#queued;
    return this.#work;
  }

  async #write(): Promise<void> {
    if (this.#targets.length === 0) {
      clearInterval(this.#looks);
      this.#looks = undefined;
      this.#troubles.clear();
      this.#care.forget(RULES);
      await this.#remove();
      this.#arm();
      return;
    }
    const problems: string[] = [];
    for (const means of this.#ports.means) {
      const directors = this.#directors();
      try {
        await means.replace(this.#targets, directors);
      } catch (error) {
        problems.push(textOf(error));
        continue;
      }
      await this.#settle(means, directors);
      return;
    }
    this.#complain(problems.join('; '));
    this.#care.refused(RULES, RETRY);
  }

  /** Its rules are set. */
  async #settle(means: RedirectMeans, told: readonly Director[]): Promise<void> {
    const others = this.#used.filter((each) => each !== means);
    this.#used = [means];
    this.#problem = undefined;
    this.#care.cured(RULES);
    this.#looks ??= setInterval(() => this.#look(), LOOK_MS).unref();
    // Somebody may have resigned meanwhile.
    const present = new Set(this.#directors().map(({ address }) => address));
    const gone = told.map(({ address }) => address).filter((each) => !present.has(each));
    if (gone.length > 0) this.#tell('resign', (used) => used.resign(gone));
    this.#renew();
    // What nobody renews would soon take every packet for this box.
    for (const each of others)
      await each
        .remove()
        .catch((error: unknown) =>
          this.#ports.warn(`rules that redirect (${each.name}) stay, too: ${textOf(error)}`),
        );
  }

  /** What stays is tried again. */
  async #remove(): Promise<void> {
    const problems: string[] = [];
    const left: RedirectMeans[] = [];
    for (const means of this.#used) {
      try {
        await means.remove();
      } catch (error) {
        problems.push(textOf(error));
        left.push(means);
      }
    }
    this.#used = left;
    if (left.length > 0) {
      this.#complain(problems.join('; '));
      this.#care.refused(RULES, RETRY);
      return;
    }
    if (this.#problem !== undefined) this.#ports.warn('nothing redirects any more');
    this.#problem = undefined;
  }

  /** Says it, and again before it is forgotten. */
  #renew(): void {
    const directors = this.#directors();
    if (directors.length > 0) this.#tell('renew', (means) => means.renew(directors));
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const directors = this.#used.length === 1 ? this.#directors() : [];
    if (directors.length === 0) return;
    const soonest = Math.min(...directors.map(({ lifetimeMs }) => lifetimeMs));
    this.#timer = setTimeout(() => this.#renew(), soonest / WORDS_PER_LIFETIME);
    this.#timer.unref();
  }

  /** A master notices most of it when it says again that it is one. */
  #look(): void {
    this.#lookCount += 1;
    if (!this.#aim()) void this.#rewrite();
    const others = this.#targets.filter(({ instance }) => !this.#masters.has(instance));
    const addresses = addressesOf(others);
    if (addresses.length > 0) this.#tell('look', (means) => means.look(addresses));
    if (this.#lookCount % LOOKS_PER_INSPECTION === 0)
      this.#tell('inspect', async (means) => means.inspect?.(addressesOf(this.#targets)));
  }

  /** What somebody has removed is set again; trouble that goes on is said once. */
  #tell(what: keyof RedirectMeans, action: (means: RedirectMeans) => Promise<void>): void {
    const [means, ...others] = this.#used;
    if (means === undefined || others.length > 0) return;
    action(means).then(
      () => this.#troubles.delete(what),
      (error: unknown) => {
        if (this.#isRestoring || !this.#used.includes(means) || this.#targets.length === 0) return;
        const trouble = textOf(error);
        if (trouble !== this.#troubles.get(what))
          this.#ports.warn(
            `rules that redirect (${means.name}) are not as they were set, they are set again: ${trouble}`,
          );
        this.#troubles.set(what, trouble);
        this.#restore();
      },
    );
  }

  /** At once, as a rule, and never twice at the same time. */
  #restore(): void {
    const isNothing = this.#targets.length + this.#used.length === 0;
    if (this.#isRestoring || isNothing || this.#care.waitFor(RULES) > 0) return;
    this.#isRestoring = true;
    void this.#rewrite().finally(() => (this.#isRestoring = false));
  }

  #complain(problem: string): void {
    const what =
      this.#targets.length > 0
        ? 'cannot redirect'
        : `what redirects stays, and is tried to be removed every ${inSeconds(RETRY)} s ` +
          '(once no daemon is to run any more, tandemctl cleanup does it)';
    if (problem !== this.#problem) this.#ports.warn(`${what}: ${problem}`);
    this.#problem = problem;
  }
}

function addressesOf(targets: readonly RedirectTarget[]): readonly IpAddress[] {
  return [...new Set(targets.map(({ address }) => address))];
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
