// The servers of all cases. Argument: a folder.
import { CASES } from './cases.ts';
import { runServers } from './run-servers.ts';

runServers(CASES, process.argv[2] ?? '');
