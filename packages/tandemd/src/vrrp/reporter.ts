/** What instances and sync groups tell the world, as far as the configuration wants it told. */
import type { GlobalSettings } from '@tandem/config';
import type { IpFamily } from '@tandem/inet';
import type { Clock } from '@tandem/time';
import type { ReceivedPacket, VirtualAddress, VrrpEffect } from '@tandem/vrrp';
import type { ChildOptions, FromChild, LogLevel } from '../ipc.ts';
import type { AdvertPlace } from './advert-sockets.ts';
import { paceOf, type Pace } from './announcement-pace.ts';
import { LogLimit } from './log-limit.ts';

/** Sends log lines, lines for FIFOs and mails. */
export class Reporter {
  readonly #send: (message: FromChild) => void;
  readonly #limit: LogLimit;
  #logDetail = 0;
  #noEmailFaults = false;
  #logUnknownRouters = false;
  /** Whether a FIFO hears of us. */
  #hasFifos = false;
  #intervals: Parameters<typeof paceOf>[0] = {};

  /**
   * @param clock - monotonic
   * @param send - to the supervisor, or what takes its place
   */
  constructor(clock: Clock, send: (message: FromChild) => void) {
    this.#limit = new LogLimit(clock);
    this.#send = send;
  }

  /** @param global - from now on */
  configure(global: GlobalSettings, options?: ChildOptions): void {
    this.#noEmailFaults = global.noEmailFaults;
    this.#logUnknownRouters = global.logUnknownRouters;
    this.#intervals = global;
    this.#hasFifos = global.notifyFifos.some(({ hears }) => hears !== 'lvs');
    if (options !== undefined) this.#logDetail = options.logDetail;
  }

  /** @returns how far gratuitous ARPs (4) or neighbour advertisements (6) on an interface are apart */
  announcementPace(family: IpFamily, interfaces: readonly [string, string]): Pace {
    return paceOf(this.#intervals, family, interfaces);
  }

  /** @param detail - only wanted with -D */
  log(level: LogLevel, text: string, detail = false): void {
    if (detail && this.#logDetail === 0) return;
    for (const line of this.#limit.pass(text)) this.#send({ type: 'log', level, text: line });
  }

  /** Virtual addresses that are the box's own. */
  spared(addresses: readonly VirtualAddress[]): void {
    if (addresses.length > 0) this.#send({ type: 'spared', addresses });
    for (const { address, device } of addresses) {
      const text = `${address} is all that ${device} has of its own: it stays, whoever is master`;
      this.log('warning', text);
    }
  }

  /** A line about an instance; what it becomes is never dropped. */
  logInstance({ level, text, detail }: VrrpEffect & { type: 'log' }, isTransition: boolean): void {
    if (isTransition && detail !== true) this.#send({ type: 'log', level, text });
    else this.log(level, text, detail);
  }

  /** An advert that is for no instance. */
  logUnknown({ interfaceName }: AdvertPlace, { body }: ReceivedPacket): void {
    if (!this.#logUnknownRouters) return;
    const text = `Unknown VRID(${body[1] ?? 0}) received on interface(${interfaceName}). ignoring...`;
    this.log('info', text);
  }

  /** @param line - without its end */
  tellFifos(line: string): void {
    if (this.#hasFifos) this.#send({ type: 'fifo', line });
  }

  mail({ about, subject, body }: VrrpEffect & { type: 'mail' }): void {
    if (about === 'FAULT' && this.#noEmailFaults) return;
    this.#send({ type: 'mail', subject, body });
  }
}
