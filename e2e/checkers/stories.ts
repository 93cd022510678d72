// Virtual servers of which one real server after the other turns, and what that is told of.
import { join } from 'node:path';
import { tellingScript } from './witness.ts';

/** What real servers are called in steps, by their position. */
export type Server = 'a' | 'b' | 'c';

/** One event, and how much is told of it. */
export interface Step {
  /** Which server turns, and to what: a port that refuses or takes connections, or a weight. */
  readonly turn?: readonly [
    server: Server,
    to: 'bad' | 'good' | 'other bad' | 'other good' | number,
  ];
  /** How many lines of the FIFO; as many scripts are run and mails sent. */
  readonly told: number;
  /** Mails, where they are not as many. */
  readonly mails?: number;
  /** Lines of the log, with `a`, `b`, `c` and `service` for names. */
  readonly log?: string | readonly string[];
}

/** One virtual server and its fate. */
export interface Story {
  /** Of the test. */
  readonly name: string;
  /** Lines of the virtual server. */
  readonly service: string;
  /** Lines of each real server, beside scripts; its checker unless that is written there. */
  readonly servers: readonly string[];
  /** Which packets are refused while a server is bad, and how: those for its port unless given. */
  readonly packets?: string;
  /** Has no scripts. */
  readonly isScriptless?: true;
  /** Which servers are bad when the daemons start. */
  readonly badAtStart?: readonly Server[];
  /** What is told of the start. */
  readonly start: Omit<Step, 'turn'>;
  readonly steps: readonly Step[];
  /** Which scripts are run at the stop, with as many lines of the FIFO: only with omega. */
  readonly stop?: readonly string[];
}

export const WEB_PORT = 80;
export const OTHER_PORT = 81;
export const SERVERS: readonly Server[] = ['a', 'b', 'c'];

/** @returns the address of a service */
export function serviceOf(story: number): string {
  return `10.40.1.${story + 1}`;
}

/** @returns the address of a real server */
export function serverOf(story: number, server: Server | 'sorry'): string {
  return `127.${story + 2}.${server === 'sorry' ? 9 : SERVERS.indexOf(server) + 1}.1`;
}

/** @returns the file with the weight of a real server */
export function weightFile(folder: string, story: number, server: Server): string {
  return join(folder, `weight-${story}-${server}`);
}

/** Of all checkers. */
export const TIMING = 'delay_loop 0.5\n  warmup 0';

/** @returns a checker that connects to that port, by default without a second try */
export function tcp(port: number, tries = 'retry 0'): string {
  return `TCP_CHECK {\n  ${TIMING}\n  connect_timeout 30\n  connect_port ${port}\n  ${tries}\n}`;
}

const BOTH = `${tcp(WEB_PORT)}\n${tcp(OTHER_PORT)}`;
/** The script ends with the number of the file, if it is one at all. */
const DYNAMIC = `smtp_alert off
MISC_CHECK {
  misc_path "/usr/bin/sh FOLDER/weigh FILE"
  misc_dynamic
  misc_timeout 30
  delay_loop 0.5
  warmup 0
  retry 0
}`;

/** Log lines, of a server and its service. */
const ADDING = (server: Server): string => `Adding service ${server} to VS service`;
const REMOVING = (server: Server): string => `Removing service ${server} from VS service`;
const DISABLING = (server: Server): string => `Disabling service ${server} of VS service`;
const ENABLING = (server: Server): string => `Enabling service ${server} of VS service`;

