import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Background } from './command.ts';
import type { Host } from './lan.ts';
import { programPath } from './program.ts';
import { waitUntil } from './wait.ts';

/** A mail that arrived. */
export interface Mail {
  readonly atMs: number;
  /** Position of its connection among all: mails that are sent at the same time come in any order. */
  readonly connection: number;
  /** What the sender calls itself. */
  readonly hello: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** Header and body as sent. */
  readonly text: string;
}

/** Takes all mail on port 25 of a machine's localhost. */
export class MailSink {
  readonly #file: string;
  readonly #ready: string;
  readonly #program: Background;

  private constructor(file: string, ready: string, program: Background) {
    this.#file = file;
    this.#ready = ready;
    this.#program = program;
  }

  /** Starts it; returns when it listens. */
  static async start(host: Host): Promise<MailSink> {
    const file = join(host.folder, 'mails');
    const ready = join(host.folder, 'mail-ready');
    const words = [process.execPath, programPath('mail-sink-program'), file, ready];
    const program = host.start('mail-sink', words);
    const sink = new MailSink(file, ready, program);
    await waitUntil(`mail sink on ${host.name}`, () => existsSync(ready), { limitMs: 60_000 });
    return sink;
  }

  /** Mails that arrived so far, oldest first. */
  mails(): Mail[] {
    if (!existsSync(this.#file)) return [];
    const lines = readFileSync(this.#file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => {
      const mail = JSON.parse(line) as Omit<Mail, 'subject'>;
      return { ...mail, subject: /^Subject: (.*?)\r?$/im.exec(mail.text)?.[1] ?? '' };
    });
  }

  /** How many connections were made so far, whatever was sent in them. */
  connections(): number {
    return statSync(this.#ready).size;
  }

  /** Waits for a mail whose subject fits, among those after the first `after`. */
  async waitFor(subject: RegExp, options: { after?: number; limitMs: number }): Promise<Mail> {
    const look = (): Mail | undefined =>
      this.mails()
        .slice(options.after ?? 0)
        .find((mail) => subject.test(mail.subject));
    return waitUntil(`a mail with subject ${subject.source}`, look, { limitMs: options.limitMs });
  }

  /** Ends it. */
  stop(): Promise<void> {
    return this.#program.stop('SIGKILL');
  }
}
