// The servers of all cases. Arguments: a folder, names of cases.
import { CASES } from './cases.ts';
import { runServers } from './run-servers.ts';

runServers(CASES);
