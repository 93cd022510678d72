/** The vrrp process of a box: it drives the machines as the daemon does. */
import type { Instant } from '@tandem/time';
import {
  createInstance,
  createSyncGroup,
  encodeAnnouncement,
  nextStamp,
  stepSyncGroup,
} from '@tandem/vrrp';
import type { SyncGroupState, VirtualAddress, VrrpEffect, VrrpEvent } from '@tandem/vrrp';
import type { VrrpInstanceSettings, VrrpState } from '@tandem/vrrp';
import type { Kernel } from './kernel.ts';
import type { Router, RouterPorts } from './router.ts';
import { AdvertPress, advertSource, hardwareAddressOf } from './wire.ts';

/** One virtual router as one box sees it, from start to end of the process. */
export interface Instance {
  state: VrrpState;
  /** The deadline that an entry of the agenda stands for. */
  armedFor: Instant | undefined;
  /** Of its last advert. */
  stamp: bigint | undefined;
  readonly press: AdvertPress;
}

/** Timers fire up to so many milliseconds late. */
const TIMER_ERROR_MOST = 1;
const ROUNDS_MAX = 10;

/** One process, from its start to its end. */
export class Process {
  /** In the order of the plan. */
  readonly instances: readonly Instance[];
  readonly #router: Router;
  readonly #kernel: Kernel;
  readonly #ports: RouterPorts;
  #group: SyncGroupState | undefined;
  #hasEnded = false;

  /**
   * @param settings - of the instances, which have not started yet
   * @param box - that it runs on
   * @param ports - of the world
   */
  constructor(
    settings: readonly VrrpInstanceSettings[],
    box: { readonly router: Router; readonly kernel: Kernel },
    ports: RouterPorts,
  ) {
    this.instances = settings.map((each) => ({
      state: createInstance(each),
      armedFor: undefined,
      stamp: undefined,
      press: new AdvertPress(),
    }));
    this.#router = box.router;
    this.#kernel = box.kernel;
    this.#ports = ports;
    const { syncGroup } = box.router.plan;
    this.#group = syncGroup === undefined ? undefined : createSyncGroup(syncGroup);
  }

  /** All instances leave in order, each by itself. */
  stop(): void {
    this.#group = undefined;
    for (const instance of this.instances) this.step(instance, { type: 'stop' });
  }

  /** Its timers fire no more. */
  end(): void {
    this.#hasEnded = true;
  }

  /** A step, and what follows from it for the group. */
  act(instance: Instance, event: VrrpEvent): void {
    this.step(instance, event);
    this.settleGroup(instance);
  }

  /** A step of one machine, nothing more. */
  step(instance: Instance, event: VrrpEvent): void {
    const before = instance.state;
    const { now } = this.#router;
    const { state: after, effects } = this.#ports.step(before, event, now);
    instance.state = after;
    this.#ports.stepped({ router: this.#router, instance, event, before, after, effects, now });
    const outcomes = effects.flatMap((effect) => this.#perform(instance, effect) ?? []);
    this.#arm(instance);
    for (const outcome of outcomes) this.step(instance, outcome);
  }

  /** The group follows its members. */
  settleGroup(last: Instance | undefined): void {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      if (this.#group === undefined || last?.state.settings.syncGroup === undefined) return;
      const states = this.instances
        .map(({ state }) => state)
        .filter(({ settings }) => settings.syncGroup !== undefined);
      const { group, effects } = stepSyncGroup(this.#group, states, last.state.settings.name);
      this.#group = group;
      if (effects.length === 0) return;
      for (const effect of effects) {
        if (effect.type !== 'member') continue;
        const member = this.instances.find(({ state }) => state.settings.name === effect.name);
        if (member !== undefined) this.step(member, effect.event);
      }
    }
    throw new Error('a sync group does not come to rest');
  }

  /** @returns what became of it, where that matters */
  #perform(instance: Instance, effect: VrrpEffect): VrrpEvent | readonly VrrpEvent[] | undefined {
    switch (effect.type) {
      case 'send-advertisement':
        return this.#sendAdvert(instance, effect.priority);
      case 'add-addresses':
        return this.#addAddresses(instance, effect.addresses);
      case 'remove-addresses':
        for (const { address } of effect.addresses)
          this.#kernel.remove(this.instances.indexOf(instance), address);
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
    const index = this.instances.indexOf(instance);
    return addresses.flatMap((address): readonly VrrpEvent[] => {
      const error = this.#kernel.add(index, address.address);
      if (error !== undefined) return [{ type: 'address-failed', address, error }];
      const hasFailed = instance.state.addressFailures.length > 0;
      return hasFailed ? [{ type: 'address-added', address }] : [];
    });
  }

  #sendAdvert(instance: Instance, priority: number): VrrpEvent | undefined {
    const { settings, sendFailure } = instance.state;
    if (!this.#kernel.isLinkUp) return { type: 'send-failed', error: 'ENETDOWN' };
    const { unicast, multicastGroup } = settings;
    const destinations = unicast?.peers.map(({ address }) => address) ?? [multicastGroup];
    const { now, wallClockMs, plan, hardwareAddress } = this.#router;
    instance.stamp = nextStamp(instance.stamp, wallClockMs);
    const said = { priority, sequence: Math.floor(now), stamp: instance.stamp };
    const hardwareSource = advertSource(settings, hardwareAddress);
    for (const destination of destinations) {
      const path = { source: plan.address, destination };
      const bytes = instance.press.print(settings, path, said);
      this.#ports.sendAdvert(this.#router, { ...path, bytes, hardwareSource });
    }
    return sendFailure === undefined ? undefined : { type: 'sent' };
  }

  #announce(instance: Instance, addresses: readonly VirtualAddress[], rounds: number): void {
    if (!this.#kernel.isLinkUp || instance.state.state !== 'MASTER') return;
    const present = this.#kernel.heldBy(this.instances.indexOf(instance));
    const held = addresses.filter(({ address }) => present.has(address));
    const { settings } = instance.state;
    const frames = held.map(({ address, device }) =>
      encodeAnnouncement(
        address,
        hardwareAddressOf(settings, device, this.#router.hardwareAddress),
      ),
    );
    for (let round = 0; round < rounds; round += 1)
      for (const frame of frames) this.#ports.sendFrame(this.#router, frame);
  }

  #arm(instance: Instance): void {
    const { deadline } = instance.state;
    if (deadline === instance.armedFor) return;
    instance.armedFor = deadline;
    if (deadline === undefined) return;
    const { agenda, random } = this.#ports;
    const due = (deadline - this.#router.plan.offset) / this.#router.plan.rate;
    const late = random.between(TIMER_ERROR_MOST / 1000, TIMER_ERROR_MOST);
    agenda.enter(Math.max(agenda.now, due) + late, () => {
      const isCurrent = !this.#hasEnded && instance.armedFor === deadline;
      if (isCurrent && !this.#router.isStalled) this.fireIfDue(instance);
    });
  }

  /** Its timer fires, unless it is too early. */
  fireIfDue(instance: Instance): void {
    const { deadline } = instance.state;
    if (deadline === undefined || deadline > this.#router.now) return;
    instance.armedFor = undefined;
    this.act(instance, { type: 'timer' });
  }
}
