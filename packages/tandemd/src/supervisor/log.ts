import { seconds } from '@tandem/time';
import type { LogLevel } from '../ipc.ts';
import {
  eachLine,
  formatConsoleLines,
  type LogEntry,
  type LogLine,
  type LogLines,
  type LogOrigin,
} from './log-line.ts';
import { SyslogSink } from './syslog-sink.ts';

/** Where lines go; a sink never throws. */
type LogSink = (line: LogEntry) => void;

/** What a child says. */
type Said = Pick<LogLine, 'level' | 'text'> | Pick<LogLines, 'level' | 'lines'>;

/** How to log. */
export interface LogSettings {
  readonly console: boolean;
  readonly json: boolean;
  readonly syslog: boolean;
  /** syslog facility, 0–23. */
  readonly facility: number;
}

/** Says something on behalf of the supervisor, or of a child. */
export interface Log {
  say(text: string, level?: LogLevel): void;
  relay(origin: LogOrigin, pid: number, said: Said): void;
}

/** That of the whole daemon. */
export interface DaemonLog extends Log {
  /** What the name of its lines in syslog ends with from now on. */
  tag(tag: string): void;
  /** The end: resolves when syslog has the lines, or does not take them in 2 s. */
  close(): Promise<void>;
}

/** For the last lines to reach syslog. */
const LAST_LINES = seconds(2);

/**
 * Opens the log.
 * @returns a log that writes to every sink asked for
 */
export async function openLog(settings: LogSettings): Promise<DaemonLog> {
  const sinks: LogSink[] = [];
  if (settings.json) sinks.push(await jsonSink());
  else if (settings.console) sinks.push(createConsoleSink());
  const isForSyslog = settings.syslog && !settings.json && !settings.console;
  const syslog = isForSyslog ? new SyslogSink(settings.facility) : undefined;
  if (syslog !== undefined) sinks.push((line) => syslog.write(line));
  let tag = '';
  const write = (line: LogEntry): void => {
    for (const sink of sinks) sink({ ...line, tag });
  };
  return {
    tag: (chosen) => {
      tag = chosen;
    },
    say: (text, level = 'info') => write({ level, origin: 'supervisor', pid: process.pid, text }),
    relay: (origin, pid, said) => write({ ...said, origin, pid }),
    close: async () => syslog?.close(LAST_LINES),
  };
}

function createConsoleSink(): LogSink {
  // A reader that goes away, `tandemd -nl | head`, must not take the service with it.
  process.stderr.on('error', () => {});
  let waiting: LogEntry[] = [];
  // Lines of one moment, of which a start with many services has thousands, are one write.
  const flush = (): void => {
    const lines = waiting;
    waiting = [];
    const text = formatConsoleLines(lines, new Date());
    if (text !== '') process.stderr.write(text);
  };
  process.on('exit', flush);
  return (line) => {
    if (waiting.push(line) === 1) queueMicrotask(flush);
  };
}

async function jsonSink(): Promise<LogSink> {
  const { default: pino } = await import('pino');
  const levels = {
    err: 'error',
    warning: 'warn',
    notice: 'info',
    info: 'info',
    debug: 'debug',
  } as const;
  const logger = pino(
    { base: null, level: 'debug', timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
  return (said) => {
    for (const { level, origin, pid, text } of eachLine(said))
      logger[levels[level]]({ pid, process: origin }, text);
  };
}
