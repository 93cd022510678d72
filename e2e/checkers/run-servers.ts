import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import type { Case } from './case.ts';
import type { Mode } from './servers.ts';

const SCRIPT = `read -r what <"$1"
case $what in
hang) sleep 60 & wait ;;
late) sleep 40 ;;
deaf) trap '' TERM; sleep 40 ;;
endless) exec yes ;;
kill) kill -9 $$ ;;
*) exit "$what" ;;
esac
`;

/**
 * Runs the servers of cases. SIGUSR2 turns them bad, SIGHUP good again. Arguments of the program: a
 * folder for their files, and the names of the cases.
 * @param all - what there is
 */
export function runServers(all: readonly Case[]): void {
  const [, , folder = '', ...names] = process.argv;
  const cases = all.filter(({ name }) => names.includes(name));
  writeFileSync(join(folder, 'script'), SCRIPT);
  const servers = cases.map(({ name, address, serve }) => serve({ address, folder, name }));
  const turn = (mode: Mode): void => {
    for (const each of servers) each.turn(mode);
  };
  process.on('SIGUSR2', () => turn('bad'));
  process.on('SIGHUP', () => turn('good'));
  process.stdout.write('ready\n');
  setInterval(() => undefined, 1 << 30);
}
