/** Runs the machines of the sync groups: their members' steps, and what is told of them. */
import {
  createSyncGroup,
  groupFaultAmong,
  stepSyncGroup,
  stopSyncGroup,
  withSurroundings,
  type GroupFault,
  type Surroundings,
  type SyncGroupEffect,
  type SyncGroupSettings,
  type SyncGroupState,
  type VrrpEvent,
} from '@tandem/vrrp';
import type { InstanceDriver, InstancePorts } from './instance-driver.ts';

/** What groups need of the world. */
type GroupPorts = Pick<InstancePorts, 'clock' | 'log' | 'runScript' | 'tellFifos' | 'sendMail'>;

/** A machine with its members. */
interface Group {
  state: SyncGroupState;
  readonly members: readonly InstanceDriver[];
}

/** A group comes to rest within a few rounds; more would be a fault of the machine. */
const ROUNDS_MAX = 10;

/** Owns all sync groups; members that belong to none are of no interest. */
export class SyncGroups {
  readonly #ports: GroupPorts;
  #groups = new Map<string, Group>();
  /** Members step without their groups following. */
  #held = false;
  #told: Promise<void> = Promise.resolve();

  /** @param ports - the clock, and where log lines, scripts and mails go */
  constructor(ports: GroupPorts) {
    this.#ports = ports;
  }

  /** Members start, are exchanged or stop: nobody follows anybody until `release`. */
  hold(): void {
    this.#held = true;
  }

  /**
   * A group that was there goes on as it was.
   * @param settings - of the groups from now on
   * @param drivers - of all instances
   */
  configure(settings: readonly SyncGroupSettings[], drivers: readonly InstanceDriver[]): void {
    const named = new Map(drivers.map((driver) => [driver.state.settings.name, driver]));
    const before = this.#groups;
    this.#groups = new Map(
      settings.map((each) => {
        const state = before.get(each.name)?.state ?? createSyncGroup(each);
        const members = each.members.flatMap((name) => named.get(name) ?? []);
        return [each.name, { state: { ...state, settings: each }, members }];
      }),
    );
  }

  /** Lets all groups follow their members again. */
  release(): void {
    this.#held = false;
    for (const [name, { members }] of this.#groups) this.#settle(name, members[0]);
  }

  /** What each group has told that it is. */
  get states(): readonly SyncGroupState[] {
    return [...this.#groups.values()].map(({ state }) => state);
  }

  /** A member has become something else. */
  follow(driver: InstanceDriver): void {
    const { syncGroup } = driver.state.settings;
    if (syncGroup !== undefined) this.#settle(syncGroup, driver);
  }

  /**
   * @param driver - of an instance that is about to start
   * @param starting - all that are, and what they will find
   * @returns what keeps it in FAULT because of others
   */
  faultAtStart(
    driver: InstanceDriver,
    starting: ReadonlyMap<InstanceDriver, Surroundings>,
  ): GroupFault | undefined {
    const { syncGroup = '' } = driver.state.settings;
    const members = this.#groups.get(syncGroup)?.members ?? [];
    const now = this.#ports.clock.now();
    const others = members
      .filter((each) => each !== driver)
      .map((each) => {
        const surroundings = starting.get(each);
        return surroundings === undefined
          ? each.state
          : withSurroundings(each.state, surroundings, now);
      });
    return groupFaultAmong(syncGroup, others);
  }

  /** Tells of the end of all groups, once their members have ended. */
  async stop(): Promise<void> {
    for (const group of this.#groups.values()) this.#tell(group, stopSyncGroup(group.state));
    await this.#told;
  }

  #settle(name: string, last: InstanceDriver | undefined): void {
    const group = this.#groups.get(name);
    if (this.#held || group === undefined || last === undefined) return;
    this.#held = true;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const states = group.members.map(({ state }) => state);
      const { group: state, effects } = stepSyncGroup(
        group.state,
        states,
        last.state.settings.name,
      );
      // keepalived tells of groups that begin as BACKUP before it tells of their instances.
      const isBeginning = group.state.state === 'INIT' && state.state === 'BACKUP';
      group.state = state;
      if (effects.length === 0) break;
      this.#perform(group, effects, isBeginning);
    }
    this.#held = false;
  }

  #perform(group: Group, effects: readonly SyncGroupEffect[], isBeginning: boolean): void {
    const told: SyncGroupEffect[] = [];
    for (const effect of effects) {
      if (effect.type === 'member') this.#order(group, effect.name, effect.event);
      else if (effect.type === 'log') this.#ports.log(effect, true);
      else told.push(effect);
    }
    if (isBeginning) this.#tellNow(told);
    else this.#tell(group, told);
  }

  #order({ members }: Group, name: string, event: VrrpEvent): void {
    members.find(({ state }) => state.settings.name === name)?.step(event);
  }

  /** When all members hold what they must, as with their own scripts. */
  #tell({ members }: Group, effects: readonly SyncGroupEffect[]): void {
    if (effects.length > 0) this.#told = this.#tellAfter(this.#told, members, effects);
  }

  async #tellAfter(
    told: Promise<void>,
    members: readonly InstanceDriver[],
    effects: readonly SyncGroupEffect[],
  ): Promise<void> {
    await told;
    await Promise.all(members.map((driver) => driver.settled()));
    this.#tellNow(effects);
  }

  #tellNow(effects: readonly SyncGroupEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'notify') this.#ports.runScript(effect);
      if (effect.type === 'fifo') this.#ports.tellFifos(effect.line);
      if (effect.type === 'mail') this.#ports.sendMail(effect);
    }
  }
}
