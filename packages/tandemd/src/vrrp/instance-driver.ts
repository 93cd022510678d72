/** Runs the machine of one instance: its timer, and what its effects do. */
import type { IpAddress } from '@tandem/inet';
import type { TrackerSnapshot, VrrpInstanceSnapshot } from '@tandem/status';
import {
  between,
  instant,
  milliseconds,
  type Clock,
  type Duration,
  type Instant,
} from '@tandem/time';
import {
  allAddresses,
  contributionOf,
  createInstance,
  describe,
  isFaulty,
  isHeld,
  masterDownInterval,
  reasonsOf,
  signersHeard,
  step,
  type LedgerEntry,
  type ReceivedPacket,
  type Routing,
  type StaticEntry,
  type VirtualAddress,
  type VrrpEffect,
  type VrrpEvent,
  type VrrpInstanceSettings,
  type VrrpState,
} from '@tandem/vrrp';
import type { AddressKeeper } from './address-keeper.ts';
import type { Deadlines, Waiter } from './deadlines.ts';
import type { Firewall } from './firewall.ts';
import type { RouterReport } from './router-adverts.ts';
import type { Trackers } from './trackers.ts';
import type { EntryOwner, RoutingKeeper } from './routing-keeper.ts';
import { macvlanNames } from './virtual-link.ts';

/** What effects need of the world. */
export interface InstancePorts {
  readonly clock: Clock;
  /** Wall clock, for the status only. */
  readonly epochMs: () => number;
  /** @returns when the adverts of all instances that are due have been sent */
  readonly turn: () => Promise<void>;
  readonly deadlines: Pick<Deadlines, 'set'>;
  readonly addresses: Pick<AddressKeeper, 'add' | 'remove' | 'strangers'>;
  readonly firewall: Pick<Firewall, 'close' | 'setIdle'> & {
    readonly redirects: Pick<Firewall['redirects'], 'direct' | 'resign' | 'describe'>;
  };
  readonly trackers: Pick<Trackers, 'problemWith'>;
  readonly routing: Pick<RoutingKeeper, 'want' | 'release' | 'problemsWith'>;
  /** @returns why it could not be sent */
  sendAdvertisement(advert: {
    readonly settings: VrrpInstanceSettings;
    readonly source: IpAddress;
    readonly priority: number;
    readonly oldChecksumPeers: readonly IpAddress[];
  }): string | undefined;
  announce(name: string, addresses: readonly VirtualAddress[], rounds: number): void;
  /** @param settings - of a master; absent: its router is none of ours */
  advertiseRouter(driver: InstanceDriver, settings: VrrpInstanceSettings | undefined): void;
  /** @returns undefined where its router is none of ours */
  routerReport(driver: InstanceDriver): RouterReport | undefined;
  /** @param isTransition - of a change of state: never to be dropped */
  log(line: VrrpEffect & { type: 'log' }, isTransition: boolean): void;
  runScript(script: VrrpEffect & { type: 'notify' }): void;
  tellFifos(line: string): void;
  sendMail(mail: VrrpEffect & { type: 'mail' }): void;
  stateChanged(driver: InstanceDriver): void;
  /** Its sync group, if it is in one, may have to follow. */
  followed(driver: InstanceDriver): void;
  /** Unless an advert comes. */
  aboutToTakeOver(driver: InstanceDriver): void;
}

/** Of a packet that has waited for longer we may have been told wrongly: the wall clock can be set. */
const AGE_MS_MAX = 20;

/** The clocks drift apart, which is no reason to tell another time each time. */
const CLOCK_SET_MS = 1000;

/** Of a master that sends an advert each second. */
const PATIENCE_MS_MAX = 5;

/** What of a member matters to its sync group, beside its state. */
const NOTED_BY_GROUP = ['awaitsGroup', 'faults', 'reannouncedAt'] as const;

