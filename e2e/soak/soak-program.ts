// Reloads a master every second and prints one line of JSON: seconds, milliseconds that an advert may
// be late, and whose daemon it is. Ends with 1 when something was not as it must be.
import type { Implementation } from '../lib/daemon.ts';
import { soak } from './soak.ts';

const [seconds, latenessMsMax, implementation] = process.argv.slice(2);
const report = await soak({
  implementation: implementation as Implementation,
  seconds: Number(seconds),
  latenessMsMax: Number(latenessMsMax),
});
process.stdout.write(`${JSON.stringify({ soak: 'reload', ...report })}\n`);
process.exitCode = report.violations.length === 0 ? 0 : 1;
