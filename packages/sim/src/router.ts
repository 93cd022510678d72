/** One box on the LAN: a process runs on it or not, and mishaps befall it. */
import { macFromBytes, type IpAddress, type MacAddress } from '@tandem/inet';
import type { Random } from '@tandem/random';
import { instant, type Instant } from '@tandem/time';
import {
  allAddresses,
  groupFaultAmong,
  type ReceivedPacket,
  type step,
  withSurroundings,
  type Surroundings,
  type VrrpEffect,
  type VrrpEvent,
  type VrrpInstanceSettings,
  type VrrpState,
} from '@tandem/vrrp';
import type { Agenda } from './agenda.ts';
import type { Changes, Mishap } from './faults.ts';
import { Kernel } from './kernel.ts';
import { Process, type Instance } from './process.ts';
import type { RouterPlan } from './scenario.ts';
import type { Packet } from './wire.ts';

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

/** A master that is no later than that does not look for packets first. */
const PUNCTUAL_MS = 20;
/** Packets that a socket keeps for a process that does not read. */
const SOCKET_MAX = 200;
/** When runs begin, milliseconds since 1970. */
const EPOCH_MS = 1.7e12;
/** A successor of a process that was master longer ago does not go on as that. */
const RESUME_SAFETY_MS = 100;

/** A router; what it is asked to do while it is off, it does not do. */
export class Router {
  readonly number: number;
  readonly plan: RouterPlan;
  readonly hardwareAddress: MacAddress;
  readonly #ports: RouterPorts;
  #settings: readonly VrrpInstanceSettings[];
  #process: Process | undefined;
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
    return this.#process?.instances ?? [];
  }

  get isStalled(): boolean {
    return this.#isStalled;
  }

  /** Its own time. */
  get now(): Instant {
    return instant(this.plan.offset + this.#ports.agenda.now * this.plan.rate);
  }

  /** What all clocks show that somebody sets right: nearly the same everywhere. */
  get wallClockMs(): number {
    return EPOCH_MS + this.#ports.agenda.now + this.plan.offset / 1000;
  }

  /** @returns the virtual addresses of the instance that the kernel has */
  heldBy(instance: Instance): ReadonlySet<IpAddress> {
    return this.#kernel.heldBy(this.instances.indexOf(instance));
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
    if (this.#process !== undefined) return;
    const { now } = this;
    const resuming = this.#resuming(now);
    this.#discardAbandoned();
    const box = { router: this, kernel: this.#kernel };
    const process = new Process(this.#settings, box, this.#ports);
    this.#process = process;
    const found = process.instances.map(({ state }) => this.#surroundings(state.settings));
    for (const [i, instance] of process.instances.entries()) {
      const resumeAsMaster = resuming.has(instance.state.settings.name);
      if (!resumeAsMaster) process.step(instance, { type: 'discard-leftovers' });
      const { syncGroup } = instance.state.settings;
      const others = process.instances
        .map(({ state }, j) => withSurroundings(state, found[j] as Surroundings, now))
        .filter(({ settings }, j) => j !== i && settings.syncGroup === syncGroup);
      const groupFault = syncGroup === undefined ? undefined : groupFaultAmong(syncGroup, others);
      const surroundings = found[i] as Surroundings;
      process.step(instance, { type: 'start', ...surroundings, resumeAsMaster, groupFault });
    }
    // Members come first.
    process.settleGroup(process.instances[0]);
  }

  /** What a process that died has added and the settings do not name any more: it is on record. */
  #discardAbandoned(): void {
    for (const [i, settings] of this.#settings.entries()) {
      const wanted = new Set(allAddresses(settings).map(({ address }) => address));
      for (const address of this.#kernel.heldBy(i))
        if (!wanted.has(address)) this.#kernel.remove(i, address);
    }
  }

  /** Leaves in order. */
  #stop(): void {
    this.#whenAwake(() => {
      this.#process?.stop();
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
    if (this.#process === undefined) return;
    const masters = this.instances.filter(({ state }) => state.state === 'MASTER');
    this.#memory = {
      masters: masters.map(({ state }) => state.settings.name),
      aliveAt: this.#stalledAt ?? this.now,
    };
    this.#forget();
  }

  /** The process stands still. */
  #stall(): void {
    if (this.#process === undefined) return;
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
    for (const each of this.instances) if (isHardlyLate(each)) this.#process?.fireIfDue(each);
    for (const task of waiting) task();
    for (const each of this.instances) this.#process?.fireIfDue(each);
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
  #reload(changes: Changes): void {
    this.#settings = this.#settings.map((each, i) =>
      changed(each, changes, this.plan.instances[i]),
    );
    this.#whenAwake(() => {
      for (const [i, instance] of this.instances.entries()) {
        const settings = this.#settings[i] as VrrpInstanceSettings;
        const { tracked = [] } = this.#surroundings(settings);
        this.#process?.act(instance, { type: 'reconfigure', settings, tracked });
      }
    });
  }

  /** Somebody takes all virtual addresses off. */
  #removeAddresses(): void {
    const removed = this.#settings.map((_, i) => new Set(this.#kernel.heldBy(i)));
    this.#kernel.clear();
    this.#whenAwake(() => {
      for (const [i, instance] of this.instances.entries()) {
        for (const address of allAddresses(instance.state.settings))
          if (removed[i]?.has(address.address) === true)
            this.#process?.act(instance, { type: 'address-removed', address });
      }
    });
  }

  /** An advert has come. */
  receive(packet: ReceivedPacket): void {
    if (!this.#kernel.isLinkUp || this.#waitingPackets >= SOCKET_MAX) return;
    if (this.#isStalled) this.#waitingPackets += 1;
    const received = { ...packet, receivedAt: this.wallClockMs };
    this.#whenAwake(() => {
      const instance = this.instances.find(
        ({ state }) => state.settings.virtualRouterId === received.body[1],
      );
      if (instance !== undefined)
        this.#process?.act(instance, { type: 'packet', packet: received });
    });
  }

  #forget(): void {
    this.#process?.end();
    this.#process = undefined;
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
      for (const instance of this.instances) this.#process?.act(instance, event);
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
    const members = this.plan.syncGroup?.members ?? [];
    const isWhole = members.every((member) => able.some(({ name }) => name === member));
    const resuming = able.filter(({ syncGroup }) => syncGroup === undefined || isWhole);
    return new Set(resuming.map(({ name }) => name));
  }
}

/** Version 2 routers must agree on the interval, so that it stays. */
function changed(
  settings: VrrpInstanceSettings,
  { withExcluded, advertisementInterval, ...others }: Changes,
  plan: VrrpInstanceSettings | undefined,
): VrrpInstanceSettings {
  const { version, excludedAddresses } = settings;
  const excluded = plan?.excludedAddresses ?? [];
  return {
    ...settings,
    ...others,
    ...(advertisementInterval !== undefined && version === 3 ? { advertisementInterval } : {}),
    excludedAddresses:
      withExcluded === undefined ? excludedAddresses : withExcluded ? excluded : [],
  };
}
