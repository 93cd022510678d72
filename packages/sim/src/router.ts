/** One box on the LAN: it drives the machines as the daemon does, and mishaps befall it. */
import { macFromBytes, type IpAddress, type MacAddress } from '@tandem/inet';
import { instant, type Instant } from '@tandem/time';
import {
  allAddresses,
  createInstance,
  createSyncGroup,
  encodeAnnouncement,
  groupFaultAmong,
  type step,
  stepSyncGroup,
  withSurroundings,
  type SyncGroupState,
  type Surroundings,
  type VirtualAddress,
  type VrrpEffect,
  type VrrpEvent,
  type VrrpInstanceSettings,
  type VrrpState,
} from '@tandem/vrrp';
import type { Agenda } from './agenda.ts';
import type { Mishap } from './faults.ts';
import { Kernel } from './kernel.ts';
import type { Random } from './random.ts';
import type { RouterPlan } from './scenario.ts';
import { decodePacket, encodePacket, type Packet } from './wire.ts';

/** One virtual router as one box sees it, from start to end of the process. */
export interface Instance {
  state: VrrpState;
  /** The deadline that an entry of the agenda stands for. */
  armedFor: Instant | undefined;
}

/** A step that a machine has made. */
export interface Step {
  readonly router: Router;
  readonly instance: Instance;
  readonly event: VrrpEvent;
  readonly before: VrrpState;
  readonly after: VrrpState;
  readonly effects: readonly VrrpEffect[];
  /** On the clock of the router. */
  readonly now: Instant;
}

/** What a router needs of the world. */
export interface RouterPorts {
  readonly agenda: Agenda;
  readonly random: Random;
  /** The machine of an instance. */
  readonly step: typeof step;
  sendAdvert(from: Router, packet: Packet): void;
  sendFrame(from: Router, frame: Uint8Array): void;
  /** Called after each step of a machine, before its effects. */
  stepped(step: Step): void;
}

/** Timers fire up to so many milliseconds late. */
const TIMER_ERROR_MOST = 1;
/** A master that is no later than that does not look for packets first. */
const PUNCTUAL_MS = 20;
/** Packets that a socket keeps for a process that does not read. */
const SOCKET_MAX = 200;
const ROUNDS_MAX = 10;
/** A successor of a process that was master longer ago does not go on as that. */
const RESUME_SAFETY_MS = 100;

/** A router; what it is asked to do while it is off, it does not do. */
export class Router {
  readonly number: number;
  readonly plan: RouterPlan;
  readonly hardwareAddress: MacAddress;
  readonly #ports: RouterPorts;
  #settings: readonly VrrpInstanceSettings[];
  /** Empty while no process runs. */
  #instances: Instance[] = [];
  #group: SyncGroupState | undefined;
  readonly #kernel: Kernel;
  #isCheckGood = true;
  #isStalled = false;
  #waiting: (() => void)[] = [];
  #waitingPackets = 0;
  #memory: { readonly masters: readonly string[]; readonly aliveAt: Instant } | undefined;
  #stalledAt: Instant | undefined;

  constructor(number: number, plan: RouterPlan, ports: RouterPorts) {
    this.number = number;
    this.plan = plan;
    this.hardwareAddress = macFromBytes(Uint8Array.from([2, 0, 0, 0, 0, number + 1]));
    this.#ports = ports;
    this.#settings = plan.instances;
    this.#kernel = new Kernel(plan.instances.length);
  }

