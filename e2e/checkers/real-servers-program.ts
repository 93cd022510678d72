// Debian's servers. Arguments: a folder, names of cases.
import { LATE_CASES } from './late-cases.ts';
import { REAL_CASES } from './real-cases.ts';
import { runServers } from './run-servers.ts';

runServers([...REAL_CASES, ...LATE_CASES]);
