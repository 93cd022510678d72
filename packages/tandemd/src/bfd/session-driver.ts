import {
  encodeControlPacket,
  isSameSession,
  sessionDeadline,
  stepSession,
  type BfdEvent,
  type BfdSession,
  type BfdSettings,
  type ControlPacket,
} from '@tandem/bfd';
import type { Clock } from '@tandem/time';
import type { Deadlines } from '../vrrp/deadlines.ts';
import type { BfdSender } from './bfd-sockets.ts';

/** What a session needs of the world. */
export interface SessionPorts {
  readonly clock: Clock;
  readonly deadlines: Pick<Deadlines, 'set'>;
  /** 0 up to, not including, 1. */
  readonly random: () => number;
  /** @throws SocketError */
  readonly openSender: (settings: BfdSettings) => BfdSender;
  readonly log: (level: 'info' | 'warning', text: string) => void;
  /** It has come up, or is up no longer. */
  readonly changed: (name: string, up: boolean) => void;
  /** What a successor or an operator would want to know is other than before. */
  readonly news: () => void;
}

/** Drives one session: its timer, its socket, and what it wants said. */
export class SessionDriver {
  /** Nothing is late because a packet is read first, and one that lies there may be all it takes. */
  readonly isPressing = false;
  readonly #ports: SessionPorts;
  #session: BfdSession;
  #sender: BfdSender | undefined;
  /** Why the last packet was not sent. */
  #failure: string | undefined;

  /** @param session - new, or of a predecessor; its deadline counts after the first step */
  constructor(session: BfdSession, ports: SessionPorts) {
    this.#session = session;
    this.#ports = ports;
  }

  /** What is known now. */
  get session(): BfdSession {
    return this.#session;
  }

  /** For the choice of the session of a packet. */
  get settings(): BfdSettings {
    return this.#session.settings;
  }

  /** For the same. */
  get discriminator(): number {
    return this.#session.discriminator;
  }

  /** Its deadline has come. */
  due(): void {
    this.step({ type: 'timer' });
  }

  /** Something happens to it. */
  step(event: BfdEvent): void {
    const { clock, random, deadlines, news, changed, log } = this.#ports;
    const before = this.#session;
    const { session, effects } = stepSession(before, event, { now: clock.now(), random: random() });
    this.#session = session;
    for (const effect of effects) {
      if (effect.type === 'send') this.#send(effect.packet);
      else if (effect.type === 'changed') changed(session.settings.name, effect.up);
      else log('info', effect.text);
    }
    deadlines.set(this, sessionDeadline(session));
    if (!isSameSession(before, session)) news();
  }

  /** The other end is told, and nothing happens any more. */
  stop(): void {
    this.step({ type: 'stop' });
    this.#ports.deadlines.set(this, undefined);
    this.#close();
  }

  /** A socket that does not work, of an address that has gone, is made anew for the next packet. */
  #send(packet: ControlPacket): void {
    try {
      this.#sender ??= this.#ports.openSender(this.#session.settings);
      this.#sender.send(encodeControlPacket(packet));
      this.#failure = undefined;
    } catch (error) {
      this.#close();
      const failure = error instanceof Error ? error.message : String(error);
      if (failure === this.#failure) return;
      this.#failure = failure;
      this.#ports.log('warning', `(${this.#session.settings.name}) cannot send: ${failure}`);
    }
  }

  #close(): void {
    this.#sender?.close();
    this.#sender = undefined;
  }
}
