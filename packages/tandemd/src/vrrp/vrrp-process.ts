/**
 * The vrrp child without its surroundings: what it does with each message of the supervisor,
 * packet and notification. Start, reload and stop are differences between what runs and what is
 * configured.
 */
import type { Settings } from '@tandem/config';
import type { IpAddress } from '@tandem/inet';
import {
  allAddresses,
  isNewsTo,
  type Surroundings,
  type TrackedReport,
  type VirtualAddress,
  type VrrpEvent,
  type VrrpInstanceSettings,
} from '@tandem/vrrp';
import type { ChildOptions, ToChild } from '../ipc.ts';
import { adjust } from './adjustment.ts';
import { queueingLines } from './announcer.ts';
import { ConfigurationError } from './configuration-error.ts';
import { Audience, identityOf } from './audience.ts';
import { stateLines } from './fifo-states.ts';
import { Backlog } from './backlog.ts';
import { Deadlines } from './deadlines.ts';
import { DelayedLinks, shortestLimit } from './delayed-links.ts';
import { InstanceDriver, type InstancePorts } from './instance-driver.ts';
import { handlerOf, hear, isDeaf, mayBeDeaf } from './hearing.ts';
import { impossibleOnes, interfacesOf, runnableOnes } from './interface-table.ts';
import type { KernelChanges } from './kernel-changes.ts';
import { changesThatMayFail } from './kernel-refusals.ts';
import { tellLoss } from './lost-address.ts';
import { KernelView, type KernelObserver } from './kernel-view.ts';
import { abandoned, remembered, resumingAsMaster } from './predecessor.ts';
import { Reporter } from './reporter.ts';
import { Rehearsal } from './rehearsal.ts';
import { RoutingKeeper } from './routing-keeper.ts';
import { Statics } from './statics.ts';
import { StatusReports } from './status-reports.ts';
import { ownAddresses, Sources } from './sources.ts';
import { endOfStartupDelay } from './startup-delay.ts';
import { SequenceNumbers } from './sequence-numbers.ts';
import { SyncGroups } from './sync-groups.ts';
import { Trackers } from './trackers.ts';
import { virtualLinksOf } from './virtual-link.ts';
import { VirtualLinks } from './virtual-links.ts';
import type { VrrpPorts } from './vrrp-ports.ts';

