// kernel: ipvs
// One box is changed over to tandemd before the other: both orders must work.
import { scenarioTests } from './play.ts';

scenarioTests('tandemd', 'keepalived');
scenarioTests('keepalived', 'tandemd');
