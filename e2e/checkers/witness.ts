// What a daemon tells of virtual servers by FIFO, scripts, mails and log, each in its order.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Daemon } from '../lib/daemon.ts';
import type { Host } from '../lib/lan.ts';
import type { MailSink } from '../lib/mail-sink.ts';
import { FifoReader } from '../notifications/listener.ts';
import type { Unplaced } from './case.ts';
import { wholeMail } from './mails.ts';

/** What one service was told of, each in order. */
export interface Told {
  readonly fifo: readonly string[];
  readonly notify: readonly string[];
  readonly mails: readonly string[];
  readonly log: readonly string[];
}

/** Process ids grow: scripts that are started at the same time come in any order. */
const TELL = 'echo "$$ $*" >>"${0%/*}/told"\n';
/** What checkers say has no order at the start. */
const LOGGED =
  /: ((?:Adding|Removing|Enabling|Disabling|Changing|Gained|Lost|Starting with|Shutting down) .*)$/;

/** Sees all that a daemon tells on a machine. */
export class Witness {
  readonly #host: Host;
  readonly #daemon: Daemon;
  readonly #mails: MailSink;
  readonly #fifo: FifoReader;
  readonly #lines: string[] = [];

  /**
   * Makes the script.
   * @param daemon - that has not started
   */
  constructor(host: Host, daemon: Daemon, mails: MailSink) {
    makeTellingScript(host);
    this.#host = host;
    this.#daemon = daemon;
    this.#mails = mails;
    this.#fifo = new FifoReader(join(host.folder, 'fifo'));
  }

  /** How many connections were made for mails so far. */
  connections(): number {
    return this.#mails.connections();
  }

  /**
   * @param services - addresses of virtual servers, port 80
   * @returns what each was told of so far
   */
  told(services: readonly string[]): readonly Told[] {
    this.#lines.push(...this.#fifo.news());
    const scripts = scriptsOf(this.#host);
    const mails = this.#mails.mails().toSorted((a, b) => a.connection - b.connection);
    const said = this.#daemon.log().split('\n');
    return services.map((service) => {
      const isOurs = (line: string): boolean => line.includes(`[${service}]:tcp:80`);
      return {
        fifo: this.#lines.filter(isOurs),
        notify: scripts.filter((line) => line.startsWith(`${service} `)),
        mails: mails.filter(({ subject }) => isOurs(subject)).map(wholeMail),
        log: said.filter(isOurs).flatMap((line) => LOGGED.exec(line)?.[1] ?? []),
      };
    });
  }
}

/** Makes the script that all others are. */
function makeTellingScript({ folder }: Host): void {
  writeFileSync(join(folder, 'tell'), TELL);
  writeFileSync(join(folder, 'told'), '');
}

/** @returns what scripts were told so far, in the order of their starts */
export function scriptsOf({ folder }: Host): readonly string[] {
  return readFileSync(join(folder, 'told'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .map((line) => line.replace(/^\d+ /, ''));
}

/** Reads the FIFO, and has a script for what is told. */
export async function listen(host: Host): Promise<void> {
  const { folder } = host;
  await host.exec(['mkfifo', join(folder, 'fifo')]);
  // Opened for both, it has no end.
  host.start('fifo', ['sh', '-c', `exec cat 0<>${join(folder, 'fifo')}`]);
  makeTellingScript(host);
}

/** @returns what the FIFO was told so far */
export function fifoLinesOf({ folder }: Host): readonly string[] {
  return readFileSync(join(folder, 'fifo.log'), 'utf8').split('\n').filter(Boolean);
}

/**
 * @param mails - whether it writes mails
 * @returns a real server that tells of what happens to it
 */
export function telling(given: Unplaced, mails: boolean): Unplaced {
  return {
    ...given,
    checker: (place) => {
      const scripts = ['notify_up', 'notify_down'].map((keyword) =>
        tellingScript(place.folder, keyword, place.name),
      );
      return [`smtp_alert ${mails ? 'on' : 'off'}`, ...scripts, given.checker(place)].join('\n');
    },
  };
}

/**
 * @param who - the virtual server, and which server of it, as it will tell
 * @returns a line of a virtual or real server
 */
export function tellingScript(folder: string, keyword: string, who: string): string {
  return `${keyword} "/usr/bin/sh ${join(folder, 'tell')} ${who} ${keyword}"`;
}

/** @returns global_defs, for those who write mails and are heard */
export function globalsOf(folder: string, more = ''): string {
  return `global_defs {
  script_user root
  lvs_notify_fifo ${join(folder, 'fifo')}
  router_id LB
  notification_email {
    admin@example.org
    second@example.org
  }
  notification_email_from lb@example.org
  smtp_server 127.0.0.1
  smtp_helo_name lb.example.org
  ${more}
}
`;
}
