// A director with the servers of all stories, and what it has told of each of them.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon, type Implementation } from '../lib/daemon.ts';
import type { Host } from '../lib/lan.ts';
import { MailSink } from '../lib/mail-sink.ts';
import { WebServer } from '../lib/web-server.ts';
import {
  configurationOf,
  OTHER_PORT,
  serverOf,
  SERVERS,
  serviceOf,
  WEB_PORT,
  weightFile,
  type Server,
  type Step,
  type Story,
} from './stories.ts';
import { globalsOf, Witness, type Told } from './witness.ts';

/** Ends with the number in a file. */
const WEIGH = 'read -r weight <"$1"\nexit "$weight"\n';

/** What is told. */
export interface Tale {
  readonly stories: readonly Story[];
  /** Lines of global_defs. */
  readonly globals: string;
}

/** A director of all stories. */
export class Storyteller {
  readonly daemon: Daemon;
  readonly stories: readonly Story[];
  readonly #host: Host;
  readonly #witness: Witness;

  private constructor(
    host: Host,
    implementation: Implementation,
    { mails, stories, globals }: Tale & { mails: MailSink },
  ) {
    const { folder } = host;
    this.stories = stories;
    writeFileSync(join(folder, 'weigh'), WEIGH);
    for (const [i, { servers }] of stories.entries())
      for (const j of servers.keys()) writeFileSync(weightFile(folder, i, SERVERS[j] ?? 'a'), '0');
    const configuration = `${globalsOf(folder, globals)}${configurationOf(stories, folder)}\n`;
    this.#host = host;
    this.daemon = new Daemon(host, implementation, { configuration, flags: ['-C'] });
    this.#witness = new Witness(host, this.daemon, mails);
  }

  /** @returns one whose servers run, and whose daemon does not yet */
  static async prepare(
    host: Host,
    implementation: Implementation,
    tale: Tale,
  ): Promise<Storyteller> {
    const web = new WebServer(host, [WEB_PORT, OTHER_PORT]);
    const [mails] = await Promise.all([MailSink.start(host), web.start()]);
    return new Storyteller(host, implementation, { ...tale, mails });
  }

  /**
   * Lets the servers turn that turn in an event, all at once.
   * @param step - which event; 0: before the start
   */
  async enact(step: number): Promise<void> {
    const rules = this.stories.flatMap(({ badAtStart = [], steps }, story) => {
      const event = steps[step - 1]?.turn;
      const atStart = badAtStart.map((server) => [server, 'bad'] as const);
      const turns = step === 0 ? atStart : event === undefined ? [] : [event];
      return turns.flatMap((turn) => this.#turn(story, turn));
    });
    if (rules.length === 0) return;
    const input = ['*filter', ...rules, 'COMMIT', ''].join('\n');
    await this.#host.exec(['iptables-legacy-restore', '-w', '--noflush'], { input });
  }

  /** @returns a rule of iptables, if it takes one */
  #turn(story: number, [server, to]: NonNullable<Step['turn']>): string[] {
    if (typeof to === 'number') {
      const file = weightFile(this.#host.folder, story, server);
      writeFileSync(`${file}.new`, String(to));
      // A script that reads an empty file would end with 2.
      renameSync(`${file}.new`, file);
      return [];
    }
    const how = to.endsWith('bad') ? '-I' : '-D';
    const port = to.startsWith('other') ? OTHER_PORT : WEB_PORT;
    // What has begun comes to its end.
    const connections = `-p tcp --syn --dport ${port} -j REJECT --reject-with tcp-reset`;
    const own = to.startsWith('other') ? undefined : this.stories[story]?.packets;
    return [`${how} INPUT -d ${serverOf(story, server)} ${own ?? connections}`];
  }

  /**
   * @param step - how many events have been; Infinity: all, and the stop
   * @returns in words, what is still to be told of them; nothing once all of it is
   */
  missing(step: number): string[] {
    const log = this.daemon.log();
    const told = this.told();
    const isStop = step === Infinity;
    const isOurs = this.daemon.implementation === 'tandemd';
    return this.stories.flatMap((story, i) => {
      const { fifo = [], notify = [], mails = [] } = told[i] ?? {};
      const lines = story.stop?.length ?? 0;
      // keepalived ends before all of its last scripts have, and when it has connected for its mails.
      const stop = isStop ? [{ told: lines, mails: isOurs ? lines : 0 }] : [];
      const isSilent = story.isScriptless === true || (isStop && !isOurs);
      const events = [story.start, ...story.steps.slice(0, step), ...stop];
      const news = sumOf(events.map((each) => each.told));
      const wanted = [
        { what: 'lines', has: fifo.length, wants: news },
        { what: 'scripts', has: notify.length, wants: isSilent ? 0 : news },
        {
          what: 'mails',
          has: mails.length,
          wants: sumOf(events.map((each) => each.mails ?? each.told)),
        },
        ...linesOf(story, i, step).map((line) => ({
          what: line,
          has: log.split(`${line}\n`).length - 1,
          wants: linesOf(story, i, step).filter((each) => each === line).length,
        })),
        // A server that was never good does not go bad.
        ...firstResults(story, i).map(({ address, checkers }) => ({
          what: `first results of ${address}`,
          has: log.split('\n').filter((line) => line.includes(address) && / succe/.test(line))
            .length,
          wants: checkers,
        })),
      ];
      return wanted
        .filter(({ has, wants }) => has < wants)
        .map(({ what, has, wants }) => `${story.name}: ${what}: ${has} of ${wants}`);
    });
  }

  /** @returns what each service was told of so far */
  told(): readonly Told[] {
    return this.#witness.told(this.stories.map((_, i) => serviceOf(i)));
  }

  /** How many connections were made for mails so far. */
  connections(): number {
    return this.#witness.connections();
  }

  /**
   * @returns what the log said of the first server of each story, from its first results on, which
   *   come in any order
   */
  said(): readonly (readonly string[])[] {
    const lines = this.daemon.log().split('\n');
    return this.stories.map(({ start: { log = [] } }, i) => {
      const own = lines
        .filter((line) => line.includes(`[${serverOf(i, 'a')}]`))
        .filter((line) => !/: (?:Activating|Shutting) /.test(line))
        .map((line) => line.replace(/^.* \d{4}: /, ''));
      const first = [log].flat().length;
      return [...own.slice(0, first).toSorted(), ...own.slice(first)];
    });
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

/** Lines of the log that the events make, with the names that they have there. */
function linesOf({ start, steps }: Story, i: number, step: number): string[] {
  const named = (line: string): string =>
    line
      .replace(/ service$/, ` [${serviceOf(i)}]:tcp:80`)
      .replace(/ (a|b|c) /, (_, server: Server) => ` [${serverOf(i, server)}]:tcp:${WEB_PORT} `);
  return [start, ...steps.slice(0, step)].flatMap(({ log = [] }) => [log].flat().map(named));
}

/** Of each server that is good at first, how many checkers say so. */
function firstResults(
  { servers, badAtStart = [] }: Story,
  i: number,
): { address: string; checkers: number }[] {
  return servers.flatMap((lines, j) => {
    const server = SERVERS[j] ?? 'a';
    if (badAtStart.includes(server)) return [];
    const checkers = Math.max(1, lines.split('_CHECK {').length - 1);
    return [{ address: `[${serverOf(i, server)}]`, checkers }];
  });
}
