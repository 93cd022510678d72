/** Runs ipvsadm(8) and reads what it prints. */
import { execFileSync } from 'node:child_process';

/** @returns what it prints, one line each, without blanks at the ends */
export function ipvsadm(command: string): string[] {
  const out = execFileSync('ipvsadm', command.split(' '), { encoding: 'utf8' });
  return out.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

/** The table as `ipvsadm -Sn` saves it. */
export function savedTable(): string[] {
  return ipvsadm('-Sn');
}

/** Numbers in the columns of a listing, by what stands first in the line after `->`. */
export function columns(option: string): ReadonlyMap<string, readonly number[]> {
  const rows = ipvsadm(`-Ln --exact ${option}`).slice(3);
  return new Map(
    rows.map((row) => {
      const [first = '', second = '', ...rest] = row.split(/ +/);
      const isMark = first === 'FWM' && rest[0] === 'IPv6';
      return [second, (isMark ? rest.slice(1) : rest).map(Number)];
    }),
  );
}
