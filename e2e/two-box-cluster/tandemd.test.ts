// kernel: ipvs
// The scenario as the administrator's two boxes play it with tandemd.
import { scenarioTests } from './play.ts';

scenarioTests('tandemd', 'tandemd');
