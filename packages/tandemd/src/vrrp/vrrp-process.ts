/**
 * The vrrp child without its surroundings: what it does with each message of the supervisor,
 * packet and notification. Start, reload and stop are differences between what runs and what is
 * configured.
 */
import type { Settings } from '@tandem/config';
import type { IpAddress } from '@tandem/inet';
import type { Clock } from '@tandem/time';
import {
  allAddresses,
  type VirtualAddress,
  type VrrpEffect,
  type VrrpInstanceSettings,
} from '@tandem/vrrp';
import type { ChildOptions, FromChild, LogLevel, ToChild } from '../ipc.ts';
import type { AdvertNetwork } from './advert-network.ts';
import { InstanceDriver, type InstancePorts } from './instance-driver.ts';
import type { InterfaceTable } from './interface-table.ts';
import {
  KernelView,
  type KernelObserver,
  type RouteEvents,
  type RouteTables,
} from './kernel-view.ts';
import { LogLimit } from './log-limit.ts';
import { mayResumeAsMaster, remembered } from './predecessor.ts';

/** All that the process touches. */
export interface VrrpPorts {
  readonly clock: Clock;
  readonly epochMs: () => number;
  readonly tables: RouteTables;
  /** Starts the notifications. */
  monitor(events: RouteEvents): void;
  openNetwork(
    interfaces: InterfaceTable,
    handler: ConstructorParameters<typeof AdvertNetwork>[1],
  ): Pick<AdvertNetwork, 'listen' | 'send' | 'announce'>;
  /** To the supervisor, or what takes its place when it is gone. */
  readonly send: (message: FromChild) => void;
}

/** A configuration that this host cannot run; the supervisor must not try again. */
export class ConfigurationError extends Error {
  override readonly name: string = 'ConfigurationError';
}

/** Drives all instances as the supervisor says. */
export class VrrpProcess implements KernelObserver {
  readonly #ports: VrrpPorts;
  readonly #kernel: KernelView;
  readonly #limit: LogLimit;
  #network: ReturnType<VrrpPorts['openNetwork']> | undefined;
  /** By identity, in the order of the settings. */
  #drivers = new Map<string, InstanceDriver>();
  #options: ChildOptions = { logDetail: 0, keepAddresses: false, keepIpvs: false };
  #noEmailFaults = false;
  #stopping: Promise<void> | undefined;
  #statusPlanned = false;

  /** @param ports - the outside */
  constructor(ports: VrrpPorts) {
    this.#ports = ports;
    this.#kernel = new KernelView(ports.tables, this);
    this.#limit = new LogLimit(ports.clock);
  }

