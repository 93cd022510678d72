/**
 * The bfd child without its surroundings: what it does with each message of the supervisor and each
 * packet. Start, reload and stop are differences between the sessions that run and those configured.
 */
import {
  createSession,
  readDatagram,
  resumeSession,
  type BfdSession,
  type BfdSettings,
  type Datagram,
} from '@tandem/bfd';
import type { Settings } from '@tandem/config';
import { ipFamily, type IpFamily } from '@tandem/inet';
import type { FromChild, ToChild } from '../ipc.ts';
import { Deadlines, type AlarmPort } from '../vrrp/deadlines.ts';
import { Drops } from './drops.ts';
import { SessionDriver, type SessionPorts } from './session-driver.ts';
import { Tidings } from './tidings.ts';

/** All that the process touches. */
export interface BfdPorts extends Pick<SessionPorts, 'clock' | 'random' | 'openSender'> {
  readonly openAlarm: (ring: () => void) => AlarmPort;
  /** @throws SocketError, such as EADDRINUSE */
  readonly openReceiver: (
    family: IpFamily,
    port: number,
    heard: (datagram: Datagram) => void,
  ) => { close(): void };
  /** To the supervisor; dropped when there is none any more. */
  readonly send: (message: FromChild) => void;
}

/** Changes within this time are reported together, for status and successors. */
const STATUS_DELAY_MS = 20;
const DISCRIMINATOR_MAX = 0xffff_ffff;

/** Drives all sessions as the supervisor says. */
export class BfdProcess {
  readonly #ports: BfdPorts;
  readonly #deadlines: Deadlines;
  readonly #tidings: Tidings;
  readonly #drops = new Drops();
  /** By neighbour, of which no two sessions have the same. */
  #drivers = new Map<string, SessionDriver>();
  /** By family and port. */
  readonly #receivers = new Map<string, { close(): void }>();
  #statusTimer: NodeJS.Timeout | undefined;
  #hasStopped = false;

  /** @param ports - the outside */
  constructor(ports: BfdPorts) {
    this.#ports = ports;
    this.#deadlines = new Deadlines(ports.clock, ports.openAlarm);
    const { clock, send } = ports;
    this.#tidings = new Tidings({ clock, deadlines: this.#deadlines, send });
  }

  /** @param message - from the supervisor; nothing counts after a stop */
  receive(message: ToChild): void {
    if (this.#hasStopped) return;
    switch (message.type) {
      case 'start':
        this.#tidings.inherit(message.bfdStates ?? {});
        this.#configure(message.settings, message.bfdSessions ?? []);
        return this.#ports.send({ type: 'ready' });
      case 'reload':
        this.#configure(message.settings, []);
        return this.#ports.send({ type: 'reloaded' });
      case 'stop':
        return this.stop();
      case 'status-wanted':
        return this.#report();
      default:
        return undefined;
    }
  }

  /** All other ends are told. */
  stop(): void {
    if (this.#hasStopped) return;
    this.#hasStopped = true;
    clearTimeout(this.#statusTimer);
    for (const driver of this.#drivers.values()) driver.stop();
    for (const receiver of this.#receivers.values()) receiver.close();
  }

  /** @param memory - sessions of a predecessor that died */
  #configure({ bfdSessions: wanted }: Settings, memory: readonly BfdSession[]): void {
    const old = this.#drivers;
    const kept = new Set(wanted.map(identityOf));
    for (const driver of old.values()) if (!kept.has(identityOf(driver.settings))) driver.stop();
    this.#drivers = new Map();
    this.#drops.keep(new Set(wanted.map(({ neighbour }) => neighbour)));
    this.#listen(wanted);
    for (const settings of wanted) {
      const known = old.get(settings.neighbour);
      const goesOn = known !== undefined && identityOf(known.settings) === identityOf(settings);
      const driver = goesOn ? known : this.#create(settings, memory);
      this.#drivers.set(settings.neighbour, driver);
      if (!goesOn) driver.step({ type: 'start' });
      if (JSON.stringify(driver.settings) !== JSON.stringify(settings))
        driver.step({ type: 'reconfigure', settings });
      // Who follows it may do so for the first time.
      this.#tidings.tell(settings.name, driver.session.state === 'Up');
    }
    this.#report();
  }

  #create(settings: BfdSettings, memory: readonly BfdSession[]): SessionDriver {
    const { clock, random, openSender, send } = this.#ports;
    const left = memory.find((each) => identityOf(each.settings) === identityOf(settings));
    const session =
      left === undefined
        ? createSession(settings, this.#newDiscriminator(memory))
        : resumeSession(left, clock.now());
    return new SessionDriver(session, {
      clock,
      random,
      openSender,
      deadlines: this.#deadlines,
      log: (level, text) => send({ type: 'log', level, text }),
      changed: (name, up) => this.#tidings.tell(name, up),
      news: () => this.#reportSoon(),
    });
  }

  #newDiscriminator(memory: readonly BfdSession[]): number {
    const taken = new Set([...this.#drivers.values(), ...memory].map((each) => each.discriminator));
    for (;;) {
      const discriminator = 1 + Math.floor(this.#ports.random() * DISCRIMINATOR_MAX);
      if (!taken.has(discriminator)) return discriminator;
    }
  }

  /** One socket hears all sessions of a family and port. */
  #listen(sessions: readonly BfdSettings[]): void {
    const wanted = new Map(sessions.map((each) => [placeOf(each), each]));
    for (const [place, receiver] of this.#receivers) {
      if (wanted.has(place)) continue;
      receiver.close();
      this.#receivers.delete(place);
    }
    for (const [place, { neighbour, port }] of wanted) {
      if (this.#receivers.has(place)) continue;
      const { openReceiver, send } = this.#ports;
      try {
        const receiver = openReceiver(ipFamily(neighbour), port, (each) => this.#hear(each));
        this.#receivers.set(place, receiver);
      } catch (error) {
        const text = `cannot hear BFD on UDP port ${port}: ${String(error)}`;
        send({ type: 'log', level: 'err', text });
      }
    }
  }

  #hear(datagram: Datagram): void {
    const driver = this.#drivers.get(datagram.source);
    const result = readDatagram(datagram, driver === undefined ? [] : [driver]);
    if (result.ok) {
      this.#drops.heard(datagram.source);
      return result.session.step({ type: 'received', packet: result.packet });
    }
    const text = this.#drops.dropped(datagram, result.reason, driver?.settings.ttlMin);
    if (text !== undefined) this.#ports.send({ type: 'log', level: 'warning', text });
  }

  #reportSoon(): void {
    if (this.#hasStopped) return;
    this.#statusTimer ??= setTimeout(() => this.#report(), STATUS_DELAY_MS);
  }

  #report(): void {
    clearTimeout(this.#statusTimer);
    this.#statusTimer = undefined;
    const sessions = [...this.#drivers.values()].map(({ session }) => session);
    this.#ports.send({ type: 'bfd-status', sessions, problems: this.#drops.problems });
  }
}

/** What makes it the same session to the other end, and to those who follow it. */
function identityOf({ name, neighbour, source, port, ttl }: BfdSettings): string {
  return JSON.stringify([name, neighbour, source, port, ttl]);
}

function placeOf({ neighbour, port }: BfdSettings): string {
  return `${ipFamily(neighbour)} ${port}`;
}