  /** Its instances, in the order of the plan; none while no process runs. */
  get instances(): readonly Instance[] {
    return this.#instances;
  }

  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** Its own time. */
  get now(): Instant {
    return instant(this.plan.offset + this.#ports.agenda.now * this.plan.rate);
  }

  /** @returns the virtual addresses of the instance that the kernel has */
  heldBy(instance: Instance): ReadonlySet<IpAddress> {
    return this.#kernel.heldBy(this.#instances.indexOf(instance));
  }

  /** A mishap begins. */
  befall(mishap: Mishap): void {
    switch (mishap.kind) {
      case 'crash':
        return this.#crash();
      case 'process death':
        return this.#die();
      case 'stop':
        return this.#stop();
      case 'stall':
        return this.#stall();
      case 'link down':
        return this.#setLink(false);
      case 'failing check':
        return this.#setCheck(false);
      case 'addresses removed':
        return this.#removeAddresses();
      case 'addresses refused':
        this.#kernel.refuses = true;
        return;
      case 'reload':
        return this.#reload(mishap.changes);
    }
  }

  /** It ends. */
  relieve(mishap: Mishap): void {
    switch (mishap.kind) {
      case 'stall':
        return this.#wake();
      case 'link down':
        return this.#setLink(true);
      case 'failing check':
        return this.#setCheck(true);
      case 'addresses refused':
        this.#kernel.refuses = false;
        return;
      default:
        return this.start();
    }
  }

  /** Power or a process is there again. */
  start(): void {
    if (this.#instances.length > 0) return;
    const { now } = this;
    const resuming = this.#resuming(now);
    this.#instances = this.#settings.map((settings) => ({
      state: createInstance(settings),
      armedFor: undefined,
    }));
    const { syncGroup } = this.plan;
    this.#group = syncGroup === undefined ? undefined : createSyncGroup(syncGroup);
    const found = this.#instances.map(({ state }) => this.#surroundings(state.settings));
    for (const [i, instance] of this.#instances.entries()) {
      const resumeAsMaster = resuming.has(instance.state.settings.name);
      if (!resumeAsMaster) this.#step(instance, { type: 'discard-leftovers' });
      const others = this.#instances
        .map(({ state }, j) => withSurroundings(state, found[j] as Surroundings, now))
        .filter((_, j) => j !== i);
      const groupFault = syncGroup && groupFaultAmong(syncGroup.name, others);
      const surroundings = found[i] as Surroundings;
      this.#step(instance, { type: 'start', ...surroundings, resumeAsMaster, groupFault });
    }
    this.#settleGroup(this.#instances[0]);
  }

  /** Leaves in order. */
  #stop(): void {
    this.#whenAwake(() => {
      this.#group = undefined;
      for (const instance of this.#instances) this.#step(instance, { type: 'stop' });
      this.#forget();
      this.#memory = undefined;
    });
  }

  /** The power fails. */
  #crash(): void {
    this.#forget();
    this.#memory = undefined;
    this.#kernel.clear();
  }

  /** The process is gone, its addresses stay. */
  #die(): void {
    if (this.#instances.length === 0) return;
    const masters = this.#instances.filter(({ state }) => state.state === 'MASTER');
    this.#memory = {
      masters: masters.map(({ state }) => state.settings.name),
      aliveAt: this.#stalledAt ?? this.now,
    };
    this.#forget();
  }

  /** The process stands still. */
  #stall(): void {
    if (this.#instances.length === 0) return;
    this.#isStalled = true;
    this.#stalledAt ??= this.now;
  }

  /** The process goes on: with what its sockets have kept, unless a master is hardly late. */
  #wake(): void {
    if (!this.#isStalled) return;
    this.#isStalled = false;
    this.#stalledAt = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingPackets = 0;
    const isHardlyLate = ({ state }: Instance): boolean =>
      state.state === 'MASTER' && (state.deadline ?? Infinity) > this.now - PUNCTUAL_MS;
    for (const each of this.#instances) if (isHardlyLate(each)) this.#fireIfDue(each);
    for (const task of waiting) task();
    for (const each of this.#instances) this.#fireIfDue(each);
  }

  #setLink(isUp: boolean): void {
    this.#kernel.isLinkUp = isUp;
    this.#tellAll({ type: 'interface', up: isUp });
  }

  #setCheck(isGood: boolean): void {
    this.#isCheckGood = isGood;
    this.#tellAll({ type: 'tracked', report: { kind: 'script', name: 'check', value: isGood } });
  }

  /** @param changes - for all instances */
  #reload(changes: Partial<VrrpInstanceSettings>): void {
    this.#settings = this.#settings.map((each) => ({ ...each, ...changes }));
    this.#whenAwake(() => {
      for (const [i, instance] of this.#instances.entries()) {
        const settings = this.#settings[i] as VrrpInstanceSettings;
        const { tracked = [] } = this.#surroundings(settings);
        this.#act(instance, { type: 'reconfigure', settings, tracked });
      }
    });
  }

  /** Somebody takes all virtual addresses off. */
  #removeAddresses(): void {
    const removed = this.#settings.map((_, i) => new Set(this.#kernel.heldBy(i)));
    this.#kernel.clear();
    this.#whenAwake(() => {
      for (const [i, instance] of this.#instances.entries()) {
        for (const address of allAddresses(instance.state.settings))
          if (removed[i]?.has(address.address) === true)
            this.#act(instance, { type: 'address-removed', address });
      }
    });
  }

  /** An advert has come. */
  receive(packet: Packet): void {
    if (!this.#kernel.isLinkUp || this.#waitingPackets >= SOCKET_MAX) return;
    if (this.#isStalled) this.#waitingPackets += 1;
    this.#whenAwake(() => {
      const received = decodePacket(packet);
      const instance = this.#instances.find(
        ({ state }) => state.settings.virtualRouterId === received.body[1],
      );
      if (instance !== undefined) this.#act(instance, { type: 'packet', packet: received });
    });
  }

  #forget(): void {
    this.#instances = [];
    this.#group = undefined;
    this.#isStalled = false;
    this.#stalledAt = undefined;
    this.#waiting = [];
    this.#waitingPackets = 0;
  }

  #whenAwake(task: () => void): void {
    if (this.#isStalled) this.#waiting.push(task);
    else task();
  }

  #tellAll(event: VrrpEvent): void {
    this.#whenAwake(() => {
      for (const instance of this.#instances) this.#act(instance, event);
    });
  }

  #surroundings({ trackers }: VrrpInstanceSettings): Surroundings {
    const tracked = trackers.map(({ kind, name }) => ({ kind, name, value: this.#isCheckGood }));
    return { interfaceUp: this.#kernel.isLinkUp, source: this.plan.address, tracked };
  }

  /** A group goes on as a whole, or not at all. */
  #resuming(now: Instant): ReadonlySet<string> {
    const { masters = [], aliveAt = now } = this.#memory ?? {};
    this.#memory = undefined;
    const able = this.#settings.filter(({ name, advertisementInterval, downTimerAdverts }) => {
      const silence = advertisementInterval * (downTimerAdverts - 1);
      return masters.includes(name) && now - aliveAt < silence - RESUME_SAFETY_MS;
    });
    const isWhole = this.plan.syncGroup === undefined || able.length === this.#settings.length;
    return new Set(isWhole ? able.map(({ name }) => name) : []);
  }

  /** A step, and what follows from it for the group. */
  #act(instance: Instance, event: VrrpEvent): void {
    this.#step(instance, event);
    this.#settleGroup(instance);
  }

  #step(instance: Instance, event: VrrpEvent): void {
    const before = instance.state;
    const { now } = this;
    const { state: after, effects } = this.#ports.step(before, event, now);
    instance.state = after;
    this.#ports.stepped({ router: this, instance, event, before, after, effects, now });
    const outcomes = effects.flatMap((effect) => this.#perform(instance, effect) ?? []);
    this.#arm(instance);
    for (const outcome of outcomes) this.#step(instance, outcome);
  }

  #settleGroup(last: Instance | undefined): void {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      if (this.#group === undefined || last === undefined) return;
      const states = this.#instances.map(({ state }) => state);
      const { group, effects } = stepSyncGroup(this.#group, states, last.state.settings.name);
      this.#group = group;
      if (effects.length === 0) return;
      for (const effect of effects) {
        if (effect.type !== 'member') continue;
        const member = this.#instances.find(({ state }) => state.settings.name === effect.name);
        if (member !== undefined) this.#step(member, effect.event);
      }
    }
    throw new Error('a sync group does not come to rest');
  }

  /** @returns what became of it, where that matters */
  #perform(instance: Instance, effect: VrrpEffect): VrrpEvent | readonly VrrpEvent[] | undefined {
    switch (effect.type) {
      case 'send-advertisement':
        return this.#sendAdvert(instance.state, effect.priority);
      case 'add-addresses':
        return this.#addAddresses(instance, effect.addresses);
      case 'remove-addresses':
        for (const { address } of effect.addresses)
          this.#kernel.remove(this.#instances.indexOf(instance), address);
        return undefined;
      case 'announce':
        this.#announce(instance, effect.addresses, effect.rounds);
        return undefined;
      default:
        return undefined;
    }
  }

  /** A success is news only where something has failed before. */
  #addAddresses(instance: Instance, addresses: readonly VirtualAddress[]): readonly VrrpEvent[] {
    const index = this.#instances.indexOf(instance);
    return addresses.flatMap((address): readonly VrrpEvent[] => {
      const error = this.#kernel.add(index, address.address);
      if (error !== undefined) return [{ type: 'address-failed', address, error }];
      const hasFailed = instance.state.addressFailures.length > 0;
      return hasFailed ? [{ type: 'address-added', address }] : [];
    });
  }

  #sendAdvert({ settings, sendFailure }: VrrpState, priority: number): VrrpEvent | undefined {
    if (!this.#kernel.isLinkUp) return { type: 'send-failed', error: 'ENETDOWN' };
    const { unicast, multicastGroup } = settings;
    const destinations = unicast?.peers.map(({ address }) => address) ?? [multicastGroup];
    const said = { priority, sequence: Math.floor(this.now) };
    for (const destination of destinations) {
      const path = { source: this.plan.address, destination };
      this.#ports.sendAdvert(this, encodePacket(settings, path, said));
    }
    return sendFailure === undefined ? undefined : { type: 'sent' };
  }

  #announce(instance: Instance, addresses: readonly VirtualAddress[], rounds: number): void {
    if (!this.#kernel.isLinkUp || instance.state.state !== 'MASTER') return;
    const present = this.heldBy(instance);
    const held = addresses.filter(({ address }) => present.has(address));
    const frames = held.map(({ address }) => encodeAnnouncement(address, this.hardwareAddress));
    for (let round = 0; round < rounds; round += 1)
      for (const frame of frames) this.#ports.sendFrame(this, frame);
  }

  #arm(instance: Instance): void {
    const { deadline } = instance.state;
    if (deadline === instance.armedFor) return;
    instance.armedFor = deadline;
    if (deadline === undefined) return;
    const { agenda, random } = this.#ports;
    const due = (deadline - this.plan.offset) / this.plan.rate;
    const late = random.between(TIMER_ERROR_MOST / 1000, TIMER_ERROR_MOST);
    agenda.enter(Math.max(agenda.now, due) + late, () => {
      const isCurrent = this.#instances.includes(instance) && instance.armedFor === deadline;
      if (isCurrent && !this.#isStalled) this.#fireIfDue(instance);
    });
  }

  #fireIfDue(instance: Instance): void {
    const { deadline } = instance.state;
    if (deadline === undefined || deadline > this.now) return;
    instance.armedFor = undefined;
    this.#act(instance, { type: 'timer' });
  }
}
