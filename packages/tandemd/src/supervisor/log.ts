import { sendUnixDatagram } from '@tandem/raw-socket';
import type { LogLevel } from '../ipc.ts';
import {
  eachLine,
  formatConsoleLines,
  formatSyslogLine,
  type LogEntry,
  type LogLine,
  type LogLines,
  type LogOrigin,
} from './log-line.ts';

/** Where lines go; a sink never throws. */
export type LogSink = (line: LogEntry) => void;

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
interface DaemonLog extends Log {
  /** What the name of its lines in syslog ends with from now on. */
  tag(tag: string): void;
}

const SYSLOG_SOCKET = '/dev/log';
/** Lines kept while syslog is not there yet, or busy. */
const BACKLOG_MAX = 1000;
const RETRY_MS = 200;

/**
 * Opens the log.
 * @returns a log that writes to every sink asked for
 */
export async function openLog(settings: LogSettings): Promise<DaemonLog> {
  const sinks: LogSink[] = [];
  if (settings.json) sinks.push(await jsonSink());
  else if (settings.console) sinks.push(createConsoleSink());
  if (settings.syslog && !settings.json && !settings.console) {
    sinks.push(createSyslogSink(settings.facility));
  }
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

/**
 * Sends datagrams to /dev/log without ever waiting: lines that syslog does not take now are kept,
 * 1000 at the most, and offered again.
 * @param facility - 0–23
 * @param send - puts one datagram into the socket; throws when it does not go
 */
export function createSyslogSink(
  facility: number,
  send: (datagram: Uint8Array) => void = (datagram) => sendUnixDatagram(SYSLOG_SOCKET, datagram),
): LogSink {
  const encoder = new TextEncoder();
  const backlog: Uint8Array[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    timer = undefined;
    let [oldest] = backlog;
    while (oldest !== undefined) {
      try {
        send(oldest);
      } catch {
        timer = setTimeout(flush, RETRY_MS).unref();
        return;
      }
      backlog.shift();
      [oldest] = backlog;
    }
  };
  return (said) => {
    // The protocol has one datagram for each.
    for (const line of eachLine(said)) {
      if (backlog.length === BACKLOG_MAX) backlog.shift();
      backlog.push(encoder.encode(formatSyslogLine(line, new Date(), facility)));
      if (timer === undefined) flush();
    }
  };
}
