export { formatAge } from './age.ts';
export { HEALTH_EXIT_STATUS, judge, type Health } from './health.ts';
export type {
  BfdSessionSnapshot,
  CheckSnapshot,
  DrainOutcome,
  ProcessSnapshot,
  RealServerSnapshot,
  RefusedService,
  ReloadOutcome,
  RouterAdvertSnapshot,
  StaticSnapshot,
  StatusSnapshot,
  TrackerSnapshot,
  VirtualServerSnapshot,
  VrrpInstanceSnapshot,
} from './snapshot.ts';
export { countServers, type ServerCounts } from './service.ts';
export { formatSummary } from './summary.ts';
export { formatStatistics } from './statistics.ts';
export { formatStatus } from './text.ts';
