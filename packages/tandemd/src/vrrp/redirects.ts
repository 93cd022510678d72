/**
 * Lets servers on this box answer for virtual addresses whose packets another director forwards to
 * it. The kernel has the rules all the time, whether anybody runs here or not: they say that this
 * box is no director, unless the master of the address has just said that it is one.
 */
import type { Settings } from '@tandem/config';
import type { IpAddress } from '@tandem/inet';
import type { Director } from '@tandem/netlink';
import { redirectTargets, type RedirectTarget } from './redirect-targets.ts';

/** One way to have the kernel redirect packets. */
export interface RedirectMeans {
  /** What it is called in the status. */
  readonly name: string;
  /** Puts rules for these in the place of those that are there, at once and whole. */
  replace(targets: readonly RedirectTarget[], directors: readonly Director[]): Promise<void>;
  /** Takes all away; nothing there is as good. */
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
}

/** The means in the order in which they are tried, and somebody to complain to. */
interface RedirectPorts {
  readonly means: readonly RedirectMeans[];
  readonly warn: (text: string) => void;
}

/** So many words are lost before a lifetime ends. */
const WORDS_PER_LIFETIME = 4;
/** Between two looks at what nobody renews: a ruleset is flushed by hand, or by a firewall's start. */
const LOOK_MS = 5000;

/** Owns the rules, and the timer of those who say that they are directors. */
export class Redirects {
  readonly #ports: RedirectPorts;
  #targets: readonly RedirectTarget[] = [];
  /** What may be there: a predecessor may have left something with each. */
  #used: readonly RedirectMeans[];
  #problem: string | undefined;
  readonly #masters = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #looks: NodeJS.Timeout | undefined;
  #isRestoring = false;
  #work: Promise<void> = Promise.resolve();

  /** @param ports - the outside */
  constructor(ports: RedirectPorts) {
    this.#ports = ports;
    this.#used = ports.means;
  }

  /**
   * Adopts what is there, at the start, and follows the settings.
   * @returns once it is so, or cannot be
   */
  configure(settings: Pick<Settings, 'vrrpInstances' | 'virtualServers'>): Promise<void> {
    const targets = redirectTargets(settings);
    const isSame = JSON.stringify(targets) === JSON.stringify(this.#targets);
    // At the start there may be something to remove; what has failed is tried again.
    const isSettled = this.#used !== this.#ports.means && this.#problem === undefined;
    if (isSame && isSettled) return this.#work;
    this.#targets = targets;
    return this.#rewrite();
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
    if (addresses.length > 0) this.#tell((means) => means.resign(addresses));
    this.#arm();
  }

  /** @returns a sentence for each service of an instance, for people */
  describe(instance: string): readonly string[] {
    const how = this.#problem ?? this.#used[0]?.name ?? '';
    return this.#targets
      .filter((each) => each.instance === instance)
      .map(({ address, port }) => {
        const what = `redirects ${address}${port === 0 ? '' : ` port ${port}`} to this box`;
        if (this.#problem !== undefined) return `${what}: not, ${how}`;
        return `${what}${this.#masters.has(instance) ? ' when it is no director any more' : ''} (${how})`;
      });
  }

  #addressesOf(instance: string): readonly IpAddress[] {
    const own = this.#targets.filter((each) => each.instance === instance);
    return [...new Set(own.map(({ address }) => address))];
  }

  #directors(): readonly Director[] {
    const own = this.#targets.filter(({ instance }) => this.#masters.has(instance));
    return [...new Map(own.map((each) => [each.address, each])).values()].map(
      ({ address, lifetimeMs }) => ({ address, lifetimeMs }),
    );
  }

  #rewrite(): Promise<void> {
    this.#work = this.#work.then(() => this.#write());
    return this.#work;
  }

  async #write(): Promise<void> {
    if (this.#targets.length === 0) {
      // Where nothing is to be redirected, a kernel that cannot is no matter.
      await Promise.allSettled(this.#used.map((each) => each.remove()));
      this.#used = [];
      this.#problem = undefined;
      clearInterval(this.#looks);
      this.#looks = undefined;
      this.#arm();
      return;
    }
    const problems: string[] = [];
    for (const means of this.#ports.means) {
      try {
        await means.replace(this.#targets, this.#directors());
        this.#used = [means];
        this.#problem = undefined;
        this.#looks ??= setInterval(() => this.#look(), LOOK_MS).unref();
        this.#renew();
        return;
      } catch (error) {
        problems.push(textOf(error));
      }
    }
    this.#used = [];
    this.#complain(problems.join('; '));
  }

  /** Says it, and again before it is forgotten. */
  #renew(): void {
    const directors = this.#directors();
    if (directors.length > 0) this.#tell((means) => means.renew(directors));
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

  /** A master notices when it says again that it is one. */
  #look(): void {
    const others = this.#targets.filter(({ instance }) => !this.#masters.has(instance));
    const addresses = [...new Set(others.map(({ address }) => address))];
    if (addresses.length > 0) this.#tell((means) => means.look(addresses));
  }

  /** Rules that somebody has removed are set again. */
  #tell(action: (means: RedirectMeans) => Promise<void>): void {
    const [means, ...others] = this.#used;
    if (means === undefined || others.length > 0) return;
    action(means).catch(() => {
      if (this.#used.includes(means) && this.#targets.length > 0) void this.#restore(means);
    });
  }

  async #restore(means: RedirectMeans): Promise<void> {
    if (this.#isRestoring) return;
    this.#isRestoring = true;
    this.#ports.warn(
      `somebody has removed rules that redirect (${means.name}), they are set again`,
    );
    await this.#rewrite();
    this.#isRestoring = false;
  }

  #complain(problem: string): void {
    if (problem !== this.#problem) this.#ports.warn(`cannot redirect: ${problem}`);
    this.#problem = problem;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
