export { formatAge } from './age.ts';
export { HEALTH_EXIT_STATUS, judge, type Health } from './health.ts';
export type {
  CheckSnapshot,
  ProcessSnapshot,
  RealServerSnapshot,
  StaticSnapshot,
  StatusSnapshot,
  TrackerSnapshot,
  VirtualServerSnapshot,
  VrrpInstanceSnapshot,
  VrrpStateName,
} from './snapshot.ts';
export { formatStatistics } from './statistics.ts';
export { formatStatus } from './text.ts';