/** Has one deadline, and a queue of effects that wait for address changes before them. */
export class InstanceDriver implements Waiter, EntryOwner {
  readonly #ports: InstancePorts;
  #state: VrrpState;
  #lastTransitionEpochMs: number;
  /** The same by the clock that nobody sets. */
  #lastTransition: Instant;
  #steppedAt: Instant = instant(0);
  readonly #queue: (() => Promise<void> | void)[] = [];
  #busy = false;
  #drained: Promise<void> = Promise.resolve();

  /** @param memory - what a predecessor in a process that died has left */
  constructor(settings: VrrpInstanceSettings, ports: InstancePorts, memory?: VrrpInstanceSnapshot) {
    this.#ports = ports;
    this.#state = createInstance(settings);
    const epochMs = ports.epochMs();
    this.#lastTransitionEpochMs = memory?.lastTransitionEpochMs ?? epochMs;
    this.#lastTransition = instant(ports.clock.now() + this.#lastTransitionEpochMs - epochMs);
  }

  /** The machine's state as of its last step. */
  get state(): VrrpState {
    return this.#state;
  }

  /** The adverts of a master, unlike a takeover, wait for nothing. */
  get isPressing(): boolean {
    return this.#state.state === 'MASTER';
  }

  /** Adverts may be late by a two-hundredth of their interval, once: then they are an interval apart. */
  get patience(): Duration | undefined {
    const { advertisementInterval } = this.#state.settings;
    return this.isPressing
      ? milliseconds(Math.min(advertisementInterval / 200, PATIENCE_MS_MAX))
      : undefined;
  }

  /** The machine's deadline has come. */
  due(): void {
    this.step({ type: 'timer' });
  }

  /** The machine's deadline is about to come. */
  soon(): void {
    this.#ports.aboutToTakeOver(this);
  }

