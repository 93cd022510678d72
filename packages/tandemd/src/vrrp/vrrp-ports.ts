import type { Clock } from '@tandem/time';
import type { FromChild } from '../ipc.ts';
import type { AdvertNetwork, NetworkHandler } from './advert-network.ts';
import type { AlarmPort } from './deadlines.ts';
import type { FirewallPorts } from './firewall.ts';
import type { InterfaceTable } from './interface-table.ts';
import type { KernelNumbers } from './kernel-changes.ts';
import type { RouteEvents, RouteTables } from './kernel-view.ts';
import type { Stage } from './rehearsal.ts';
import type { RoutingEvents } from './routing-keeper.ts';
import type { SequenceNumbers } from './sequence-numbers.ts';
import type { TrackerPorts } from './trackers.ts';

/** All that the process touches. */
export interface VrrpPorts {
  readonly clock: Clock;
  readonly epochMs: () => number;
  readonly tables: RouteTables;
  readonly kernelNumbers: KernelNumbers;
  readonly nftables: Pick<FirewallPorts, 'replace' | 'remove' | 'survey' | 'redirect'>;
  /** For rehearsals of what is to come. */
  readonly stage: Stage;
  /** Makes the timer of all instances. */
  readonly openAlarm: (ring: () => void) => AlarmPort;
  /** Starts the notifications of links and addresses. */
  monitor(events: RouteEvents): void;
  /** Starts those of routes and rules, which can be many; only where there are any of ours. */
  monitorRouting(events: RoutingEvents): void;
  openNetwork(
    interfaces: InterfaceTable,
    handler: NetworkHandler,
    numbers: SequenceNumbers,
  ): Pick<
    AdvertNetwork,
    'listen' | 'configure' | 'forget' | 'send' | 'announce' | 'advertiseRouter' | 'routerReport'
  >;
  readonly watchFile: TrackerPorts['watchFile'];
  readonly countProcesses: TrackerPorts['countProcesses'];
  /** To the supervisor, or what takes its place when it is gone. */
  readonly send: (message: FromChild) => void;
}
