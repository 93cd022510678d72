import {
  adoptLeftovers,
  continueCheck,
  createCheck,
  formatRealServer,
  formatVirtualServer,
  matchChecks,
  sorryServes,
  stepLength,
  stepVirtualServer,
  tableWeight,
  weightOf,
  weightSum,
  type Adoption,
  type CheckEffect,
  type CheckStart,
  type CheckState,
  type CheckStep,
  type HealthOptions,
  type Leftover,
  type RealServerSettings,
  type RealServerState,
  type VirtualServerEffect,
  type VirtualServerEvent,
  type VirtualServerSettings,
  type VirtualServerState,
  type VirtualServerStep,
} from '@tandem/health';
import type { IpAddress } from '@tandem/inet';
import type { RealServerSnapshot, VirtualServerSnapshot } from '@tandem/status';
import { CheckRunner, type CheckPorts, type EpochMsOf } from './check-runner.ts';
import { serviceKeys, wantedPart, type WantedPart } from './desired-table.ts';

/** What a virtual server needs from outside. */
export interface VirtualServerPorts extends CheckPorts {
  readonly random: () => number;
  readonly options: HealthOptions;
  /** What a virtual server wants done; @param server - as it is configured */
  readonly perform: (effect: VirtualServerEffect, server: VirtualServerSettings) => void;
}

/**
 * What is known of a real server's checkers from before, in the order of its settings; an unknown
 * checker is undefined, and so is the whole for a real server that is new.
 */
export type OldChecks = (
  server: RealServerSettings,
) => readonly (Partial<CheckState> | undefined)[] | undefined;

/** Most real servers of thousands have none. */
const NO_RUNNERS: readonly CheckRunner[] = [];

/** Drives one virtual server and the checkers of its real servers. */
export class VirtualServerDriver {
  readonly #ports: VirtualServerPorts;
  #state: VirtualServerState;
  #checks: readonly (readonly CheckRunner[])[];
  #table: { readonly state: VirtualServerState; readonly part: WantedPart } | undefined;
  #isSuspended = false;
  /** Timers of slow starts, by position of the real server; absent: there never was one. */
  #ramps: Map<number, NodeJS.Timeout> | undefined;

  /**
   * @param state - after start, reload or restore; its own effects are performed already
   * @param ports - the outside
   * @param oldChecks - what is known from before
   */
  constructor(state: VirtualServerState, ports: VirtualServerPorts, oldChecks: OldChecks) {
    this.#state = state;
    this.#ports = ports;
    this.#checks = state.realServers.map((_, i) => this.#startChecks(i, oldChecks));
    this.#arm();
  }

  /** What is known now. */
  get state(): VirtualServerState {
    return this.#state;
  }