  /** When the state last changed; right, too, after somebody has set the wall clock since. */
  #transitionEpochMs(): number {
    const age = this.#ports.clock.now() - this.#lastTransition;
    const shown = Math.round(this.#ports.epochMs() - age);
    if (Math.abs(shown - this.#lastTransitionEpochMs) > CLOCK_SET_MS)
      this.#lastTransitionEpochMs = shown;
    return this.#lastTransitionEpochMs;
  }

  /** Somebody else had removed a route or rule, which is there again. */
  entryRestored(entry: StaticEntry): void {
    this.step({ type: 'entry-restored', entry });
  }

  /** Lets the machine take one step, and does what it wants. */
  step(event: VrrpEvent): void {
    this.#stepAt(this.#ports.clock.now(), event);
  }

  /**
   * What a backup waits is counted from when a packet came in, not from when we come to read it.
   * @param arrivedAt - when that was, as far as it is known
   */
  hear(packet: ReceivedPacket, arrivedAt?: Instant): void {
    const now = this.#ports.clock.now();
    const isCredible = arrivedAt !== undefined && arrivedAt <= now && now - arrivedAt <= AGE_MS_MAX;
    // The machine's time never runs backwards.
    const at = isCredible ? Math.max(this.#steppedAt, arrivedAt) : now;
    this.#stepAt(instant(at), { type: 'packet', packet });
  }

  #stepAt(now: Instant, event: VrrpEvent): void {
    const before = this.#state;
    this.#steppedAt = now;
    const { state, effects } = step(before, event, now);
    const changed = state.state !== before.state;
    this.#state = state;
    if (changed && !(event.type === 'start' && event.resumeAsMaster === true)) {
      this.#lastTransitionEpochMs = this.#ports.epochMs();
      this.#lastTransition = this.#ports.clock.now();
    }
    const outcomes: VrrpEvent[] = [];
    this.#guardBefore(before, event.type === 'stop' && event.keepAddresses === true);
    for (const effect of effects) {
      const outcome = this.#perform(effect, changed);
      if (outcome !== undefined) outcomes.push(outcome);
    }
    this.#guardAfter(before);
    this.#ports.deadlines.set(this, this.#state.deadline);
    for (const outcome of outcomes) this.step(outcome);
    if (changed || NOTED_BY_GROUP.some((key) => state[key] !== before[key]))
      this.#ports.followed(this);
  }

  /** @returns when all effects so far are done */
  async settled(): Promise<void> {
    while (this.#busy) await this.#drained;
  }

  /** Nothing happens any more. */
  close(): void {
    this.#ports.deadlines.set(this, undefined);
  }

  /** What the instance is now, and why. */
  snapshot(): VrrpInstanceSnapshot {
    const { settings, state, basePriority, effectivePriority, ledger, faults } = this.#state;
    const { master, masterInterval, counters } = this.#state;
    const downInterval = masterDownInterval(settings, effectivePriority, masterInterval);
    return {
      name: settings.name,
      interface: settings.interface,
      ...(settings.virtualInterface === undefined
        ? {}
        : { virtualInterface: settings.virtualInterface.name }),
      virtualRouterId: settings.virtualRouterId,
      ...(settings.syncGroup === undefined ? {} : { syncGroup: settings.syncGroup }),
      state,
      lastTransitionEpochMs: this.#transitionEpochMs(),
      basePriority,
      effectivePriority,
      trackers: ledger.map((entry) => this.#trackerSnapshot(entry)),
      addresses: [...settings.addresses, ...settings.excludedAddresses].map(
        ({ address, prefixLength }) => `${address}/${prefixLength}`,
      ),
      ...this.#strangers(),
      ...this.#redirects(),
      ...this.#routerAdvert(),
      ...(master === undefined ? {} : { master }),
      masterDownIntervalMs: downInterval,
      routes: linesOf(settings.routing, 'route'),
      rules: linesOf(settings.routing, 'rule'),
      reasons: [
        ...reasonsOf(this.#state, this.#ports.clock.now()).map((each) => this.#worded(each)),
        ...this.#missingRouting(),
      ],
      faults: faults.map(({ reason, since }) => ({
        reason: this.#worded(reason),
        sinceEpochMs: this.#epochMsOf(since),
      })),
      counters,
      ...hmacSnapshot(settings.hmac, signersHeard(this.#state, this.#ports.clock.now())),
    };
  }

  #strangers(): Pick<VrrpInstanceSnapshot, 'strangers'> {
    const { state, settings } = this.#state;
    if (state === 'MASTER') return {};
    const strangers = this.#ports.addresses.strangers(allAddresses(settings));
    return strangers.length === 0 ? {} : { strangers };
  }

  #redirects(): Pick<VrrpInstanceSnapshot, 'redirects'> {
    const redirects = this.#ports.firewall.redirects.describe(this.#state.settings.name);
    return redirects.length === 0 ? {} : { redirects };
  }

  #routerAdvert(): Pick<VrrpInstanceSnapshot, 'routerAdvert'> {
    if (this.#state.settings.routerAdvert === undefined) return {};
    const report = this.#ports.routerReport(this);
    if (report === undefined) return { routerAdvert: { sent: 0, solicited: 0, problems: [] } };
    const { lastSentAt, ...counts } = report;
    const last = lastSentAt && { lastSentEpochMs: this.#epochMsOf(lastSentAt) };
    return { routerAdvert: { ...counts, ...last } };
  }

  /** @returns a reason, with why what is followed cannot be gone by */
  #worded(reason: string): string {
    const entry = this.#state.ledger.find((each) => describe(each) === reason);
    return (entry && this.#ports.trackers.problemWith(entry.tracker)) ?? reason;
  }

  #missingRouting(): string[] {
    const { state, settings } = this.#state;
    return state === 'MASTER' ? this.#ports.routing.problemsWith(settings.routing) : [];
  }

  #trackerSnapshot(entry: LedgerEntry): TrackerSnapshot {
    const { tracker, value, since } = entry;
    const problem = this.#ports.trackers.problemWith(tracker);
    return {
      ...tracker,
      ...(value === undefined ? {} : { value: value === 'missing' ? false : value }),
      ...(since === undefined ? {} : { sinceEpochMs: this.#epochMsOf(since) }),
      contribution: contributionOf(entry),
      fault: isFaulty(entry),
      detail: problem ?? describe(entry),
    };
  }

  #epochMsOf(moment: Instant): number {
    return Math.round(this.#ports.epochMs() - between(moment, this.#ports.clock.now()));
  }

  /** @returns what became of what is done at once, as an event where it matters */
  #perform(effect: VrrpEffect, changed: boolean): VrrpEvent | undefined {
    switch (effect.type) {
      case 'send-advertisement':
        return this.#sendAdvertisement(effect, changed);
      case 'log':
        this.#ports.log(effect, changed);
        return undefined;
      case 'state-changed':
        this.#ports.stateChanged(this);
        return undefined;
      case 'add-addresses':
        this.#enqueue(() => this.#addAddresses(effect.addresses));
        return undefined;
      case 'remove-addresses':
        this.#enqueue(() => this.#removeAddresses(effect.addresses));
        return undefined;
      case 'set-routing':
        this.#enqueue(() => this.#setRouting(effect.entries));
        return undefined;
      case 'withdraw-routing':
        this.#enqueue(() => this.#ports.routing.release(this, effect.entries));
        return undefined;
      case 'announce':
        this.#enqueue(() => this.#announce(effect));
        return undefined;
      case 'announce-source':
        this.#enqueue(() => this.#announceSource(effect.source));
        return undefined;
      case 'notify':
        this.#enqueue(() => this.#ports.runScript(effect));
        return undefined;
      case 'fifo':
        this.#enqueue(() => this.#ports.tellFifos(effect.line));
        return undefined;
      case 'mail':
        this.#enqueue(() => this.#ports.sendMail(effect));
        return undefined;
    }
  }

  /** Before the addresses come: nothing may reach them; as a backup, the switches hear nothing. */
  #guardBefore(before: VrrpState, staysOn: boolean): void {
    const { state, settings } = this.#state;
    const { firewall } = this.#ports;
    // Before anybody hears that we leave, and then forwards to us what the table here still takes.
    if (state !== 'MASTER' && before.state === 'MASTER') firewall.redirects.resign(settings.name);
    if (state !== before.state || settings !== before.settings) this.#setIdle(staysOn);
    if (isClosed(this.#state) && !(isClosed(before) && before.settings === settings))
      this.#enqueue(() => firewall.close(this, allAddresses(settings)));
  }

  /**
   * What is sent to the MAC address of the virtual router is for its master alone. It is told at
   * once that it is ours: before the first neighbour is.
   */
  #setIdle(staysOn: boolean): void {
    const { state, settings } = this.#state;
    const names = macvlanNames(settings);
    if (names.length === 0 || staysOn) return;
    const { firewall } = this.#ports;
    const isDone = state === 'MASTER' ? firewall.setIdle(names, false) : undefined;
    this.#enqueue(() => isDone ?? firewall.setIdle(names, true));
  }

  /** When the addresses are there, or gone. */
  #guardAfter(before: VrrpState): void {
    const { state, settings } = this.#state;
    if (state === 'MASTER' && before.state !== 'MASTER')
      this.#enqueue(() => {
        if (this.#state.state === 'MASTER') this.#ports.firewall.redirects.direct(settings.name);
      });
    this.#followRouter(before);
    if (isClosed(before) && !isClosed(this.#state))
      this.#enqueue(() => this.#ports.firewall.close(this, []));
  }

  /** Hosts are told after the switches, and of no end: the next master is the same router. */
  #followRouter(before: VrrpState): void {
    const { state, settings } = this.#state;
    const wanted = state === 'MASTER' ? settings.routerAdvert : undefined;
    const wasWanted = before.state === 'MASTER' ? before.settings.routerAdvert : undefined;
    const isSame = settings === before.settings && state === before.state;
    if (isSame || (wanted === undefined && wasWanted === undefined)) return;
    if (wanted === undefined) this.#ports.advertiseRouter(this, undefined);
    else
      this.#enqueue(() => {
        const { state: last, settings: own } = this.#state;
        this.#ports.advertiseRouter(this, last === 'MASTER' ? own : undefined);
      });
  }

  #sendAdvertisement(
    { source, priority, onceSent }: VrrpEffect & { type: 'send-advertisement' },
    changed: boolean,
  ): VrrpEvent | undefined {
    const { settings, sendFailure, oldChecksumPeers } = this.#state;
    const advert = { settings, source, priority, oldChecksumPeers };
    const error = this.#ports.sendAdvertisement(advert);
    if (onceSent !== undefined) {
      const failure = `(${settings.name}) cannot send priority ${priority}: ${error}`;
      const line =
        error === undefined
          ? ({ level: 'info', text: onceSent } as const)
          : ({ level: 'warning', text: failure } as const);
      this.#ports.log({ type: 'log', ...line }, changed);
    }
    if (error !== undefined) return { type: 'send-failed', error };
    return sendFailure === undefined ? undefined : { type: 'sent' };
  }

  async #addAddresses(addresses: readonly VirtualAddress[]): Promise<void> {
    for (const { address, error } of await this.#ports.addresses.add(this, addresses)) {
      if (error !== undefined) this.step({ type: 'address-failed', address, error });
      else if (this.#state.addressFailures.length > 0)
        this.step({ type: 'address-added', address });
    }
  }

  async #removeAddresses(addresses: readonly VirtualAddress[]): Promise<void> {
    for (const { address, error } of await this.#ports.addresses.remove(this, addresses)) {
      const { name } = this.#state.settings;
      const { address: ip, prefixLength, device } = address;
      const text = `(${name}) cannot remove ${ip}/${prefixLength} from ${device}: ${error}`;
      this.#ports.log({ type: 'log', level: 'warning', text }, false);
    }
  }