  /**
   * @param message - from the supervisor; all but `stop` are ignored once it stops
   * @throws ConfigurationError when this host cannot run the instances
   */
  async receive(message: ToChild): Promise<void> {
    if (message.type === 'stop') return this.stop();
    if (this.#stopping !== undefined) return;
    if (message.type === 'start') return this.#start(message);
    if (message.type === 'reload') return this.#reload(message.settings);
    if (message.type === 'status-wanted') this.#report();
  }

  /** Leaves in order: priority 0 for all first, then addresses, then scripts and mails. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Tells the instances of an interface, and the log once. */
  interfaceChanged(name: string): void {
    const up = this.#kernel.interfaces.isUp(name);
    const drivers = this.#driversOn(name).filter(({ state }) => state.interfaceUp !== up);
    if (drivers.length === 0) return;
    this.#log('info', `Netlink reports ${name} ${up ? 'up' : 'down'}`);
    for (const driver of drivers) {
      if (up) this.#network?.listen(driver.state.settings);
      driver.step({ type: 'interface', up });
    }
  }

  /** The source of adverts may be another one now. */
  addressesChanged(name: string): void {
    const drivers = this.#driversOn(name);
    if (drivers.length === 0) return;
    const excluded = this.#virtualAddresses();
    for (const driver of drivers) this.#followSource(driver, excluded);
  }

  /** The instance that it belongs to knows what to do. */
  addressRemoved(address: VirtualAddress): void {
    for (const driver of this.#drivers.values()) driver.step({ type: 'address-removed', address });
  }

  /** Compares all instances with what the kernel has. */
  reread(): void {
    const { interfaces } = this.#kernel;
    for (const driver of this.#drivers.values()) {
      const { settings } = driver.state;
      this.interfaceChanged(settings.interface);
      this.addressesChanged(settings.interface);
      if (driver.state.state !== 'MASTER') continue;
      for (const address of allAddresses(settings)) {
        if (!interfaces.has(address.device, address.address, address.prefixLength))
          driver.step({ type: 'address-removed', address });
      }
    }
  }

  async #start(message: ToChild & { type: 'start' }): Promise<void> {
    const { settings, options, vrrpMemory } = message;
    this.#options = options;
    this.#noEmailFaults = settings.global.noEmailFaults;
    this.#ports.monitor(this.#kernel);
    await this.#kernel.load();
    const faults = settings.vrrpInstances.flatMap((each) => this.#whyImpossible(each) ?? []);
    for (const fault of faults) this.#log('err', fault);
    if (faults.length > 0)
      throw new ConfigurationError('Non-existent interface specified in configuration');
    this.#network = this.#ports.openNetwork(this.#kernel.interfaces, {
      packet: (place, packet) => {
        const key = `${place.family} ${place.interfaceName} ${packet.body[1] ?? 0}`;
        this.#drivers.get(key)?.step({ type: 'packet', packet });
      },
      garbage: (place, bytes) => {
        const text = `IPv${place.family} VRRP packet too short - ${bytes.length} bytes`;
        this.#log('warning', text);
      },
      detail: (text) => this.#log('info', text, true),
    });
    const now = this.#ports.clock.now();
    const starting = settings.vrrpInstances.map((each) => {
      const driver = this.#add(each, remembered(each, vrrpMemory));
      return { driver, resumeAsMaster: mayResumeAsMaster(each, vrrpMemory, now) };
    });
    const excluded = this.#virtualAddresses();
    for (const { driver, resumeAsMaster } of starting) {
      const { settings: own } = driver.state;
      if (!resumeAsMaster) driver.step({ type: 'discard-leftovers' });
      const counters = remembered(own, vrrpMemory)?.counters;
      driver.step({
        type: 'start',
        resumeAsMaster,
        ...this.#surroundings(own, excluded),
        ...(counters === undefined ? {} : { counters }),
      });
    }
    this.#ports.send({ type: 'ready' });
  }