/** Drives all instances as the supervisor says. */
export class VrrpProcess implements KernelObserver {
  readonly #ports: VrrpPorts;
  readonly #kernel: KernelView;
  readonly #changes: KernelChanges;
  readonly #routing: RoutingKeeper;
  readonly #statics: Statics;
  readonly #delayed: DelayedLinks;
  readonly #trackers: Trackers;
  readonly #links: VirtualLinks;
  readonly #groups: SyncGroups;
  readonly #sources: Sources;
  readonly #reporter: Reporter;
  readonly #status: StatusReports;
  readonly #backlog = new Backlog();
  readonly #deadlines: Deadlines;
  readonly #rehearsal: Rehearsal;
  #network: ReturnType<VrrpPorts['openNetwork']> | undefined;
  /** By identity, in the order of the settings. */
  #drivers = new Map<string, InstanceDriver>();
  #audience = new Audience([]);
  #options: ChildOptions = { logDetail: 0, keepAddresses: false, keepIpvs: false };
  #started: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  /** @param ports - the outside */
  constructor(ports: VrrpPorts) {
    this.#ports = ports;
    this.#deadlines = new Deadlines(ports.clock, ports.openAlarm);
    this.#reporter = new Reporter(ports.clock, ports.send);
    this.#status = new StatusReports(ports.clock, () => this.#report());
    this.#changes = changesThatMayFail(ports, (text) => this.#reporter.log('warning', text));
    this.#kernel = new KernelView(ports.tables, this.#changes);
    this.#rehearsal = new Rehearsal(this.#kernel.interfaces, ports.clock, ports.stage);
    this.#routing = new RoutingKeeper(ports, this.#kernel, {
      log: (level, text) => this.#reporter.log(level, text),
      changed: () => this.#status.soon(),
    });
    this.#sources = new Sources(this.#kernel.interfaces);
    this.#kernel.observe(this);
    this.#kernel.observe(this.#routing);
    this.#statics = new Statics(this.#routing, this.#changes, this.#kernel.promotion);
    this.#links = new VirtualLinks({
      requests: ports.tables,
      interfaces: this.#kernel.interfaces,
      changes: this.#changes,
      clock: ports.clock,
      mended: (names) => this.#virtualLinksMended(names),
      kernel: ports,
      log: (level, text) => this.#reporter.log(level, text),
    });
    this.#kernel.observe(this.#links);
    this.#delayed = new DelayedLinks(this.#kernel.interfaces, {
      clock: ports.clock,
      deadlines: this.#deadlines,
      limit: (name) => shortestLimit(this.#driversOn(name)),
      lasted: (name) => this.interfaceChanged(name),
      log: (text) => this.#reporter.log('info', text),
    });
    this.#trackers = new Trackers(this.#delayed, {
      clock: ports.clock,
      send: ports.send,
      watchFile: (settings, observer) => ports.watchFile(settings, observer),
      countProcesses: (wanted) => ports.countProcesses(wanted),
      report: (report) => this.#follow(report),
    });
    this.#groups = new SyncGroups(this.#instancePorts());
  }

  /**
   * @param message - from the supervisor; all but `stop` are ignored once it stops
   * @throws ConfigurationError when this host cannot run the instances
   */
  async receive(message: ToChild): Promise<void> {
    if (message.type === 'stop') return this.stop();
    if (this.#isStopping()) return;
    if (message.type === 'start') return (this.#started = this.#start(message));
    if (message.type === 'reload')
      return (this.#started = this.#started.then(() => this.#reload(message.settings)));
    // The tables of the kernel may still be being read.
    await this.#started;
    if (this.#isStopping()) return;
    this.#trackers.hear(message);
    if (message.type === 'status-wanted') this.#answer(message.clear === true);
  }

  /** Leaves in order: priority 0 for all first, then addresses, then scripts and mails. */
  async stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  /** Tells the instances of an interface, and the log once. */
  interfaceChanged(name: string): void {
    this.#delayed.note(name);
    const { interfaceUp: up, interfaceMissing: missing } = this.#delayed.stateOf(name);
    if (missing) this.#network?.forget(name);
    else this.#hear(this.#driversOn(name).filter(isDeaf));
    const drivers = this.#driversOn(name).filter(
      ({ state }) => state.interfaceUp !== up || state.interfaceMissing !== missing,
    );
    const report = this.#trackers.interface(name);
    const isNews = this.#all().some(({ state }) => isNewsTo(state, report));
    if (drivers.length === 0 && !isNews) return;
    if (isNews || drivers.some(({ state }) => state.interfaceUp !== up))
      this.#reporter.log('info', this.#delayed.describe(name));
    this.#follow(report);
    // It may be another interface, renamed, with other addresses.
    if (up && drivers.length > 0) this.addressesChanged(name, undefined);
    for (const driver of drivers) {
      if (up) this.#hear([driver]);
      driver.step({ type: 'interface', up, missing });
    }
  }

  /** Neighbours would send to the old one for as long as they remember it. */
  hardwareAddressChanged(device: string): void {
    // All VLANs change with the bond below them: each is news to its own instances alone.
    for (const driver of this.#all())
      if (allAddresses(driver.state.settings).some((each) => each.device === device))
        driver.step({ type: 'hardware-address', device });
  }

  /** Something that instances may follow has changed. */
  #follow(report: TrackedReport): void {
    for (const driver of this.#all())
      if (isNewsTo(driver.state, report)) driver.step({ type: 'tracked', report });
    this.#status.soon();
  }

  /** The source of adverts may be another one now, unless the change is of a virtual address. */
  addressesChanged(name: string, address: IpAddress | undefined): void {
    if (address !== undefined && this.#sources.isVirtual(address)) return;
    this.#hear(this.#driversOn(name).filter(mayBeDeaf));
    this.#sources.follow(this.#all(), name, address);
  }

  /** The instance that it belongs to knows what to do. */
  addressRemoved(address: VirtualAddress, withLink: boolean): void {
    const instances = { backlog: this.#backlog, all: () => this.#all() };
    void tellLoss({ address, withLink }, this.#links, instances);
  }

  /** Compares all instances with what the kernel has. */
  reread(): void {
    const drivers = this.#all();
    for (const name of new Set(drivers.flatMap(({ state }) => interfacesOf(state.settings)))) {
      this.interfaceChanged(name);
      this.addressesChanged(name, undefined);
    }
    for (const driver of drivers) {
      // It may be another interface of the same name by now.
      if (driver.state.interfaceUp) this.#hear([driver]);
      this.#noteMissing(driver);
    }
  }

  #noteMissing(driver: InstanceDriver): void {
    if (driver.state.state !== 'MASTER') return;
    for (const address of this.#kernel.interfaces.without(allAddresses(driver.state.settings)))
      driver.step({ type: 'address-missing', address });
  }

  #virtualLinksMended(names: ReadonlySet<string>): void {
    if (this.#isStopping()) return;
    for (const driver of this.#all()) {
      if (!virtualLinksOf([driver.state.settings]).some(({ name }) => names.has(name))) continue;
      this.#hear([driver]);
      this.#noteMissing(driver);
    }
  }

  /** Until it can be, the instances go by what was known. */
  rereadFailed(error: unknown): void {
    this.#reporter.log('err', `cannot read links and addresses, trying again: ${String(error)}`);
  }

  async #start(message: ToChild & { type: 'start' }): Promise<void> {
    const { settings, options, vrrpMemory, leftByVrrp } = message;
    const left = abandoned(leftByVrrp, settings);
    this.#options = options;
    this.#reporter.configure(settings.global, options);
    this.#ports.monitor(this.#kernel);
    await this.#kernel.load();
    if (this.#isStopping()) return;
    const say = (text: string): void => this.#reporter.log('info', text);
    const faults = impossibleOnes(settings, this.#kernel.interfaces, say);
    for (const fault of faults.values()) this.#reporter.log('err', fault);
    // A predecessor ran with them: an interface that is gone for a moment is no reason to leave
    // the addresses of the others without a master.
    if (faults.size > 0 && vrrpMemory === undefined)
      throw new ConfigurationError('Non-existent interface specified in configuration');
    this.#changes.inherit(leftByVrrp?.kernelChanges ?? []);
    this.#links.firewall.start(settings, left.tables);
    await this.#links.provide(settings.vrrpInstances);
    if (this.#isStopping()) return;
    const numbers = new SequenceNumbers(
      this.#ports.epochMs(),
      vrrpMemory?.ahSequence ?? 0,
      (highest) => this.#ports.send({ type: 'ah-sequence', highest }),
    );
    const hearing = handlerOf(() => this.#audience, this.#reporter);
    this.#network = this.#ports.openNetwork(this.#kernel.interfaces, hearing, numbers);
    // One that takes the place of a process that died is no start of the daemon.
    const now = this.#ports.clock.now();
    const holdUntil = vrrpMemory ? undefined : endOfStartupDelay(settings.global, now, say);
    const resuming = resumingAsMaster(settings, vrrpMemory, now);
    this.#statics.configure(settings);
    this.#groups.hold();
    this.#delayed.configure(settings.global.linkDelays);
    this.#trackers.configure(settings, message);
    for (const each of settings.vrrpInstances) this.#add(each, remembered(each, vrrpMemory));
    this.#groups.configure(settings.syncGroups, this.#all());
    this.#noteDrivers();
    this.#startAll(this.#all(), (driver) => {
      const { settings: own } = driver.state;
      const resumeAsMaster = resuming.has(own.name);
      if (!resumeAsMaster) driver.step({ type: 'discard-leftovers' });
      const counters = remembered(own, vrrpMemory)?.counters;
      return { resumeAsMaster, holdUntil, ...(counters === undefined ? {} : { counters }) };
    });
    for (const text of await this.#kernel.keeper.discard(left.addresses))
      this.#reporter.log('warning', text);
    await this.#statics.discard(left.entries);
    await this.#links.remove(left.links);
    const settled = Promise.all(this.#all().map((driver) => driver.settled()));
    void settled.then(() => this.#links.firewall.started());
    this.#ports.send({ type: 'ready' });
    void this.#rehearsal.play(this.#all(), () => this.#isStopping(), say);
  }

  #answer(clear: boolean): void {
    this.#status.now();
    if (!clear) return;
    for (const driver of this.#all()) driver.step({ type: 'clear-counters' });
    this.#status.soon();
  }

  async #reload(settings: Settings): Promise<void> {
    if (this.#isStopping()) return;
    this.#reporter.log('info', 'Reloading');
    this.#reporter.configure(settings.global);
    this.#statics.configure(settings);
    this.#delayed.configure(settings.global.linkDelays);
    this.#groups.hold();
    this.#trackers.configure(settings);
    const wanted = runnableOnes(settings, this.#kernel.interfaces, {
      log: (level, text) => this.#reporter.log(level, text),
      runs: (each) => this.#drivers.has(identityOf(each)),
    });
    await this.#links.firewall.configure(settings);
    await this.#exchangeLinks(wanted);
    if (this.#isStopping()) return;
    const kept = new Set(wanted.map(identityOf));
    const old = this.#drivers;
    this.#drivers = new Map();
    for (const [identity, driver] of old) if (!kept.has(identity)) driver.step({ type: 'delete' });
    const added: InstanceDriver[] = [];
    const stayed: InstanceDriver[] = [];
    for (const each of wanted) {
      const driver = old.get(identityOf(each));
      if (driver === undefined) {
        added.push(this.#add(each, undefined));
      } else {
        this.#drivers.set(identityOf(each), driver);
        stayed.push(driver);
        adjust(driver, each, {
          tracked: this.#trackers.valuesFor(each),
          hear: () => this.#hear([driver], each),
        });
      }
    }
    this.#noteDrivers();
    this.#groups.configure(settings.syncGroups, this.#all());
    if (settings.global.fifoStatesOnReload) {
      const states = stayed.map(({ state }) => state);
      for (const line of stateLines(this.#groups.states, states)) this.#reporter.tellFifos(line);
    }
    this.#startAll(added);
    await Promise.all(stayed.map((driver) => driver.settled()));
    await this.#links.keepOnly(wanted);
    for (const device of new Set(wanted.map((each) => each.interface)))
      this.addressesChanged(device, undefined);
    this.#ports.send({ type: 'reloaded' });
    this.#status.soon();
  }

  /** Virtual interfaces go when the instances that leave have taken their addresses off. */
  async #exchangeLinks(wanted: readonly VrrpInstanceSettings[]): Promise<void> {
    const kept = new Set(wanted.map(identityOf));
    const leaving = [...this.#drivers].filter(
      ([key, { state }]) => !kept.has(key) && virtualLinksOf([state.settings]).length > 0,
    );
    for (const [identity, driver] of leaving) {
      driver.step({ type: 'delete' });
      this.#drivers.delete(identity);
    }
    this.#noteDrivers();
    await Promise.all(leaving.map(([, driver]) => driver.settled()));
    await this.#links.remove(virtualLinksOf(leaving.map(([, { state }]) => state.settings)));
    await this.#links.provide(wanted);
  }

  /** @param prepare - does what comes before, and adds what the predecessor has left */
  #startAll(
    drivers: readonly InstanceDriver[],
    prepare: (driver: InstanceDriver) => Partial<VrrpEvent & { type: 'start' }> = () => ({}),
  ): void {
    const starting = new Map(
      drivers.map((driver) => [driver, this.#surroundings(driver.state.settings)]),
    );
    for (const [driver, surroundings] of starting) {
      const inherited = prepare(driver);
      const groupFault = this.#groups.faultAtStart(driver, starting);
      driver.step({ ...inherited, ...surroundings, groupFault, type: 'start' });
    }
    this.#groups.release();
  }

  async #stop(): Promise<void> {
    // What is being made must be there to be removed.
    await this.#started.catch(() => undefined);
    const { keepAddresses } = this.#options;
    const drivers = this.#all();
    this.#trackers.close();
    this.#groups.hold();
    for (const driver of drivers) driver.step({ type: 'stop', keepAddresses });
    await Promise.all(drivers.map((driver) => driver.settled()));
    await this.#groups.stop();
    await this.#statics.stop();
    this.#routing.close();
    await this.#links.close(keepAddresses);
    this.#status.now();
  }

  #add(settings: VrrpInstanceSettings, memory: ReturnType<typeof remembered>): InstanceDriver {
    const driver = new InstanceDriver(settings, this.#instancePorts(), memory);
    this.#drivers.set(identityOf(settings), driver);
    this.#hear([driver]);
    return driver;
  }

  /** @param drivers - that listen anew, or as those settings say */
  #hear(drivers: readonly InstanceDriver[], settings?: VrrpInstanceSettings): void {
    const network = this.#network;
    if (network === undefined) return;
    const warn = (text: string): void => this.#reporter.log('warning', text);
    for (const each of drivers) hear(each, settings, { network, links: this.#links, warn });
  }

  #isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  #instancePorts(): InstancePorts {
    const { clock, epochMs, send } = this.#ports;
    return {
      clock,
      epochMs,
      turn: () => this.#backlog.turn(),
      deadlines: this.#deadlines,
      addresses: this.#kernel.keeper,
      firewall: this.#links.firewall,
      routing: this.#routing,
      trackers: this.#trackers,
      sendAdvertisement: (advert) => this.#network?.send(advert),
      announce: (name, addresses, rounds) => {
        for (const line of queueingLines(name, addresses)) this.#reporter.log('info', line, true);
        this.#network?.announce(addresses, rounds);
      },
      advertiseRouter: (...router) => this.#network?.advertiseRouter(...router),
      routerReport: (driver) => this.#network?.routerReport(driver),
      log: (line, isTransition) => this.#reporter.logInstance(line, isTransition),
      runScript: (script) => send({ ...script, type: 'script' }),
      tellFifos: (line) => this.#reporter.tellFifos(line),
      sendMail: (mail) => this.#reporter.mail(mail),
      stateChanged: ({ state: { settings, state } }) => {
        send({ type: 'vrrp-state', name: settings.name, state });
        this.#status.soon();
      },
      followed: (driver) => this.#groups.follow(driver),
      aboutToTakeOver: ({ state }) => this.#rehearsal.repeat(state),
    };
  }

  #surroundings(settings: VrrpInstanceSettings): Surroundings {
    const place = this.#delayed.stateOf(settings.interface);
    const tracked = this.#trackers.valuesFor(settings);
    return { ...place, source: this.#sources.of(settings), tracked };
  }

  #noteDrivers(): void {
    const instances = this.#all().map(({ state }) => state.settings);
    this.#sources.configure(instances);
    this.#network?.configure(instances);
    const { interfaces, keeper } = this.#kernel;
    this.#reporter.spared(keeper.spare(ownAddresses(instances, interfaces)));
    this.#audience = new Audience(this.#all());
  }

  #driversOn(name: string): InstanceDriver[] {
    return this.#all().filter(({ state }) => state.settings.interface === name);
  }

  #all(): InstanceDriver[] {
    return [...this.#drivers.values()];
  }

  #report(): void {
    const instances = this.#all().map((driver) => driver.snapshot());
    this.#ports.send({ type: 'vrrp-status', instances, statics: this.#statics.snapshots() });
  }
}
