// Debian's servers. Argument: a folder.
import { REAL_CASES } from './real-cases.ts';
import { runServers } from './run-servers.ts';

runServers(REAL_CASES, process.argv[2] ?? '');
