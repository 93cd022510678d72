import {
  formatServiceKey,
  outlineName,
  outlineOf,
  type ActualService,
  type DesiredService,
  type SeeService,
  type ServiceKey,
  type TableChange,
} from '@tandem/ipvs';
import type { IpvsTimeouts, SyncDaemon, SyncRole } from '@tandem/ipvs-netlink';
import type { NetlinkError } from '@tandem/netlink';
import type { Kernel } from '../../src/ipvs/table-keeper.ts';

const NONE = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
const IDLE = { activeConnections: 0, inactiveConnections: 0, persistentConnections: 0 };

/** An IPVS table in memory that refuses what the kernel refuses. */
export class FakeKernel implements Kernel {
  readonly table = new Map<string, DesiredService>();
  readonly running: SyncDaemon[] = [];
  readonly sends: (readonly TableChange[])[] = [];
  /** Of these, what was not refused. */
  readonly done: TableChange[] = [];
  /** Schedulers that it has no module for. */
  readonly missing = new Set<string>();
  /** Set: the next request fails with it, as with a socket that broke. */
  broken: Error | undefined;
  /** How many there are to destinations, by address, or by address and port. */
  readonly connections = new Map<string, number>();
  currentTimeouts: IpvsTimeouts = { tcpSeconds: 900, tcpFinSeconds: 120, udpSeconds: 300 };
  looks = 0;
  /** Services that were read one by one. */
  readonly read: string[] = [];
  /** Whether it shows its table to everybody. */
  hasOutline = true;
  /** Services that it does not show then. */
  readonly holes = new Set<string>();
  /** Services that its list leaves out. */
  readonly unlisted = new Set<string>();
  closed = false;

  async services() {
    this.#mayBreak();
    this.looks += 1;
    return [...this.table]
      .filter(([name]) => !this.unlisted.has(name))
      .map(([, each]) => this.#counted(each));
  }

  async service(key: ServiceKey): Promise<ActualService> {
    const name = formatServiceKey(key);
    this.read.push(name);
    const service = this.table.get(name);
    if (service === undefined) throw Object.assign(new Error(name), { code: 'ESRCH' });
    return this.#counted(service);
  }

  async outline(see: SeeService, isWanted: () => boolean): Promise<boolean> {
    this.#mayBreak();
    if (!this.hasOutline) throw new Error('ENOENT');
    await Promise.resolve();
    if (!isWanted()) return false;
    this.looks += 1;
    for (const [name, service] of this.table)
      if (!this.holes.has(name)) see(outlineName(service.key), shown(service));
    return true;
  }

  async apply(changes: readonly TableChange[]) {
    this.#mayBreak();
    if (changes.length > 0) this.sends.push(changes);
    return changes.map((change) => {
      const error = this.#applyOne(change);
      if (error === undefined) this.done.push(change);
      return error as NetlinkError | undefined;
    });
  }

  async flush(): Promise<void> {
    this.table.clear();
  }

  async timeouts(): Promise<IpvsTimeouts> {
    return this.currentTimeouts;
  }

  async setTimeouts(timeouts: Partial<IpvsTimeouts>): Promise<void> {
    this.currentTimeouts = { ...this.currentTimeouts, ...timeouts };
  }

  async daemons(): Promise<SyncDaemon[]> {
    return [...this.running];
  }

  async startDaemon(daemon: SyncDaemon): Promise<void> {
    if (this.running.some((each) => each.role === daemon.role)) throw new Error('EEXIST');
    this.running.push(daemon);
  }

  async stopDaemon(role: SyncRole): Promise<void> {
    const i = this.running.findIndex((each) => each.role === role);
    if (i < 0) throw new Error('ESRCH');
    this.running.splice(i, 1);
  }

  close(): void {
    this.closed = true;
  }

  /** Addresses that take traffic for a service, with their weights. */
  destinations(key: string): string[] {
    const service = this.table.get(key);
    return (service?.destinations ?? []).map((each) => `${each.address} ${each.weight}`);
  }

  #counted(service: DesiredService): ActualService {
    const destinations = service.destinations.map((each) => ({
      ...each,
      ...IDLE,
      activeConnections:
        this.connections.get(`${each.address} ${each.port}`) ??
        this.connections.get(each.address) ??
        0,
      counters: NONE,
    }));
    return { ...service, counters: NONE, destinations };
  }

  #mayBreak(): void {
    const error = this.broken;
    this.broken = undefined;
    if (error !== undefined) throw error;
  }

  #applyOne(change: TableChange): Error | undefined {
    const key = formatServiceKey('service' in change ? change.service.key : change.key);
    const present = this.table.get(key);
    if ('service' in change) {
      if ((change.type === 'add-service') === (present !== undefined))
        return new Error(`${change.type} ${key}: EEXIST or ESRCH`);
      if (this.missing.has(change.service.scheduler))
        return new Error(`${change.type} ${key}: ENOENT`);
      this.table.set(key, { ...change.service, destinations: present?.destinations ?? [] });
      return undefined;
    }
    if (present === undefined) return new Error(`${change.type} of ${key}: ESRCH`);
    if (change.type === 'delete-service') {
      this.table.delete(key);
      return undefined;
    }
    const target = 'destination' in change ? change.destination : change;
    const others = present.destinations.filter(
      (each) => each.address !== target.address || each.port !== target.port,
    );
    const exists = others.length < present.destinations.length;
    if (exists === (change.type === 'add-destination'))
      return new Error(`${change.type} ${target.address}: EEXIST or ENOENT`);
    const destinations = 'destination' in change ? [...others, change.destination] : others;
    this.table.set(key, { ...present, destinations });
    return undefined;
  }
}

/** IP_VS_SVC_F_PERSISTENT and IP_VS_SVC_F_ONEPACKET */
const SHOWN_FLAGS = 5;

/** What is shown of a service: not thresholds, tunnels and flags of its scheduler. */
function shown(service: DesiredService): string {
  const destinations = service.destinations.map(({ address, port, forwarding, weight }) => ({
    address,
    port,
    forwarding,
    weight,
    upperThreshold: 0,
    lowerThreshold: 0,
  }));
  const flags = service.flags & SHOWN_FLAGS;
  const plain = { ...service, flags, destinations };
  return (
    outlineOf(plain)?.trimEnd().replaceAll('\n', '\n  -> ') ??
    JSON.stringify([plain, destinations.map((each) => JSON.stringify(each)).sort()])
  );
}
