import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { addressOf, type Case } from './case.ts';
import type { Mode } from './servers.ts';

const SCRIPT = `read -r what <"$1"
case $what in
hang) sleep 60 & wait ;;
kill) kill -9 $$ ;;
*) exit "$what" ;;
esac
`;

/**
 * Runs the servers of all cases. SIGUSR2 turns them bad, SIGHUP good again.
 * @param folder - for their files
 */
export function runServers(cases: readonly Case[], folder: string): void {
  writeFileSync(join(folder, 'script'), SCRIPT);
  const servers = cases.map(({ name, serve }, i) => serve({ address: addressOf(i), folder, name }));
  const turn = (mode: Mode): void => {
    for (const each of servers) each.turn(mode);
  };
  process.on('SIGUSR2', () => turn('bad'));
  process.on('SIGHUP', () => turn('good'));
  process.stdout.write('ready\n');
  setInterval(() => undefined, 1 << 30);
}
