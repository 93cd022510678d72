/** Links as instances are told of them: those with delays only once a change has lasted. */
import { between, inSeconds, milliseconds, ZERO, type Clock, type Duration } from '@tandem/time';
import {
  longestLinkDelay,
  stepLink,
  type LinkDelays,
  type LinkState,
  type VrrpState,
} from '@tandem/vrrp';
import type { Deadlines, Waiter } from './deadlines.ts';
import type { InterfaceTable } from './interface-table.ts';

/** What is needed of the world. */
export interface LinkPorts {
  readonly clock: Clock;
  readonly deadlines: Pick<Deadlines, 'set'>;
  /** @returns how long a change may be kept back for the instances of an interface */
  limit(name: string): Duration;
  /** A change has lasted: it is to be noted, and told. */
  lasted(name: string): void;
  log(text: string): void;
}

/** One link with delays. */
interface DelayedLink extends Waiter {
  delays: LinkDelays;
  state: LinkState;
}

/** Keeps changes of links back for as long as it is configured. */
export class DelayedLinks {
  readonly #interfaces: InterfaceTable;
  readonly #ports: LinkPorts;
  readonly #links = new Map<string, DelayedLink>();

  /** @param interfaces - kept up to date by the kernel's view */
  constructor(interfaces: InterfaceTable, ports: LinkPorts) {
    this.#interfaces = interfaces;
    this.#ports = ports;
  }

  /**
   * A change that is being kept back stays so, for as long as was said when it came.
   * @param wanted - delays from now on
   */
  configure(wanted: readonly LinkDelays[] = []): void {
    const names = new Set(wanted.map((each) => each.interface));
    for (const [name, link] of this.#links) {
      if (names.has(name)) continue;
      this.#links.delete(name);
      this.#ports.deadlines.set(link, undefined);
      this.#ports.lasted(name);
    }
    for (const delays of wanted) {
      const known = this.#links.get(delays.interface);
      if (known === undefined) this.#links.set(delays.interface, this.#open(delays));
      else known.delays = delays;
    }
  }

  /** Takes note of what has become of a link, or that time has passed. */
  note(name: string): void {
    const link = this.#links.get(name);
    if (link === undefined) return;
    const { clock, deadlines } = this.#ports;
    const now = clock.now();
    const before = link.state;
    link.state = stepLink(before, this.#present(link), now);
    const { up, changeDue } = link.state;
    deadlines.set(link, changeDue);
    if (changeDue === before.changeDue || up !== before.up) return;
    this.#ports.log(
      changeDue === undefined
        ? `${name} is ${wordFor(up)} again, in time: nobody is told`
        : `${name} is ${wordFor(!up)}: counts in ${inSeconds(between(now, changeDue))} s`,
    );
  }

  /** @returns whether adverts can go out and come in, as far as it counts */
  isUp(name: string): boolean {
    return this.#links.get(name)?.state.up ?? this.#interfaces.isUp(name);
  }

  /** @returns whether an interface is up, and whether that is because there is none */
  stateOf(name: string): { readonly interfaceUp: boolean; readonly interfaceMissing: boolean } {
    const interfaceMissing = this.#interfaces.named(name) === undefined;
    return { interfaceUp: this.isUp(name), interfaceMissing };
  }

  /** @returns a line about a change of its state, in keepalived's words */
  describe(name: string): string {
    const { interfaceUp, interfaceMissing } = this.stateOf(name);
    const why = interfaceMissing ? ', it does not exist' : '';
    return `Netlink reports ${name} ${wordFor(interfaceUp)}${why}`;
  }

  #open(delays: LinkDelays): DelayedLink {
    const { interface: name } = delays;
    return {
      delays,
      state: { up: this.#interfaces.isUp(name) },
      // What has been received tells of a link that is back.
      isPressing: false,
      due: () => this.#ports.lasted(name),
    };
  }

  /** An interface that is gone does not come back by itself. */
  #present({ delays }: DelayedLink): { readonly up: boolean; readonly delay: Duration } {
    const { interface: name, down, up } = delays;
    const isUp = this.#interfaces.isUp(name);
    if (this.#interfaces.named(name) === undefined) return { up: false, delay: ZERO };
    const delay = Math.min(isUp ? up : down, this.#ports.limit(name));
    return { up: isUp, delay: milliseconds(delay) };
  }
}

/**
 * @param instances - of one interface
 * @returns how long a change of its link may be kept back for them; Infinity where there are none
 */
export function shortestLimit(instances: readonly { readonly state: VrrpState }[]): Duration {
  const limits = instances.map(({ state }) =>
    longestLinkDelay(state.settings, state.masterInterval),
  );
  return milliseconds(Math.min(...limits));
}

function wordFor(up: boolean): string {
  return up ? 'up' : 'down';
}
