/** A box that tells of all that happens to it: by FIFOs, their script and notify scripts. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import { Lan, type Host } from '../lib/lan.ts';
import { MailSink } from '../lib/mail-sink.ts';
import { programPath } from '../lib/program.ts';
import { waitUntil } from '../lib/wait.ts';
import { configurationsIn } from './configuration.ts';
import { collectNews, FifoReader, FileReader, MailReader, type News } from './listener.ts';

/**
 * FIFO: of all; script: what that of VRRP tells its script; notify: arguments of scripts; mail:
 * subjects.
 */
export type BoxNews = News<'fifo' | 'script' | 'notify' | 'mail'>;

const LIMIT_MS = 10_000;

/** One daemon alone on a LAN, with a machine beside it that can forge adverts. */
export class NotifyingBox {
  readonly daemon: Daemon;
  readonly fifo: FifoReader;
  readonly mails: MailSink;
  readonly #lan: Lan;
  /** Configuration without GONE and LEFT. */
  readonly #less: string;
  readonly #sources: Parameters<typeof collectNews<keyof BoxNews>>[0];

  private constructor(lan: Lan, implementation: Implementation, mails: MailSink) {
    this.#lan = lan;
    const { all: configuration, less } = configurationsIn(this.#host.folder);
    this.#less = less;
    this.daemon = new Daemon(this.#host, implementation, { configuration, flags: ['-P'] });
    this.fifo = new FifoReader(this.#path('fifo'));
    this.mails = mails;
    this.#sources = {
      fifo: this.fifo,
      script: new FileReader(this.#path('script.log')),
      notify: new FileReader(this.#path('notify.log')),
      mail: new MailReader(mails),
    };
  }

  /** Makes it; its daemon does not run yet. */
  static async create(implementation: Implementation): Promise<NotifyingBox> {
    const lan = await Lan.create([
      { name: 'box', address: '10.30.6.1/24' },
      { name: 'other', address: '10.30.6.2/24' },
    ]);
    const mails = await MailSink.start(lan.host('box'));
    const box = new NotifyingBox(lan, implementation, mails);
    await box.#isUp();
    return box;
  }

  /** The LAN has looked at its own ends only. */
  async #isUp(): Promise<void> {
    const isUp = async (): Promise<boolean> => {
      const { stdout } = await this.#host.exec(['ip', '-o', 'link', 'show', 'eth0']);
      return stdout.includes('state UP');
    };
    await waitUntil('eth0 up', isUp, { limitMs: LIMIT_MS });
  }

  /** Ends everything and removes it. */
  async destroy(): Promise<void> {
    this.fifo.close();
    await this.#lan.destroy();
  }

  /** Whether its FIFOs are there. */
  fifos(): boolean[] {
    return ['fifo', 'vrrp-fifo', 'lvs-fifo'].map((name) => existsSync(this.#path(name)));
  }

  /** Changes the file that the instance ONE follows. */
  track(value: number): void {
    writeFileSync(this.#path('tracked'), `${value}\n`);
  }

  /** Keeps S1 in FAULT, or no longer. */
  hold(isHeld: boolean): void {
    writeFileSync(this.#path('held'), isHeld ? '1\n' : '0\n');
  }

  /** Makes the script that the instance CHECK follows fail, or not. */
  check(isGood: boolean): void {
    if (isGood) rmSync(this.#path('bad'));
    else writeFileSync(this.#path('bad'), '');
  }

  async setLink(state: 'up' | 'down'): Promise<void> {
    await this.#host.exec(['ip', 'link', 'set', 'eth0', state]);
  }

  /** Sends an advert for ONE from the machine beside. */
  async forge(priority: number): Promise<void> {
    const program = programPath('forged-advert-program');
    const words = ['10.30.6.2', '51', String(priority), '10.30.6.101'];
    await this.#lan.host('other').exec([process.execPath, program, ...words]);
  }

  /** Takes GONE and LEFT out of the configuration. */
  reload(): void {
    writeFileSync(this.#path('keepalived.conf'), this.#less);
    this.daemon.signal('SIGHUP');
  }

  /** @returns what was told since the last call, once it is so much */
  news(expected: BoxNews): Promise<BoxNews> {
    return collectNews(this.#sources, expected);
  }

  get #host(): Host {
    return this.#lan.host('box');
  }

  #path(name: string): string {
    return join(this.#host.folder, name);
  }
}
