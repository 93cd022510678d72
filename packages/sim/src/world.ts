/** All of a run: routers and hosts on their LAN, and the script of faults that is played to them. */
import type { Random } from '@tandem/random';
import { step as realStep } from '@tandem/vrrp';
import { Agenda } from './agenda.ts';
import { formatFault, type Fault } from './faults.ts';
import { Host } from './host.ts';
import { Lan } from './lan.ts';
import { Router, type RouterPorts, type Step } from './router.ts';
import type { Rule, View } from './rule.ts';
import type { Scenario } from './scenario.ts';
import { decodePacket, type Packet } from './wire.ts';

/** What may be exchanged or listened to. */
export interface WorldOptions {
  /** The machine of an instance; another one is for tests of the rules. */
  readonly step?: RouterPorts['step'];
  /** Takes each thing that happens, with milliseconds from the beginning. */
  readonly trace?: ((at: number, what: Step | string) => void) | undefined;
  /** More is a storm. */
  readonly actionsMost: number;
}

export class World implements View {
  readonly #agenda = new Agenda();
  readonly #lan: Lan;
  readonly #trace: WorldOptions['trace'];
  readonly #actionsMost: number;
  readonly #rules: Rule[] = [];
  #stepRules: Rule[] = [];
  #settleRules: Rule[] = [];
  readonly routers: readonly Router[];
  readonly hosts: readonly Host[];
  /** How long a frame may be on its way, milliseconds. */
  readonly #lateness: number;
  #calmFrom = 0;
  /** What has just been done is nothing to a router. */
  #wasForHost = false;
  /** Adverts that have been sent, one for each destination. */
  adverts = 0;
  /** What has been done. */
  actions = 0;

  /** @param random - decides the fate of each frame */
  constructor(scenario: Scenario, random: Random, options: WorldOptions) {
    this.#trace = options.trace;
    this.#actionsMost = options.actionsMost;
    this.#lan = new Lan(this.#agenda, random, scenario.routers.length + scenario.hosts);
    const ports: RouterPorts = {
      agenda: this.#agenda,
      random,
      step: options.step ?? realStep,
      sendAdvert: (from, packet) => this.#sendAdvert(from, packet),
      sendFrame: (from, frame) =>
        this.#sendToHosts(from, (host) => host.receive(frame, from.number)),
      stepped: (step) => this.#stepped(step),
    };
    this.routers = scenario.routers.map((plan, i) => new Router(i, plan, ports));
    this.hosts = Array.from({ length: scenario.hosts }, (_, i) => new Host(i));
    for (const router of this.routers)
      this.#agenda.enter(router.plan.startsAt, () => router.start());
    this.#lateness = latenessOf(scenario.faults);
    this.#schedule(scenario.faults, 0);
  }

  get now(): number {
    return this.#agenda.now;
  }

  get calmSince(): number | undefined {
    const isCalm =
      this.#lan.isWell &&
      this.now >= this.#calmFrom &&
      !this.routers.some(({ isStalled }) => isStalled);
    return isCalm ? this.#calmFrom : undefined;
  }

  /** Calls somebody who only looks. */
  at(time: number, look: () => void): void {
    this.#agenda.enter(time, look);
  }

  /** Everything from now on is judged by these too. */
  watch(rules: readonly Rule[]): void {
    this.#rules.push(...rules);
    this.#stepRules = this.#rules.filter(({ stepped }) => stepped !== undefined);
    this.#settleRules = this.#rules.filter(({ settled }) => settled !== undefined);
  }

  /**
   * @param end - milliseconds from the beginning
   * @throws Violation
   */
  run(end: number): void {
    while (this.#agenda.proceed(end)) {
      this.actions += 1;
      if (this.actions > this.#actionsMost) throw new Error('a storm of events');
      if (!this.#wasForHost) for (const rule of this.#settleRules) rule.settled?.();
      this.#wasForHost = false;
    }
    for (const rule of this.#rules) rule.finished?.();
  }

  #stepped(step: Step): void {
    this.#trace?.(this.now, step);
    for (const rule of this.#stepRules) rule.stepped?.(step);
  }

  #sendAdvert(from: Router, packet: Packet): void {
    const received = decodePacket(packet);
    for (const router of this.routers) {
      if (router === from) continue;
      if (packet.destination !== router.plan.address && !isGroup(packet)) continue;
      this.adverts += 1;
      this.#lan.send(from.number, router.number, () => router.receive(received));
    }
    const { hardwareSource } = packet;
    // Nobody doubts where that of a box is.
    if (hardwareSource === from.hardwareAddress || !isGroup(packet)) return;
    this.#sendToHosts(from, (host) => host.pass(hardwareSource, from.number));
  }

  #sendToHosts(from: Router, deliver: (host: Host) => void): void {
    for (const host of this.hosts)
      this.#lan.send(from.number, this.routers.length + host.number, () => {
        this.#wasForHost = true;
        deliver(host);
      });
  }

  /** One after the other: a day of reloads is long. */
  #schedule(faults: readonly Fault[], index: number): void {
    const fault = faults[index];
    if (fault === undefined) return;
    const { at, lasts, what } = fault;
    const router = 'router' in what ? this.routers[what.router] : undefined;
    const begin = (): void => {
      if ('router' in what) router?.befall(what);
      else this.#lan.begin(what);
    };
    const end = (): void => {
      if ('router' in what) router?.relieve(what);
      else this.#lan.end(what);
      this.#calmFrom = Math.max(this.#calmFrom, this.now + this.#lateness);
    };
    this.#agenda.enter(at, () => {
      this.#schedule(faults, index + 1);
      this.#trace?.(at, `-- ${formatFault(fault)}`);
      begin();
      if (lasts === 0 || lasts === Infinity) return;
      this.#agenda.enter(at + lasts, () => {
        this.#trace?.(at + lasts, `-- end of: ${what.kind}`);
        end();
      });
    });
  }
}

/**
 * @param faults - of a run
 * @returns how long frames may be on their way because of them, milliseconds
 */
export function latenessOf(faults: readonly Fault[]): number {
  const delays = faults.map(({ what }) => {
    if (what.kind === 'delay') return what.ms;
    return what.kind === 'reordering' ? what.msMax : 0;
  });
  return delays.reduce((sum, each) => sum + each, 0);
}

function isGroup({ destination }: Packet): boolean {
  return destination === '224.0.0.18' || destination === 'ff02::12';
}
