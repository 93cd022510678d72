// The servers of all cases. Argument: a folder. SIGUSR2 turns them bad, SIGHUP good again.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf, CASES } from './cases.ts';
import type { Mode } from './servers.ts';

const [folder = ''] = process.argv.slice(2);
const SCRIPT = `read -r what <"$1"
case $what in
hang) sleep 60 & wait ;;
kill) kill -9 $$ ;;
*) exit "$what" ;;
esac
`;
writeFileSync(join(folder, 'script'), SCRIPT);
const servers = CASES.map(({ name, serve }, i) => serve({ address: addressOf(i), folder, name }));

function turn(mode: Mode): void {
  for (const each of servers) each.turn(mode);
}

process.on('SIGUSR2', () => turn('bad'));
process.on('SIGHUP', () => turn('good'));
process.stdout.write('ready\n');
setInterval(() => undefined, 1 << 30);