  /** Its services are the same objects until its state is another. */
  get table(): WantedPart {
    if (this.#table?.state !== this.#state)
      this.#table = { state: this.#state, part: wantedPart(this.#state) };
    return this.#table.part;
  }

  /** @returns the checkers' states, for a successor */
  oldChecks(): OldChecks {
    const { realServers } = this.#state;
    return ({ address, port, checks }) => {
      const i = realServers.findIndex(
        ({ settings, isRemoved }) =>
          settings.address === address && settings.port === port && isRemoved !== true,
      );
      if (i < 0) return undefined;
      const states = (this.#checks[i] ?? []).map((each) => each.state);
      return matchChecks(states, checks);
    };
  }

  /**
   * With ha_suspend: checks make a pause while the box has none of the addresses, and what they
   * found stays.
   * @param addresses - of the box
   */
  addressesChanged(addresses: ReadonlySet<IpAddress>): void {
    const { settings } = this.#state;
    if (settings.haSuspend !== true) return;
    const listened = serviceKeys(settings).flatMap((each) =>
      each.kind === 'address' ? [each.address] : [],
    );
    const isSuspended = listened.length > 0 && !listened.some((each) => addresses.has(each));
    if (!isSuspended) return this.resume();
    if (this.#isSuspended) return;
    this.#isSuspended = true;
    this.#stopChecks();
    for (const { state } of this.#checks.flat()) {
      const text = `Suspending healthchecker for service ${state.realServer} for VS ${state.virtualServer}`;
      this.#perform({ type: 'log', level: 'info', text });
    }
    this.#perform({ type: 'state-changed' });
  }

  /** Checks go on after a pause, if they made one. */
  resume(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    const old = this.oldChecks();
    this.#checks = this.#state.realServers.map((_, i) => this.#startChecks(i, old));
    this.#perform({ type: 'state-changed' });
  }

  /** Nothing happens any more. */
  stop(): void {
    this.#stopChecks();
    for (const each of this.#ramps?.values() ?? []) clearTimeout(each);
    this.#ramps = undefined;
  }

  /** Lets the machine take one step, and has done what it wants. */
  step(event: VirtualServerEvent): void {
    this.#take(stepVirtualServer(this.#state, event, this.#ports.options));
    this.#arm();
  }

  /** Destinations that the kernel's table had before the process. */
  adopt(leftovers: readonly Leftover[], adoption: Adoption): void {
    this.#take(adoptLeftovers(this.#state, leftovers, adoption));
  }

  #take(step: VirtualServerStep): void {
    this.#state = step.state;
    for (const each of step.effects) this.#perform(each);
  }

  #stopChecks(): void {
    for (const each of this.#checks.flat()) each.stop();
  }

  /** A timer for the next step of each slow start, and for no other. */
  #arm(): void {
    const { realServers } = this.#state;
    if (this.#ramps === undefined && !realServers.some(({ ramp }) => ramp !== undefined)) return;
    const ramps = (this.#ramps ??= new Map());
    for (const [i, { settings, ramp }] of realServers.entries()) {
      const timer = ramps.get(i);
      if (ramp === undefined || settings.slowStart === undefined) {
        clearTimeout(timer);
        ramps.delete(i);
      } else if (timer === undefined) {
        const next = setTimeout(() => {
          ramps.delete(i);
          this.step({ type: 'ramp-step', realServer: i });
        }, stepLength(settings.slowStart));
        ramps.set(i, next);
      }
    }
  }

  /** For a status. */
  snapshot(epochMsOf: EpochMsOf): VirtualServerSnapshot {
    const { settings, quorumUp, realServers } = this.#state;
    const { sorryServer } = settings;
    return {
      key: settings.key,
      ...(settings.members !== undefined && { members: settings.members }),
      scheduler: settings.scheduler,
      quorumUp,
      quorum: settings.quorum,
      weightSum: weightSum(this.#state),
      ...(this.#isSuspended && { isSuspended: true }),
      ...(sorryServer !== undefined && {
        sorryServer: {
          address: sorryServer.address,
          port: sorryServer.port,
          serves: sorryServes(this.#state),
        },
      }),
      realServers: realServers.map((server, i) => this.#realServerSnapshot(server, i, epochMsOf)),
    };
  }

  #realServerSnapshot(
    server: RealServerState,
    i: number,
    epochMsOf: EpochMsOf,
  ): RealServerSnapshot {
    const inTable = tableWeight(this.#state, server);
    const drainEnds = server.drain?.isDone === false ? server.drain.until : undefined;
    return {
      address: server.settings.address,
      port: server.settings.port,
      up: server.up,
      weight: weightOf(server),
      ...(inTable !== undefined && { tableWeight: inTable }),
      ...(server.ramp !== undefined && { ramp: server.ramp }),
      ...(server.drain !== undefined && { drain: server.drain }),
      ...(drainEnds !== undefined && { drainEndsEpochMs: epochMsOf(drainEnds) }),
      ...(server.isRemoved === true && { isRemoved: true }),
      checks: (this.#checks[i] ?? []).map((each) => each.snapshot(epochMsOf)),
    };
  }

  #startChecks(realServer: number, oldChecks: OldChecks): readonly CheckRunner[] {
    const server = this.#state.realServers[realServer];
    // Of many servers without checks, none asks for the time.
    if (server === undefined || server.settings.checks.length === 0) return NO_RUNNERS;
    const { key } = this.#state.settings;
    const { deadlines, random } = this.#ports;
    const start: CheckStart = {
      realServer: formatRealServer(key, server.settings),
      virtualServer: formatVirtualServer(key),
      now: deadlines.now(),
      random,
    };
    const old = oldChecks(server.settings);
    return server.settings.checks.map((settings, check) => {
      const first: CheckStep =
        old === undefined
          ? createCheck(settings, start)
          : continueCheck(settings, start, {
              hasRun: true,
              ...old[check],
              up: server.checksUp[check] ?? true,
            });
      return new CheckRunner(first, this.#ports, (effect) =>
        this.#follow(effect, { realServer, check }),
      );
    });
  }

  #perform(effect: VirtualServerEffect): void {
    this.#ports.perform(effect, this.#state.settings);
  }

  #follow(effect: CheckEffect, which: { realServer: number; check: number }): void {
    if (effect.type === 'run-probe') return;
    if (effect.type !== 'check-changed' && effect.type !== 'weight-changed')
      return this.#perform(effect);
    this.step({ ...effect, ...which });
  }
}
