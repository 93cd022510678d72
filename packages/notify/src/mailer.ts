import { inSeconds, times, type Duration } from '@tandem/time';
import { atMost } from './at-most.ts';
import { Lanes } from './lanes.ts';
import { composeMail, type Envelope, type Mail } from './mail-message.ts';
import { openRelay } from './relay-socket.ts';

/** How mails leave. */
export interface MailRoute extends Envelope {
  readonly host: string;
  /** 1–65535 */
  readonly port: number;
  /** Limit of each step of the dialogue; the whole may take four times as long. */
  readonly connectTimeout: Duration;
  readonly heloName: string;
}

/** Of the limit of a step: a relay that says a word now and then must not hold others up. */
const DIALOGUE_LIMIT = 4;
/** Mails that may wait; one more drops the newest, and says so. */
const QUEUE_MAX = 1000;
/** So many dialogues at a time that one that hangs matters little, and no more than a relay likes. */
const DIALOGUES_MAX = 4;

/**
 * Sends mails over plain SMTP, one connection each, a few at a time. Those about one thing, such as
 * an instance or a real server, leave one after the other, so that its last state is the last heard.
 * Sending takes as long as the relay takes; nobody waits for it.
 */
export class Mailer {
  readonly #queue = new Lanes(DIALOGUES_MAX);
  readonly #log: (text: string) => void;
  #route: MailRoute | Promise<MailRoute> | undefined;

  /** @param log - told what became of each mail */
  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /** @param route - for the mails to come, which wait for it, never rejected; undefined sends none */
  configure(route: MailRoute | Promise<MailRoute> | undefined): void {
    this.#route = route;
  }

  /** @param mail - queued; dropped where there is no route, or the queue is full */
  send(mail: Mail): void {
    const route = this.#route;
    if (route === undefined) return;
    if (this.#queue.waiting >= QUEUE_MAX) {
      this.#log(`SMTP alert dropped, ${QUEUE_MAX} are waiting: ${mail.subject}`);
      return;
    }
    const when = new Date();
    this.#queue.add(topicOf(mail), async () => this.#deliver(mail, when, await route));
  }

  /**
   * Waits until every queued mail has been sent or has failed.
   * @param grace - how long at the most
   */
  async flush(grace: Duration): Promise<void> {
    await atMost(grace, this.#queue.whenIdle());
    const unsent = this.#queue.unfinished;
    if (unsent > 0) this.#log(`${unsent} SMTP alerts were not sent in time`);
  }

  async #deliver(mail: Mail, when: Date, route: MailRoute): Promise<void> {
    const { host, port, connectTimeout } = route;
    if (route.to.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    try {
      const connection = await openRelay(host, port, connectTimeout);
      const limit = times(connectTimeout, DIALOGUE_LIMIT);
      const late = new Error(`not done within ${inSeconds(limit)} s`);
      timer = setTimeout(() => connection.destroy(late), limit);
      const endpoint = `[${connection.remoteAddress ?? host}]:${connection.remotePort ?? port}`;
      this.#log(`Remote SMTP server ${endpoint} connected.`);
      const { default: nodemailer } = await import('nodemailer');
      const transport = nodemailer.createTransport({
        getSocket: (_options, take) => take(null, { connection }),
        name: route.heloName,
        secure: false,
        ignoreTLS: true,
        greetingTimeout: connectTimeout,
        socketTimeout: connectTimeout,
      });
      const raw = composeMail(mail, route, when);
      const envelope = { from: route.from, to: [...route.to] };
      const { rejected } = await transport.sendMail({ envelope, raw });
      if (rejected.length > 0) throw new Error(`refused for ${rejected.map(String).join(', ')}`);
      this.#log('SMTP alert successfully sent.');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log(`SMTP alert to [${host}]:${port} failed (${mail.subject}): ${reason}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** All subjects name what they are about, and then what has become of it: `Realserver … - DOWN`. */
function topicOf({ subject }: Mail): string {
  return subject.split(' - ', 1)[0] ?? subject;
}
