/**
 * The ipvs child without its surroundings: what it does with each message of the supervisor.
 * Start, reload and stop are differences between what runs and what is configured.
 */
import type { Settings } from '@tandem/config';
import {
  reloadVirtualServer,
  removeVirtualServer,
  restoreVirtualServer,
  startVirtualServer,
  stopVirtualServer,
  type HealthOptions,
  type VirtualServerEffect,
  type VirtualServerSettings,
  type VirtualServerState,
} from '@tandem/health';
import type { IpAddress } from '@tandem/inet';
import type { ActualService } from '@tandem/ipvs';
import type { VirtualServerSnapshot } from '@tandem/status';
import { seconds } from '@tandem/time';
import type { VrrpStateName } from '@tandem/vrrp';
import type { ChildOptions, FromChild, ToChild } from '../ipc.ts';
import type { EpochMsOf } from './check-runner.ts';
import { adoptTable, countConnections, obeyDrain, wantedTable } from './drains.ts';
import { serviceKeys } from './desired-table.ts';
import { wantedDaemons, wantsDaemons, type SyncSettings } from './sync-daemon.ts';
import type { WatchAddresses } from './local-addresses.ts';
import { probeRunner, type ProbePorts, type RunProbe } from './probe-runner.ts';
import { withRefused } from './refusals.ts';
import { rehearse, type Stage } from './rehearsal.ts';
import { SharedProbes } from './shared-probes.ts';
import { Shortage } from './shortage.ts';
import { ScriptRuns } from './script-runs.ts';
import { SessionWatch } from './session-watch.ts';
import { TableKeeper, type TableKeeperOptions, type Wanted } from './table-keeper.ts';
import {
  VirtualServerDriver,
  type OldChecks,
  type VirtualServerPorts,
} from './virtual-server-driver.ts';

/** All that the process touches. */
export interface IpvsPorts
  extends Pick<ProbePorts, 'prober'>, Pick<TableKeeperOptions, 'open' | 'loadModule' | 'clock'> {
  readonly random: () => number;
  /** Wall time, milliseconds since 1970. */
  readonly epochMs: () => number;
  /** For virtual servers with ha_suspend. */
  readonly watchAddresses: WatchAddresses;
  /** For a rehearsal; rejects where the kernel has no IPVS. */
  readonly openStage: () => Promise<Stage>;
  /** To the supervisor; dropped when there is none any more. */
  readonly send: (message: FromChild) => void;
}

/** Changes of state within this time are reported together, and more where a report is long. */
const STATUS_DELAY_MS = 50;
const STATUS_SERVERS_PER_MS = 20;
/** Before the supervisor loses patience. */
const STOP_RESERVE = seconds(1);

/** Before the first settings. */
const NO_SYNC: SyncSettings = { global: {}, vrrpInstances: [] };
/** Nothing is known of a new virtual server's checkers. */
const NO_CHECKS: OldChecks = () => undefined;

/** Drives virtual servers, checkers and the kernel's table as the supervisor says. */
export class IpvsProcess {
  readonly #ports: IpvsPorts;
  readonly #keeper: TableKeeper;
  readonly #scripts: ScriptRuns;
  readonly #sessions = new SessionWatch();
  readonly #runProbe: RunProbe;
  readonly #shared: SharedProbes;
  readonly #shortage: Shortage;
  /** Of all virtual servers. */
  #driverPorts: VirtualServerPorts;
  #settings: Settings | undefined;
  #options: ChildOptions = { logDetail: 0, keepAddresses: false, keepIpvs: false };
  /** In the order of the settings. */
  #drivers = new Map<string, VirtualServerDriver>();
  readonly #vrrpStates = new Map<string, VrrpStateName>();
  #ownsDaemons = false;
  #addresses: ReadonlySet<IpAddress> | undefined;
  #watch: { close(): void } | undefined;
  #statusTimer: NodeJS.Timeout | undefined;
  /** Starts and reloads under way: what changes meanwhile is reported at their end. */
  #underWay = 0;
  #isReportDue = false;
  /** By their names, virtual servers that are otherwise than reported. */
  readonly #changed = new Set<string>();
  /** What a dead process knew; undefined once the kernel's table has been read. */
  #unadopted: readonly VirtualServerSnapshot[] | undefined;
  #stopping: Promise<void> | undefined;