  #reload(settings: Settings): void {
    this.#log('info', 'Reloading');
    this.#noEmailFaults = settings.global.noEmailFaults;
    const old = this.#drivers;
    this.#drivers = new Map();
    const wanted = settings.vrrpInstances.filter((each) => {
      const fault = this.#whyImpossible(each);
      if (fault !== undefined) this.#log('err', `${fault} - ignoring the instance`);
      return fault === undefined;
    });
    const kept = new Set(wanted.map(identityOf));
    for (const [identity, driver] of old) {
      if (!kept.has(identity)) driver.step({ type: 'delete' });
    }
    const added: InstanceDriver[] = [];
    for (const each of wanted) {
      const driver = old.get(identityOf(each));
      if (driver === undefined) {
        added.push(this.#add(each, undefined));
      } else {
        this.#drivers.set(identityOf(each), driver);
        if (JSON.stringify(each) === JSON.stringify(driver.state.settings)) continue;
        this.#network?.listen(each);
        driver.step({ type: 'reconfigure', settings: each });
      }
    }
    const excluded = this.#virtualAddresses();
    for (const driver of added) {
      const { settings: own } = driver.state;
      driver.step({ type: 'start', ...this.#surroundings(own, excluded) });
    }
    for (const driver of this.#drivers.values()) this.#followSource(driver, excluded);
    this.#ports.send({ type: 'reloaded' });
    this.#reportSoon();
  }

  async #stop(): Promise<void> {
    const { keepAddresses } = this.#options;
    const drivers = [...this.#drivers.values()];
    for (const driver of drivers) driver.step({ type: 'stop', keepAddresses });
    await Promise.all(drivers.map((driver) => driver.settled()));
    this.#report();
  }

  #add(settings: VrrpInstanceSettings, memory: ReturnType<typeof remembered>): InstanceDriver {
    const driver = new InstanceDriver(settings, this.#instancePorts(), memory);
    this.#drivers.set(identityOf(settings), driver);
    this.#network?.listen(settings);
    return driver;
  }

  #instancePorts(): InstancePorts {
    const { clock, epochMs, send } = this.#ports;
    return {
      clock,
      epochMs,
      addresses: this.#kernel.keeper,
      sendAdvertisement: (advert) => this.#network?.send(advert),
      announce: (name, addresses, rounds) => this.#announce(name, addresses, rounds),
      log: ({ level, text, detail }) => this.#log(level, text, detail),
      runScript: (script) => send({ ...script, type: 'script' }),
      sendMail: (mail) => this.#sendMail(mail),
      stateChanged: ({ state: { settings, state } }) => {
        send({ type: 'vrrp-state', name: settings.name, state });
        this.#reportSoon();
      },
    };
  }

  #announce(name: string, addresses: readonly VirtualAddress[], rounds: number): void {
    for (const { address, device } of addresses) {
      const what = address.includes(':') ? 'unsolicited Neighbour Adverts' : 'gratuitous ARPs';
      this.#log('info', `(${name}) Sending/queueing ${what} on ${device} for ${address}`, true);
    }
    this.#network?.announce(addresses, rounds);
  }

  #sendMail({ about, subject, body }: VrrpEffect & { type: 'mail' }): void {
    if (about === 'FAULT' && this.#noEmailFaults) return;
    this.#ports.send({ type: 'mail', subject, body });
  }

  #whyImpossible({ name, interface: device }: VrrpInstanceSettings): string | undefined {
    if (this.#kernel.interfaces.named(device) === undefined)
      return `WARNING - interface ${device} for vrrp_instance ${name} doesn't exist`;
    if (this.#kernel.interfaces.isLoopback(device))
      return `(${name}) cannot use a loopback interface (${device}) for vrrp`;
    return undefined;
  }

  #surroundings(
    settings: VrrpInstanceSettings,
    excluded: ReadonlySet<IpAddress>,
  ): { interfaceUp: boolean; source: IpAddress | undefined } {
    const { interface: device, family, multicastSource } = settings;
    const source = multicastSource ?? this.#kernel.interfaces.sourceOf(device, family, excluded);
    return { interfaceUp: this.#kernel.interfaces.isUp(device), source };
  }

  #virtualAddresses(): Set<IpAddress> {
    const all = [...this.#drivers.values()].flatMap(({ state }) => allAddresses(state.settings));
    return new Set(all.map(({ address }) => address));
  }

  #followSource(driver: InstanceDriver, excluded: ReadonlySet<IpAddress>): void {
    const { source } = this.#surroundings(driver.state.settings, excluded);
    if (source !== driver.state.source) driver.step({ type: 'source', source });
  }

  #driversOn(name: string): InstanceDriver[] {
    return [...this.#drivers.values()].filter(({ state }) => state.settings.interface === name);
  }

  #log(level: LogLevel, text: string, detail = false): void {
    if (detail && this.#options.logDetail === 0) return;
    for (const line of this.#limit.pass(text)) this.#ports.send({ type: 'log', level, text: line });
  }

  /** Once for all changes of one turn of the event loop. */
  #reportSoon(): void {
    if (this.#statusPlanned) return;
    this.#statusPlanned = true;
    setImmediate(() => this.#report());
  }

  #report(): void {
    this.#statusPlanned = false;
    const instances = [...this.#drivers.values()].map((driver) => driver.snapshot());
    this.#ports.send({ type: 'vrrp-status', instances });
  }
}

/** The name is no part of it: an instance may be renamed while it runs. */
function identityOf({ family, interface: device, virtualRouterId }: VrrpInstanceSettings): string {
  return `${family} ${device} ${virtualRouterId}`;
}
