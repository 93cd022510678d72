import type { Step } from './step.ts';
import { checkerStep, digestStep, spreadStep, tableStep } from './balancing-steps.ts';
import {
  killStep,
  preemptStep,
  startBackupStep,
  startMasterStep,
  stopStep,
  syncStep,
} from './failover-steps.ts';

/** The scenario, in order. Each step starts where the one before it has ended. */
export const STEPS: readonly Step[] = [
  digestStep,
  startMasterStep,
  startBackupStep,
  tableStep,
  spreadStep,
  checkerStep,
  stopStep,
  preemptStep,
  killStep,
  syncStep,
];
