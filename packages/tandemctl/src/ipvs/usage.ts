import { COMMANDS, type IpvsCommand } from './command-table.ts';
import { OPTIONS, type IpvsOption } from './option-table.ts';

const FORMS = [
  '-A|-E SERVICE [-s scheduler] [-p [seconds]] [-M mask] [--pe engine] [-b flags] [-o]',
  '-D SERVICE',
  '-a|-e SERVICE -r host[:port] [-g|-i|-m] [-w weight] [-x connections] [-y connections]',
  '-d SERVICE -r host[:port]',
  '-L|-l [SERVICE] [options]',
  '-S [-n]',
  '-R, -C, -Z [SERVICE]',
  '--set tcp tcpfin udp',
  '--start-daemon master|backup [options]',
  '--stop-daemon master|backup',
];

const SERVICE =
  'SERVICE is -t host[:port], -u host[:port], --sctp-service host[:port] or -f mark [-6]';

/**
 * @param program - what to type
 * @returns the text of -h
 */
export function formatUsage(program: string): string {
  const forms = FORMS.map((form, at) => `${at === 0 ? 'Usage:' : '      '} ${program} ${form}\n`);
  const [commands, options] = [COMMANDS, OPTIONS].map((rows) => rows.map(formatRow).join(''));
  return `${forms.join('')}\n${SERVICE}\n\nCommands, one of which comes first:\n${commands}\nOptions:\n${options}`;
}

function formatRow(row: IpvsCommand | IpvsOption): string {
  const short = row.short === undefined ? '    ' : `-${row.short}, `;
  return `  ${short}${longForm(row).padEnd(33)} ${row.help}\n`;
}

/** @returns such as `--weight <weight>`, as commander takes it too */
export function longForm({ long, placeholder, argument }: IpvsCommand | IpvsOption): string {
  if (argument === undefined) return `--${long}`;
  return argument === 'optional' ? `--${long} [${placeholder}]` : `--${long} <${placeholder}>`;
}
