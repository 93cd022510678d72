import { readFileSync } from 'node:fs';
import type { BfdSession } from '@tandem/bfd';
import type { Settings } from '@tandem/config';
import type { ServiceKey } from '@tandem/ipvs';
import type { ProcessSnapshot, StaticSnapshot, VrrpInstanceSnapshot } from '@tandem/status';
import { allAddresses, isSameAddress } from '@tandem/vrrp';
import type { StaticEntry, VirtualAddress, VrrpStateName } from '@tandem/vrrp';
import type { BfdReport, ChildName, FromChild, ToChild } from '../ipc.ts';
import { serviceKeys } from '../ipvs/desired-table.ts';
import { wantsDaemons } from '../ipvs/sync-daemon.ts';
import type { TimeoutsChange } from '../ipvs/timeouts.ts';
import { NOTHING_LEFT, type KernelRecord } from '../kernel-record.ts';
import { dropTableOf } from '../vrrp/firewall.ts';
import type { KernelChange } from '../vrrp/kernel-changes.ts';
import { allEntries } from '../vrrp/predecessor.ts';
import { UNTOLD_MAX } from '../vrrp/sequence-numbers.ts';
import type { RunningChild } from './child.ts';
import { virtualLinksOf, type VirtualLink } from '../vrrp/virtual-link.ts';
import { Holdings } from './holdings.ts';
import { KnownServers } from './known-servers.ts';

/** What the children last told, kept for the status and for their successors. */
export class Memory {
  instances: readonly VrrpInstanceSnapshot[] = [];
  statics: readonly StaticSnapshot[] = [];
  readonly virtualServers: KnownServers = new KnownServers();
  sessions: readonly BfdSession[] = [];
  #sessionProblems: readonly string[] = [];
  #ipvsProblems: readonly string[] = [];
  readonly #sessionsUp = new Map<string, boolean>();
  readonly #states = new Map<string, VrrpStateName>();
  #vrrpAliveAt: number | undefined;
  /** Outlives every child. */
  #ahSequence = 0;
  /** Virtual addresses that the vrrp process may have put on. */
  readonly #addresses: Holdings<VirtualAddress>;
  /** Those of them that are the box's own. */
  #spared: readonly VirtualAddress[] = [];
  /** Interfaces that it may have made. */
  readonly #virtualLinks: Holdings<VirtualLink>;
  /** Routes, rules and static addresses that it may have set. */
  readonly #entries: Holdings<StaticEntry>;
  /** Tables of nftables that it may have made. */
  readonly #tables: Holdings<string>;
  /** The kernel's numbers that it may have changed. */
  #kernelChanges: readonly KernelChange[];
  /** Services that the ipvs process may have put into the kernel's table. */
  readonly #services: Holdings<ServiceKey>;
  /** Whether it may have started sync daemons. */
  readonly #daemons: Holdings<true>;
  /** Of its table; the same for as long as the daemon runs. */
  #ipvsNamespace: string | undefined;
  /** Timeouts of IPVS that it may have changed. */
  #timeouts: TimeoutsChange | undefined;

  /** @param left - by a daemon that was killed */
  constructor({ vrrp, ipvs }: KernelRecord = NOTHING_LEFT) {
    this.#addresses = new Holdings(vrrp.addresses);
    this.#virtualLinks = new Holdings(vrrp.links);
    this.#entries = new Holdings(vrrp.entries);
    this.#tables = new Holdings(vrrp.tables);
    this.#kernelChanges = vrrp.kernelChanges;
    this.#services = new Holdings(ipvs.services);
    this.#daemons = new Holdings(ipvs.daemons ? [true] : []);
    this.#ipvsNamespace = ipvs.namespace;
    this.#timeouts = ipvs.timeouts;
  }