  /** @param ports - the outside */
  constructor(ports: IpvsPorts) {
    this.#ports = ports;
    this.#scripts = new ScriptRuns(ports.send);
    const warn = (text: string): void => ports.send({ type: 'log', level: 'warning', text });
    this.#shortage = new Shortage(warn);
    this.#runProbe = probeRunner({
      prober: ports.prober,
      scripts: this.#scripts,
      sessions: this.#sessions,
      log: warn,
    });
    this.#shared = new SharedProbes(this.#runProbe);
    this.#driverPorts = this.#portsOf({ noCheckerEmails: false, rsInitNotifies: false });
    this.#keeper = new TableKeeper({
      wanted: () => this.#wanted(),
      open: ports.open,
      loadModule: ports.loadModule,
      clock: ports.clock,
      log: (level, text) => ports.send({ type: 'log', level, text }),
      problemsChanged: () => this.#problemsChanged(),
      looked: (services) => this.#looked(services),
      timeoutsChanged: (change) => ports.send({ type: 'timeouts-change', change }),
    });
  }

  /**
   * @param message - from the supervisor; all but `stop` are ignored once it stops
   * @returns resolves when all that the message asks for is done
   */
  async receive(message: ToChild): Promise<void> {
    if (message.type === 'stop') return this.stop();
    if (this.#stopping !== undefined) return;
    if (message.type === 'start') return this.#start(message);
    if (message.type === 'reload') return this.#reload(message.settings);
    if (message.type === 'status-wanted') return this.#report();
    if (message.type === 'script-ended') return this.#scripts.ended(message.id, message.outcome);
    if (message.type === 'bfd-state') return this.#sessions.note(message.name, message.up);
    if (message.type === 'drain') return obeyDrain(this.#drivers, message, this.#ports.clock.now());
    if (message.type !== 'vrrp-state') return undefined;
    this.#vrrpStates.set(message.name, message.state);
    return this.#keeper.wantedChanged();
  }

  /** Leaves in order: checks end, our services go unless they are to stay. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(message: ToChild & { type: 'start' }): Promise<void> {
    const { settings, options, ipvsMemory, vrrpStates, leftByIpvs, bfdStates = {} } = message;
    this.#underWay += 1;
    this.#use(settings);
    this.#options = options;
    for (const [name, up] of Object.entries(bfdStates)) this.#sessions.note(name, up);
    for (const { name, state } of vrrpStates ?? []) this.#vrrpStates.set(name, state);
    this.#ports.send({ type: 'log', level: 'info', text: 'Initializing ipvs' });
    const memory = ipvsMemory?.virtualServers ?? [];
    const known = new Map(memory.map((each) => [JSON.stringify(each.key), each]));
    this.#unadopted = memory;
    this.#keeper.inherit(leftByIpvs?.services ?? []);
    this.#keeper.inheritTimeouts(leftByIpvs?.timeouts);
    this.#ownsDaemons = leftByIpvs?.daemons === true;
    if (settings.global.lvsFlush && ipvsMemory === undefined) this.#keeper.flushFirst();
    for (const each of settings.virtualServers)
      this.#add(each, known.size === 0 ? undefined : known.get(nameOf(each)));
    this.#watchAddresses();
    this.#keeper.wantedChanged();
    await this.#keeper.settled();
    this.#underWay -= 1;
    this.#ports.send({ type: 'ready' });
    this.#report();
    const isOver = (): boolean => this.#stopping !== undefined;
    void rehearse({ virtualServers: settings.virtualServers, isOver }, this.#ports.openStage);
  }

  async #reload(settings: Settings): Promise<void> {
    this.#underWay += 1;
    const before = this.#settings?.virtualServers ?? [];
    const { virtualServers: wanted } = settings;
    const oldOptions = this.#driverPorts.options;
    this.#use(settings);
    const isAsBefore = sameOptions(oldOptions, this.#driverPorts.options);
    // Of thousands, most are the very objects that they were, where they were.
    const others = isAsBefore ? wanted.filter((each, i) => each !== before[i]) : wanted;
    const changed = new Map(others.map((each) => [nameOf(each), each]));
    const rest = new Map<string, () => void>();
    // All that goes is told of before anything that comes.
    for (const each of before.filter((was, i) => !isAsBefore || was !== wanted[i])) {
      const name = nameOf(each);
      const settings = changed.get(name);
      if (settings === undefined) this.#remove(name);
      else rest.set(name, this.#renew(settings, isAsBefore));
    }
    for (const [name, each] of changed) (rest.get(name) ?? (() => this.#begin(each)))();
    const isInOrder =
      wanted.length === before.length && wanted.every((each, i) => hasName(each, before[i]));
    if (!isInOrder) this.#sort(wanted);
    this.#watchAddresses();
    this.#keeper.wantedChanged();
    await this.#keeper.settled();
    this.#underWay -= 1;
    this.#ports.send({ type: 'reloaded' });
    // Of thousands that are as before, in the same order, there is nothing new to be told.
    if (!isInOrder) this.#report();
    else if (this.#changed.size > 0 || this.#isReportDue) this.#report([...this.#changed]);
  }

  #remove(name: string): void {
    const driver = this.#drivers.get(name);
    this.#drivers.delete(name);
    driver?.stop();
    if (driver !== undefined) this.#performAll(removeVirtualServer(driver.state));
  }

  /**
   * @param isAsBefore - whether all is, but for the settings of virtual servers
   * @returns what is left to do of it
   */
  #renew(settings: VirtualServerSettings, isAsBefore: boolean): () => void {
    const name = nameOf(settings);
    const driver = this.#drivers.get(name);
    // What has not changed goes on as if nothing had been: its checks are not asked again.
    if (isAsBefore && driver?.state.settings === settings) return () => undefined;
    if (driver === undefined) return () => this.#begin(settings);
    this.#changed.add(name);
    driver.stop();
    const now = this.#ports.clock.now();
    const { options } = this.#driverPorts;
    const step = reloadVirtualServer(driver.state, settings, { now, ...options });
    this.#performAll(step.partings);
    return () => {
      this.#performAll(step.effects);
      this.#drive(step.state, driver.oldChecks());
    };
  }

  #begin(settings: VirtualServerSettings): void {
    this.#changed.add(nameOf(settings));
    this.#add(settings, undefined);
  }

  /** @param wanted - all that there are, in the order that they are to have */
  #sort(wanted: readonly VirtualServerSettings[]): void {
    const drivers = this.#drivers;
    this.#drivers = new Map();
    for (const name of wanted.map(nameOf)) {
      const driver = drivers.get(name);
      if (driver !== undefined) this.#drivers.set(name, driver);
    }
  }

  #use(settings: Settings): void {
    this.#settings = settings;
    const { tls, noCheckerEmails, rsInitNotifies } = settings.global;
    this.#ports.prober.show(tls);
    this.#driverPorts = this.#portsOf({ noCheckerEmails, rsInitNotifies });
  }

  /** Only where a virtual server asks for it. */
  #watchAddresses(): void {
    const isWanted = this.#settings?.virtualServers.some((each) => each.haSuspend === true);
    if (isWanted !== true) return this.#unwatch();
    try {
      this.#watch ??= this.#ports.watchAddresses(
        (addresses) => {
          this.#addresses = addresses;
          for (const driver of this.#drivers.values()) driver.addressesChanged(addresses);
        },
        (error) => this.#lostAddresses(error),
      );
    } catch (error) {
      this.#lostAddresses(error as Error);
    }
  }

  /** Better to check too much than not at all. */
  #lostAddresses({ message }: Error): void {
    const text = `ha_suspend has no effect until a reload: ${message}`;
    this.#ports.send({ type: 'log', level: 'err', text });
    for (const driver of this.#drivers.values()) driver.resume();
    this.#unwatch();
  }

  #unwatch(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#addresses = undefined;
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#statusTimer);
    this.#unwatch();
    const flush = this.#settings?.global.lvsFlushOnStop === true;
    const how = this.#options.keepIpvs ? 'leave' : flush ? 'flush' : 'remove';
    for (const driver of this.#drivers.values()) {
      driver.stop();
      if (how === 'remove') this.#performAll(stopVirtualServer(driver.state));
    }
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      const patience = this.#settings?.global.childWait ?? STOP_RESERVE;
      timer = setTimeout(resolve, Math.max(STOP_RESERVE, patience - STOP_RESERVE));
    });
    await Promise.race([this.#keeper.close(how), limit]);
    clearTimeout(timer);
  }

  #add(settings: VirtualServerSettings, memory: VirtualServerSnapshot | undefined): void {
    if (memory === undefined) {
      const step = startVirtualServer(settings, this.#driverPorts.options);
      this.#performAll(step.effects);
      this.#drive(step.state, NO_CHECKS);
      return;
    }
    const step = restoreVirtualServer(settings, memory);
    this.#performAll(step.effects);
    this.#drive(step.state, rememberedChecks(memory));
  }

  #drive(state: VirtualServerState, oldChecks: OldChecks): void {
    const isSharing = state.settings.shareChecks === true;
    const ports = isSharing ? { ...this.#driverPorts, shared: this.#shared } : this.#driverPorts;
    const driver = new VirtualServerDriver(state, ports, oldChecks);
    this.#drivers.set(nameOf(state.settings), driver);
    if (this.#addresses !== undefined) driver.addressesChanged(this.#addresses);
  }

  #portsOf(options: HealthOptions): VirtualServerPorts {
    const { random, prober } = this.#ports;
    const perform: VirtualServerPorts['perform'] = (effect, server) =>
      this.#perform(effect, nameOf(server));
    const { deadlines } = prober;
    const [runProbe, shortage] = [this.#runProbe, this.#shortage];
    return { deadlines, runProbe, shortage, random, perform, options };
  }

  #performAll(effects: readonly VirtualServerEffect[]): void {
    for (const each of effects) this.#perform(each);
  }

  /** @param name - of the virtual server; undefined: a report of all follows */
  #perform(effect: VirtualServerEffect, name?: string): void {
    const { send } = this.#ports;
    switch (effect.type) {
      case 'log':
      case 'mail':
        return send(effect);
      case 'fifo':
        return this.#hasFifos ? send(effect) : undefined;
      case 'script':
        return send({ type: 'script', ...effect.command, purpose: effect.purpose });
      case 'table-changed':
        return this.#keeper.tableChanged();
      case 'state-changed':
        return this.#reportSoon(name);
    }
  }

  get #hasFifos(): boolean {
    return this.#settings?.global.notifyFifos.some(({ hears }) => hears !== 'vrrp') === true;
  }

  #wanted(): Wanted {
    const settings = this.#settings ?? NO_SYNC;
    // Once it was ours it is ours to stop, too; before, it may be somebody else's.
    this.#ownsDaemons ||= wantsDaemons(settings);
    return {
      ...wantedTable(this.#drivers.values()),
      daemons: this.#ownsDaemons ? wantedDaemons(settings, this.#vrrpStates) : undefined,
      timeouts: this.#settings?.global.lvsTimeouts,
    };
  }

  #looked(services: readonly ActualService[]): void {
    const now = this.#ports.clock.now();
    const memory = this.#unadopted;
    this.#unadopted = undefined;
    if (memory !== undefined) adoptTable(this.#drivers.values(), services, { now, memory });
    countConnections(this.#drivers.values(), services, {
      now,
      isRefused: (key) =>
        this.#keeper.refused([key]).some(({ scheduler }) => scheduler === undefined),
    });
  }

  /** Which virtual servers the kernel has otherwise than they are wanted, may be otherwise too. */
  #problemsChanged(): void {
    for (const name of this.#drivers.keys()) this.#changed.add(name);
    this.#reportSoon();
  }

  /** @param name - of a virtual server; undefined: something else is otherwise */
  #reportSoon(name?: string): void {
    this.#isReportDue = true;
    if (name !== undefined) this.#changed.add(name);
    if (this.#underWay > 0) return;
    if (this.#stopping !== undefined || this.#statusTimer !== undefined) return;
    const servers = this.#drivers.get(name ?? '')?.state.realServers.length ?? 0;
    const delayMs = STATUS_DELAY_MS + servers / STATUS_SERVERS_PER_MS;
    this.#statusTimer = setTimeout(() => this.#report([...this.#changed]), delayMs);
  }

  /** @param names - of the virtual servers that are otherwise than before; absent: all are told */
  #report(names?: readonly string[]): void {
    clearTimeout(this.#statusTimer);
    this.#statusTimer = undefined;
    this.#isReportDue = false;
    this.#changed.clear();
    const { clock, epochMs, send } = this.#ports;
    // For thousands of checks, the clocks are read once.
    const ahead = epochMs() - clock.now();
    const epochMsOf: EpochMsOf = (moment) => Math.round(moment + ahead);
    const told = (names ?? [...this.#drivers.keys()]).flatMap(
      (name) => this.#snapshot(this.#drivers.get(name), epochMsOf) ?? [],
    );
    const part = names === undefined ? {} : { part: true as const };
    send({ type: 'ipvs-status', virtualServers: told, ...part, problems: this.#keeper.problems });
  }

  #snapshot(
    driver: VirtualServerDriver | undefined,
    epochMsOf: EpochMsOf,
  ): VirtualServerSnapshot | undefined {
    if (driver === undefined) return undefined;
    const keys = serviceKeys(driver.state.settings);
    return withRefused(driver.snapshot(epochMsOf), this.#keeper.refused(keys), keys.length);
  }
}

/** What a dead process is known to have known of its checkers. */
function rememberedChecks(memory: VirtualServerSnapshot): OldChecks {
  return ({ address, port, checks }) => {
    const server = memory.realServers.find(
      (each) => each.address === address && each.port === port,
    );
    return server === undefined || server.isRemoved === true
      ? undefined
      : checks.map(({ type }, i) => {
          const known = server.checks[i];
          if (known?.type !== type) return undefined;
          const { hasRun, detail, adjustment } = known;
          return { hasRun, detail, adjustment };
        });
  };
}

function sameOptions(a: HealthOptions, b: HealthOptions): boolean {
  return a.noCheckerEmails === b.noCheckerEmails && a.rsInitNotifies === b.rsInitNotifies;
}

function hasName(one: VirtualServerSettings, other: VirtualServerSettings | undefined): boolean {
  return one === other || (other !== undefined && nameOf(one) === nameOf(other));
}

/** Of thousands that a reload leaves as they are, each is asked for its name again. */
const NAMES = new WeakMap<VirtualServerSettings, string>();

/** Identity of a virtual server across reloads and processes. */
function nameOf(settings: VirtualServerSettings): string {
  const known = NAMES.get(settings);
  if (known !== undefined) return known;
  const name = JSON.stringify(settings.key);
  NAMES.set(settings, name);
  return name;
}