export const STORIES: readonly Story[] = [
  {
    name: 'the quorum follows weights, with hysteresis both ways',
    service: 'quorum 3\nhysteresis 1\nomega',
    servers: ['weight 3', 'weight 2', 'weight 1'],
    start: { told: 1 },
    steps: [
      { turn: ['a', 'bad'], told: 1, log: REMOVING('a') },
      { turn: ['b', 'bad'], told: 2, log: 'Lost quorum 3-1=2 > 1 for VS service' },
      { turn: ['b', 'good'], told: 1, log: ADDING('b') },
      { turn: ['a', 'good'], told: 2, log: 'Gained quorum 3+1=4 <= 6 for VS service' },
      { turn: ['c', 'bad'], told: 1, log: REMOVING('c') },
      { turn: ['b', 'bad'], told: 1, log: REMOVING('b') },
      { turn: ['a', 'bad'], told: 2, log: 'Lost quorum 3-1=2 > 0 for VS service' },
      { turn: ['a', 'good'], told: 1, log: ADDING('a') },
      { turn: ['c', 'good'], told: 2, log: 'Gained quorum 3+1=4 <= 4 for VS service' },
    ],
    // One of the real servers is bad.
    stop: ['a notify_down', 'c notify_down', 'service quorum_down'],
  },
  {
    name: 'a sorry server takes over from all',
    service: `quorum 2\nsorry_server SORRY ${WEB_PORT}`,
    servers: ['', '', ''],
    start: { told: 1 },
    steps: [
      { turn: ['a', 'bad'], told: 1, log: REMOVING('a') },
      { turn: ['b', 'bad'], told: 2, log: 'Lost quorum 2-0=2 > 1 for VS service' },
      { turn: ['c', 'bad'], told: 1, log: REMOVING('c') },
      { turn: ['a', 'good'], told: 1, log: ADDING('a') },
      { turn: ['c', 'good'], told: 2, log: 'Gained quorum 2+0=2 <= 2 for VS service' },
    ],
  },
  {
    name: 'a sorry server at weight 0, and real servers that stay at it',
    service: `quorum 1\nsorry_server SORRY ${WEB_PORT}\nsorry_server_inhibit`,
    servers: ['inhibit_on_failure', ''],
    start: { told: 1 },
    steps: [
      { turn: ['a', 'bad'], told: 1, log: DISABLING('a') },
      { turn: ['b', 'bad'], told: 2, log: 'Lost quorum 1-0=1 > 0 for VS service' },
      { turn: ['a', 'good'], told: 2, log: 'Gained quorum 1+0=1 <= 1 for VS service' },
      { turn: ['b', 'good'], told: 1, log: ADDING('b') },
    ],
  },
  {
    name: 'all real servers stay at weight 0',
    service: 'quorum 2\nhysteresis 1\ninhibit_on_failure',
    servers: ['weight 2', 'weight 1'],
    start: { told: 1 },
    steps: [
      { turn: ['a', 'bad'], told: 1, log: DISABLING('a') },
      { turn: ['b', 'bad'], told: 2, log: 'Lost quorum 2-1=1 > 0 for VS service' },
      { turn: ['a', 'good'], told: 1, log: ENABLING('a') },
      { turn: ['b', 'good'], told: 2, log: 'Gained quorum 2+1=3 <= 3 for VS service' },
    ],
  },
  {
    name: 'alpha: a server that is bad at the start, beside a sorry server',
    service: `alpha\nquorum 2\nhysteresis 1\nsorry_server SORRY ${WEB_PORT}`,
    servers: ['weight 3'],
    badAtStart: ['a'],
    start: { told: 2, mails: 1 },
    steps: [
      { turn: ['a', 'good'], told: 2, log: 'Gained quorum 2+1=3 <= 3 for VS service' },
      { turn: ['a', 'bad'], told: 2, log: 'Lost quorum 2-1=1 > 0 for VS service' },
      { turn: ['a', 'good'], told: 2, log: 'Gained quorum 2+1=3 <= 3 for VS service' },
    ],
  },
  {
    name: 'alpha: a server that is good at the start',
    service: 'alpha\nomega',
    servers: [''],
    start: { told: 2 },
    steps: [
      { turn: ['a', 'bad'], told: 2, log: 'Lost quorum 1-0=1 > 0 for VS service' },
      { turn: ['a', 'good'], told: 2, log: 'Gained quorum 1+0=1 <= 1 for VS service' },
    ],
    stop: ['a notify_down', 'service quorum_down'],
  },
  {
    name: 'the quorum follows what scripts say of the weight',
    service: 'quorum 5\nhysteresis 2',
    servers: [`weight 4\n${DYNAMIC}`, `weight 3\n${DYNAMIC}`],
    start: { told: 1 },
    steps: [
      {
        turn: ['a', 2],
        told: 0,
        log: 'Changing weight from 4 to 0 for active service a of VS service',
      },
      { turn: ['b', 4], told: 1, log: 'Lost quorum 5-2=3 > 2 for VS service' },
      {
        turn: ['a', 6],
        told: 0,
        log: 'Changing weight from 0 to 4 for active service a of VS service',
      },
      { turn: ['b', 1], told: 1, mails: 0, log: REMOVING('b') },
      { turn: ['b', 5], told: 2, mails: 1, log: 'Gained quorum 5+2=7 <= 7 for VS service' },
    ],
  },
  {
    name: 'two checkers of one server: each of them writes',
    service: '',
    servers: [BOTH, ''],
    start: { told: 1 },
    steps: [
      { turn: ['a', 'bad'], told: 1, log: REMOVING('a') },
      { turn: ['a', 'other bad'], told: 0, mails: 1 },
      { turn: ['a', 'good'], told: 0, mails: 1 },
      { turn: ['a', 'other good'], told: 1, log: ADDING('a') },
    ],
  },
];

/** @returns lines of the virtual servers, whose scripts call `tell` with what has happened */
export function configurationOf(stories: readonly Story[], folder: string): string {
  return stories
    .map((story, i) => {
      const script = (keyword: string, who: string): string =>
        story.isScriptless ? '' : tellingScript(folder, keyword, `${serviceOf(i)} ${who}`);
      const servers = story.servers.map((lines, j) => {
        const server = SERVERS[j] ?? 'a';
        const own = lines
          .replaceAll('FOLDER', folder)
          .replaceAll('FILE', weightFile(folder, i, server));
        return `real_server ${serverOf(i, server)} ${WEB_PORT} {
${script('notify_up', server)}
${script('notify_down', server)}
${own}
${own.includes('_CHECK') ? '' : tcp(WEB_PORT)}
}`;
      });
      return `virtual_server ${serviceOf(i)} 80 {
lvs_sched rr
lvs_method NAT
protocol TCP
${script('quorum_up', 'service')}
${script('quorum_down', 'service')}
${story.service.replaceAll('SORRY', serverOf(i, 'sorry'))}
${servers.join('\n')}
}`;
    })
    .join('\n');
}
