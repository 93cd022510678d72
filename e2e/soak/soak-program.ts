// Reloads a master every second and prints one line of JSON: seconds, milliseconds between adverts,
// milliseconds that one may be late, whose daemon it is and whose that of the backup. Ends with 1 when
// something was not as it must be.
import type { Implementation } from '../lib/daemon.ts';
import { soak } from './soak.ts';

const [seconds, intervalMs, latenessMsMax, implementation, backup] = process.argv.slice(2);
const report = await soak({
  implementation: implementation as Implementation,
  backup: backup as Implementation,
  seconds: Number(seconds),
  intervalMs: Number(intervalMs),
  latenessMsMax: Number(latenessMsMax),
});
process.stdout.write(`${JSON.stringify({ soak: 'reload', ...report })}\n`);
process.exitCode = report.violations.length === 0 ? 0 : 1;
