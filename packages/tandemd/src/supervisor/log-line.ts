import { visible } from '@tandem/config';
import type { ChildName, LogLevel } from '../ipc.ts';

/** Which process a line is about. */
export type LogOrigin = 'supervisor' | ChildName;

/** syslog severities. @see syslog(3) */
const SEVERITIES: Readonly<Record<LogLevel, number>> = {
  err: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
};

/** Names that lines carry in syslog: keepalived's, by which filters of logs know them. */
const IDENTS: Readonly<Record<LogOrigin, string>> = {
  supervisor: 'Keepalived',
  vrrp: 'Keepalived_vrrp',
  ipvs: 'Keepalived_healthcheckers',
  bfd: 'Keepalived_bfd',
};

interface LogSource {
  readonly level: LogLevel;
  readonly origin: LogOrigin;
  readonly pid: number;
  /** Namespace and instance of a daemon that is one of several. */
  readonly tag?: string;
}

/** One line of log. */
export interface LogLine extends LogSource {
  readonly text: string;
}

/** Several, with line feeds between them, none of them longer than a line may be. */
export interface LogLines extends LogSource {
  readonly lines: string;
}

/** One line, or several that came together. */
export type LogEntry = LogLine | LogLines;

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const LENGTH_MAX = 8192;

/**
 * The console form: `Fri Nov 20 21:01:09 2026: text`, local time, as keepalived prints it.
 * @param lines - of one moment, which may be many thousands
 * @param when - wall time
 * @returns each with its line feed; control characters in the text are escaped
 */
export function formatConsoleLines(lines: readonly LogEntry[], when: Date): string {
  const day = `${DAYS[when.getDay()]} ${MONTHS[when.getMonth()]} ${padded(when.getDate(), ' ')}`;
  const time = [when.getHours(), when.getMinutes(), when.getSeconds()]
    .map((each) => padded(each, '0'))
    .join(':');
  const stamp = `${day} ${time} ${when.getFullYear()}`;
  return lines.map((each) => `${stamp}: ${consoleText(each, `\n${stamp}: `)}\n`).join('');
}

/** Several lines are looked through together: one by one takes several times as long. */
function consoleText(said: LogEntry, between: string): string {
  if (!('lines' in said)) return visible(said.text.slice(0, LENGTH_MAX));
  const { lines } = said;
  const isVisible = visible(lines.replaceAll('\n', ' ')).length === lines.length;
  return (isVisible ? lines : lines.split('\n').map(visible).join('\n')).replaceAll('\n', between);
}

/** @returns one by one */
export function eachLine(said: LogEntry): readonly LogLine[] {
  if (!('lines' in said)) return [said];
  const { lines, ...source } = said;
  return lines.split('\n').map((text) => ({ ...source, text }));
}

/**
 * The datagram for /dev/log.
 * @param facility - 0–23
 * @returns `<PRI>Mmm dd hh:mm:ss ident[pid]: text`
 * @see RFC 3164 §4.1
 */
export function formatSyslogLine(line: LogLine, when: Date, facility: number): string {
  const date = `${MONTHS[when.getMonth()]} ${padded(when.getDate(), ' ')}`;
  const time = [when.getHours(), when.getMinutes(), when.getSeconds()]
    .map((each) => padded(each, '0'))
    .join(':');
  const priority = facility * 8 + SEVERITIES[line.level];
  const { origin, tag = '', pid, text } = line;
  const ident = `${IDENTS[origin]}${tag === '' ? '' : `_${tag}`}`;
  return `<${priority}>${date} ${time} ${ident}[${pid}]: ${visible(text.slice(0, LENGTH_MAX))}`;
}

function padded(value: number, filler: string): string {
  return String(value).padStart(2, filler);
}
