export type {
  CheckSnapshot,
  ProcessSnapshot,
  RealServerSnapshot,
  StatusSnapshot,
  VirtualServerSnapshot,
  VrrpCounters,
  VrrpInstanceSnapshot,
  VrrpStateName,
} from './snapshot.ts';
