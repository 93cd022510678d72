/** Lines on their way to syslog, which need not be there, nor take as many as there are at a time. */
import { sendUnixDatagram } from '@tandem/raw-socket';
import { milliseconds, type Duration } from '@tandem/time';
import { eachLine, formatSyslogLine, type LogEntry } from './log-line.ts';

const SYSLOG_SOCKET = '/dev/log';
/** Lines kept while syslog is not there yet, or busy: what a stop with thousands of servers says. */
const BACKLOG_MAX = 10_000;
/** Between attempts: as long as it takes some lines each time, it is soon ready for more. */
const RETRY_SOON = milliseconds(5);
const RETRY_LATER = milliseconds(200);

/** Errors of a syslog that is there, and has no room at the moment. */
const BUSY: ReadonlySet<unknown> = new Set(['EAGAIN', 'ENOBUFS']);

/** What stands between the lines and syslog. */
export interface SyslogPorts {
  /** Puts one datagram into the socket; throws a SocketError when it does not go. */
  readonly send: (datagram: Uint8Array) => void;
  /** Where somebody may see what syslog cannot be told. */
  readonly complain: (text: string) => void;
}

/** Never throws, and never waits. */
export class SyslogSink {
  readonly #facility: number;
  readonly #ports: SyslogPorts;
  readonly #encoder = new TextEncoder();
  readonly #backlog: Uint8Array[] = [];
  /** Of those that were the oldest, since syslog took one. */
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  /** It will take lines soon: it is there, and had no room for the last one. */
  #isBusy = false;
  /** Called when no more lines will leave soon. */
  #whenDone: (() => void) | undefined;

  /**
   * @param facility - 0–23
   * @param ports - the outside; absent: /dev/log, and standard error
   */
  constructor(facility: number, ports: SyslogPorts = { send, complain }) {
    this.#facility = facility;
    this.#ports = ports;
  }

  /** What syslog does not take now is kept, 10,000 lines at the most, and offered again. */
  write(said: LogEntry): void {
    // The protocol has one datagram for each.
    for (const line of eachLine(said)) {
      if (this.#backlog.length === BACKLOG_MAX) this.#drop();
      this.#backlog.push(this.#encoder.encode(formatSyslogLine(line, new Date(), this.#facility)));
      if (this.#timer === undefined) this.#flush();
    }
  }

  /**
   * The end: lines that are left get some time to leave, where somebody takes them.
   * @param limit - how long at the most
   */
  async close(limit: Duration): Promise<void> {
    let last: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#whenDone = resolve;
      last = setTimeout(resolve, limit);
      clearTimeout(this.#timer);
      this.#flush();
    });
    clearTimeout(last);
    clearTimeout(this.#timer);
    const lost = this.#dropped + this.#backlog.length;
    if (lost > 0)
      this.#ports.complain(`${lost} lines of log are lost: ${SYSLOG_SOCKET} did not take them`);
  }

  #drop(): void {
    if (this.#dropped === 0)
      this.#ports.complain(
        `${SYSLOG_SOCKET} takes no lines of log and ${BACKLOG_MAX} wait: dropping the oldest`,
      );
    this.#backlog.shift();
    this.#dropped += 1;
  }

  #flush(): void {
    this.#timer = undefined;
    const before = this.#backlog.length;
    try {
      this.#tellDropped();
      for (let [oldest] = this.#backlog; oldest !== undefined; [oldest] = this.#backlog) {
        this.#ports.send(oldest);
        this.#backlog.shift();
      }
      this.#isBusy = false;
    } catch (error) {
      this.#isBusy = error instanceof Error && 'code' in error && BUSY.has(error.code);
      const wait = this.#backlog.length < before ? RETRY_SOON : RETRY_LATER;
      this.#timer = setTimeout(() => this.#flush(), wait).unref();
    }
    if (!this.#isBusy) this.#whenDone?.();
  }

  /** Where they would be. */
  #tellDropped(): void {
    if (this.#dropped === 0) return;
    const text = `${this.#dropped} lines of log were dropped here: ${SYSLOG_SOCKET} did not take them`;
    const line = { level: 'warning', origin: 'supervisor', pid: process.pid, text } as const;
    this.#ports.send(this.#encoder.encode(formatSyslogLine(line, new Date(), this.#facility)));
    this.#dropped = 0;
    this.#ports.complain(text);
  }
}

function send(datagram: Uint8Array): void {
  sendUnixDatagram(SYSLOG_SOCKET, datagram);
}

/** The service manager keeps what comes here, too. */
function complain(text: string): void {
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
  process.stderr.write(`tandemd: ${text}\n`);
}