  async #setRouting(entries: readonly Routing[]): Promise<void> {
    await this.#ports.routing.want(this, `(${this.#state.settings.name}) `, entries);
  }

  /** Addresses that we gave up while this waited, or never got, are not ours to announce. */
  #announce(effect: VrrpEffect & { type: 'announce' }): void {
    const { state, settings } = this.#state;
    const held = effect.addresses.filter((each) => isHeld(this.#state, each));
    if (state === 'MASTER' && held.length > 0)
      this.#ports.announce(settings.name, held, effect.rounds);
  }

  #announceSource(address: IpAddress): void {
    const { name, interface: device, family } = this.#state.settings;
    const prefixLength = family === 4 ? 32 : 128;
    this.#ports.announce(name, [{ address, prefixLength, device, scope: 0 }], 1);
  }

  /** Runs the task when all adverts that are due have been sent, of all instances. */
  #enqueue(task: () => Promise<void> | void): void {
    this.#queue.push(task);
    if (this.#busy) return;
    this.#busy = true;
    this.#drained = this.#drain();
  }

  async #drain(): Promise<void> {
    await this.#ports.turn();
    for (let task = this.#queue.shift(); task !== undefined; task = this.#queue.shift()) {
      const pending = task();
      if (pending !== undefined) await pending;
    }
    this.#busy = false;
  }
}

function hmacSnapshot(
  hmac: VrrpInstanceSettings['hmac'],
  signers: readonly IpAddress[],
): Pick<VrrpInstanceSnapshot, 'hmac'> {
  if (hmac === undefined) return {};
  const { mode, activeKey } = hmac;
  return { hmac: { mode, activeKey, signers } };
}

function linesOf(routing: readonly Routing[], kind: Routing['kind']): string[] {
  return routing.flatMap((each) => (each.kind === kind ? [each.text] : []));
}

/** @returns whether packets to the addresses are to be dropped */
function isClosed({ state, settings }: VrrpState): boolean {
  return state === 'MASTER' && !settings.accept;
}
