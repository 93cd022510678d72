// kernel: ipvs
// The topology and the steps themselves are tried with the daemon that they were written for.
import { scenarioTests } from './play.ts';

scenarioTests('keepalived', 'keepalived');