  /** What is wrong, one sentence each. */
  get problems(): readonly string[] {
    return [...this.#sessionProblems, ...this.#ipvsProblems];
  }

  /** What the processes may have put into the kernel. */
  get left(): KernelRecord {
    return {
      vrrp: {
        addresses: this.#addresses
          .all()
          .filter((each) => !this.#spared.some((own) => isSameAddress(each, own))),
        entries: this.#entries.all(),
        links: this.#virtualLinks.all(),
        kernelChanges: this.#kernelChanges,
        tables: this.#tables.all(),
      },
      ipvs: {
        services: this.#services.all(),
        daemons: this.#daemons.all().length > 0,
        namespace: this.#ipvsNamespace,
        timeouts: this.#timeouts,
      },
    };
  }

  /** Takes note of what a child says of itself. */
  note(name: ChildName, message: FromChild): void {
    if (message.type === 'ready' || message.type === 'reloaded')
      for (const each of this.#holdings(name)) each.obeyed();
    if (message.type === 'alive' && name === 'vrrp') this.#vrrpAliveAt = message.atMonotonicMs;
    if (message.type === 'ah-sequence')
      this.#ahSequence = Math.max(this.#ahSequence, message.highest);
    if (message.type === 'spared') this.#spared = [...this.#spared, ...message.addresses];
    if (message.type === 'kernel-changes') this.#kernelChanges = message.changes;
    if (message.type === 'timeouts-change') this.#timeouts = message.change;
    if (message.type === 'vrrp-status') {
      this.instances = message.instances;
      this.statics = message.statics;
    }
    if (message.type === 'bfd-state') this.#sessionsUp.set(message.name, message.up);
    if (message.type === 'bfd-status') {
      this.sessions = message.sessions;
      this.#sessionProblems = message.problems;
    }
    if (message.type === 'vrrp-state') this.#states.set(message.name, message.state);
    if (message.type === 'ipvs-status') {
      this.virtualServers.note(message);
      this.#ipvsProblems = message.problems;
    }
  }

  /** Takes note of the settings that a child is started or reloaded with. */
  told(name: ChildName, settings: Settings, isNew: boolean): void {
    const order = isNew ? 'start' : 'change';
    if (name === 'vrrp') {
      this.#addresses[order](settings.vrrpInstances.flatMap(allAddresses));
      this.#virtualLinks[order](virtualLinksOf(settings.vrrpInstances));
      this.#entries[order](allEntries(settings));
      this.#tables[order]([dropTableOf(settings)].filter((each) => each !== undefined));
    } else if (name === 'ipvs') {
      this.#ipvsNamespace = settings.global.place.ipvsNamespace;
      this.#services[order](settings.virtualServers.flatMap(serviceKeys));
      this.#daemons[order](wantsDaemons(settings) ? [true] : []);
    }
  }

  /** @returns what is to be said of the sessions of a bfd process that does not come back soon */
  loseSessions(): readonly BfdReport[] {
    const up = [...this.#sessionsUp].filter(([, isUp]) => isUp).map(([name]) => name);
    this.forget('bfd');
    return up.map((name) => ({ type: 'bfd-state', name, up: false }));
  }

  /** Forgets a child that is gone for good. */
  forget(name: ChildName): void {
    for (const each of this.#holdings(name)) each.clear();
    if (name === 'vrrp') {
      this.instances = [];
      this.statics = [];
      this.#kernelChanges = [];
      this.#vrrpAliveAt = undefined;
      this.#states.clear();
    } else if (name === 'bfd') {
      this.sessions = [];
      this.#sessionProblems = [];
      this.#sessionsUp.clear();
    } else {
      this.virtualServers.note({ virtualServers: [] });
      this.#ipvsProblems = [];
      this.#timeouts = undefined;
    }
  }

  /**
   * @param replacement - whether the child takes the place of one that died
   * @returns the parts of the `start` message that come from memory
   */
  forChild(
    name: ChildName,
    replacement: boolean,
  ): Pick<
    Extract<ToChild, { type: 'start' }>,
    | 'vrrpMemory'
    | 'ipvsMemory'
    | 'vrrpStates'
    | 'leftByVrrp'
    | 'leftByIpvs'
    | 'bfdStates'
    | 'bfdSessions'
  > {
    const bfd = this.#sessionsUp.size > 0 && { bfdStates: Object.fromEntries(this.#sessionsUp) };
    if (name === 'bfd') return replacement ? { bfdSessions: this.sessions, ...bfd } : {};
    const vrrpStates = [...this.#states].map(([instance, state]) => ({ name: instance, state }));
    const { vrrp: leftByVrrp, ipvs: leftByIpvs } = this.left;
    if (name === 'ipvs') {
      const virtualServers = this.virtualServers.all;
      const memory = replacement ? { ipvsMemory: { virtualServers } } : {};
      return { vrrpStates, leftByIpvs, ...bfd, ...memory };
    }
    if (!replacement) return { leftByVrrp, ...bfd };
    const { instances } = this;
    // Kept, as the successor may die before it tells any.
    this.#ahSequence += UNTOLD_MAX;
    const aliveAtMonotonicMs = this.#vrrpAliveAt;
    const ahSequence = this.#ahSequence;
    return { leftByVrrp, ...bfd, vrrpMemory: { instances, aliveAtMonotonicMs, ahSequence } };
  }

  #holdings(name: ChildName): readonly Pick<Holdings<unknown>, 'obeyed' | 'clear'>[] {
    if (name === 'bfd') return [];
    return name === 'vrrp'
      ? [this.#addresses, this.#entries, this.#virtualLinks, this.#tables]
      : [this.#services, this.#daemons];
  }
}

/**
 * @returns what `tandemctl status` shows of a process
 */
export function processSnapshot(
  name: ProcessSnapshot['name'],
  child: Pick<RunningChild, 'pid' | 'startedEpochMs'> | undefined,
  restarts: number,
): ProcessSnapshot {
  return {
    name,
    pid: child?.pid,
    restarts,
    startedEpochMs: child?.startedEpochMs ?? 0,
    rssBytes: child === undefined ? undefined : residentBytes(child.pid),
  };
}

const PAGE_BYTES = 4096;

/** @see proc(5) /proc/pid/statm */
function residentBytes(pid: number): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    return Number.isFinite(pages) ? pages * PAGE_BYTES : undefined;
  } catch {
    return undefined;
  }
}
