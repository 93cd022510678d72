// Virtual servers with switches of mails of their own, and the global ones around them.
import { OTHER_PORT, tcp, TIMING, WEB_PORT, type Step, type Story } from './stories.ts';

/** Switches of global_defs, and what they leave to write of. */
export interface Globals {
  readonly lines: string;
  /** Whether a virtual server writes that says nothing of it. */
  readonly service: boolean;
  /** The same of a real server. */
  readonly server: boolean;
  /** Whether each checker is news, or only the real server. */
  readonly checkers: boolean;
}

export const GLOBALS: readonly Globals[] = [
  { lines: '', service: false, server: true, checkers: true },
  { lines: 'smtp_alert_checker', service: true, server: true, checkers: true },
  {
    lines: 'smtp_alert on\nno_checker_emails',
    service: true,
    server: true,
    checkers: false,
  },
  {
    lines: 'smtp_alert off\nchecker_log_all_failures',
    service: false,
    server: false,
    checkers: true,
  },
  {
    lines: 'smtp_alert on\nsmtp_alert_checker off',
    service: false,
    server: false,
    checkers: true,
  },
  {
    lines: 'smtp_alert off\nsmtp_alert_checker on\nno_checker_emails\nchecker_log_all_failures on',
    service: true,
    server: true,
    checkers: false,
  },
];

type Switch = 'on' | 'off' | undefined;

/** What a virtual server says, and its real server. */
const SWITCHES: readonly (readonly [service: Switch, server: Switch])[] = [
  [undefined, undefined],
  [undefined, 'on'],
  [undefined, 'off'],
  ['on', undefined],
  ['on', 'off'],
  ['off', undefined],
  ['off', 'on'],
];

const TWICE = 'retry 1\n  delay_before_retry 0.1';
const CHECKERS = `${tcp(WEB_PORT, TWICE)}\n${tcp(OTHER_PORT, TWICE)}`;
const FAILURE = 'TCP_CHECK on service a failed after 1 retries.';
const SUCCESS = 'TCP connection to a success.';

/** Of the two checkers, both ways. */
const EVENTS = [
  { turn: ['a', 'bad'], told: 2, log: FAILURE },
  { turn: ['a', 'other bad'], told: 0, log: FAILURE },
  { turn: ['a', 'good'], told: 0, log: SUCCESS },
  { turn: ['a', 'other good'], told: 2, log: SUCCESS },
] as const satisfies readonly Step[];

/** A checker of another kind, in the place of the first of the two. */
interface Kind {
  readonly name: string;
  readonly checker: string;
  readonly success: string;
  readonly packets?: string;
}

const KINDS: readonly Kind[] = [
  {
    name: 'HTTP_GET',
    checker: `url {\n  path /apache2-default/index.html\n  status_code 200\n  }`,
    success: 'Remote Web server a succeed on service.',
  },
  {
    name: 'PING_CHECK',
    checker: '',
    success: 'ICMP connection to a success.',
    packets: '-p icmp -j REJECT --reject-with icmp-host-prohibited',
  },
];

/**
 * @param globals - around them
 * @returns a virtual server for each kind of checker, which tells of all failures, beside one of TCP
 */
function kindStories(globals: Globals): Story[] {
  return KINDS.map(({ name, checker, success, packets }): Story => {
    const own = `${checker}\n  log_all_failures`;
    const [first, second, third, last] = EVENTS;
    const mails = globals.checkers ? 1 : 0;
    return {
      name: `${name} that tells of all failures`,
      service: lineOf('on'),
      servers: [`${lineOf('on')}\n${checkerOf(name, own)}\n${tcp(OTHER_PORT, TWICE)}`],
      isScriptless: true,
      ...(packets !== undefined && { packets }),
      start: { told: 1, log: [success, SUCCESS] },
      steps: [
        { turn: first.turn, told: first.told },
        { ...second, mails },
        { ...third, mails, log: success },
        last,
      ],
    };
  });
}

/**
 * @param globals - around them
 * @returns a virtual server with one real server for each pair of switches
 */
export function alertStories(globals: Globals): Story[] {
  const pairs = SWITCHES.map(([service, server]): Story => {
    const ofService = writes(service, globals.service) ? 1 : 0;
    const isServerHeard = writes(server, globals.server);
    return {
      name: `virtual server ${service ?? 'unsaid'}, real server ${server ?? 'unsaid'}`,
      service: lineOf(service),
      servers: [`${lineOf(server)}\n${CHECKERS}`],
      isScriptless: true,
      start: { told: 1, mails: ofService, log: [SUCCESS, SUCCESS] },
      steps: EVENTS.map((event) => {
        const isFlip = event.told > 0;
        const ofServer = isServerHeard && (isFlip || globals.checkers) ? 1 : 0;
        return { ...event, mails: ofServer + (isFlip ? ofService : 0) };
      }),
    };
  });
  return [...pairs, ...kindStories(globals), SENTINEL];
}

/** What should not have come has come before its last mails. */
const SENTINEL: Story = {
  name: 'one that turns after all others',
  service: lineOf('on'),
  servers: [`${lineOf('on')}\n${tcp(WEB_PORT)}`],
  isScriptless: true,
  start: { told: 1 },
  steps: [
    ...EVENTS.map(() => ({ told: 0 })),
    { turn: ['a', 'bad'], told: 2, log: 'Lost quorum 1-0=1 > 0 for VS service' },
  ],
};

function checkerOf(name: string, own: string): string {
  return `${name} {
  ${TIMING}
  connect_timeout 30
  ${TWICE}
  ${own}
}`;
}

function writes(own: Switch, inherited: boolean): boolean {
  return own === undefined ? inherited : own === 'on';
}

function lineOf(own: Switch): string {
  return own === undefined ? '' : `smtp_alert ${own}`;
}
