/** What keepalived 2.2.7 says of attempts, in log and mail, by checker; odd grammar included. */
import type { CheckSettings, MiscCheckSettings } from './check-settings.ts';
import type { CheckState } from './check.ts';
import type { PageTest } from './page-verdict.ts';
import type { ProbeFailure } from './probe.ts';

/** What was wrong with an attempt. */
export interface Problem {
  readonly reason: ProbeFailure | PageTest;
  readonly detail: string;
  readonly code?: number;
}

/** What is said of one kind of checker. */
interface Words {
  /** Of a success that is news. */
  readonly success?: (state: CheckState) => string;
  /** Of a failed attempt, with log_all_failures; `last` when it brings the server down. */
  readonly failure?: (state: CheckState, problem: Problem, last: boolean) => string | undefined;
  /** Of the failure that brings the server down. */
  readonly down: (state: CheckState, problem: Problem) => string;
  /**
   * What becomes of a first failure where alpha has the server down already: FIFOs and notify_down
   * are told, with a mail or without; absent: nobody is.
   */
  readonly alphaDown?: 'told' | 'mailed';
  /** Of mails; absent: there is none. */
  readonly mail?: {
    readonly up: (state: CheckState) => string;
    readonly down: (state: CheckState, problem: Problem) => string;
  };
}

const NO_ANSWER: { readonly [reason in Problem['reason']]?: string } = {
  'connect-timeout': 'Timeout connecting server',
  'read-timeout': 'Timeout WEB read server',
  'too-slow': 'Timeout WEB read server',
  'no-data': 'Read, no data received from  server',
  reset: 'Read error with server',
  handshake: 'SSL handshake/communication error connecting to server',
  status: 'HTTP status code error to server',
  digest: 'MD5 digest error to server',
  regex: 'Regex match failed server',
};

const SMTP: { readonly [reason in Problem['reason']]?: string } = {
  'connect-timeout': 'Connection timeout to',
  'read-timeout': 'Read timeout from',
  'too-slow': 'Read timeout from',
  'no-data': 'Read failure from',
  reset: 'Read failure from',
  'bad-greeting': 'Bad greeting banner from',
  'bad-helo': 'Bad HELO response from',
};

const HTTP: Words = {
  success: ({ realServer }) => `Remote Web server ${realServer} succeed on service.`,
  failure: ({ realServer }, { reason }) =>
    `${NO_ANSWER[reason] ?? 'Connection failed server'} ${realServer}.`,
  // It names the configured retries even where the first result needed none.
  down: ({ realServer, settings: { retry } }) =>
    `HTTP_CHECK on service ${realServer} failed${retry > 0 ? ` after ${retry} retries` : ''}.`,
  mail: {
    up: () => '=> CHECK succeed on service <=',
    down: () => '=> CHECK failed on service : HTTP request failed <=',
  },
};

function mail(name: string): NonNullable<Words['mail']> {
  return {
    up: () => `=> ${name} succeed on service <=`,
    down: () => `=> ${name} failed on service <=`,
  };
}

/** ` after 2 retries` */
function tried({ hasRun, settings: { retry } }: CheckState): string {
  return hasRun && retry > 0 ? ` after ${retry} retries` : '';
}

function smtpWords(state: CheckState, { reason }: Problem): string {
  const { settings } = state;
  const { address, port } = 'target' in settings ? settings.target : { address: '', port: 0 };
  return `${SMTP[reason] ?? 'Could not connect to'} server [${address}]:${port}`;
}

function dnsWords({ realServer }: CheckState, { reason, detail, code }: Problem): string {
  const name = `DNS_CHECK (${realServer})`;
  if (reason === 'bad-rcode') return `${name} read error occurred. (rcode = ${code ?? 0})`;
  if (reason === 'read-timeout') return `${name} read timeout from socket`;
  const why = reason === 'refused' ? 'errno 111 (Connection refused)' : detail;
  return `${name} failed to read socket; ${why}`;
}

/**
 * @param settings - of a checker whose script cannot be run
 * @param detail - why
 * @returns what is said of it
 */
export function notRunText({ command }: MiscCheckSettings, detail: string): string {
  return `Disabling misc script '${command.argv[0] ?? ''}' since not found/accessible: ${detail}`;
}

function miscName({ settings, realServer, virtualServer }: CheckState): string {
  const program = settings.type === 'MISC_CHECK' ? settings.command.argv[0] : '';
  return `Misc check for [${realServer} VS ${virtualServer}] by [${program ?? ''}]`;
}

function miscWords(state: CheckState, problem: Problem, retries: string): string {
  const { reason, code = 0, detail } = problem;
  const name = miscName(state);
  if (reason === 'timed-out') return `${name} timed out${retries}.`;
  if (reason === 'exited') return `${name} failed${retries} (exited with status ${code}).`;
  if (reason === 'signalled') return `${name} failed${retries} (due to signal ${code}).`;
  return `${name} failed${retries} (${detail}).`;
}

/** MISC_CHECK alone knows the singular. */
function countOf(retries: number): string {
  return retries === 1 ? '1 retry' : `${retries} retries`;
}

function miscRetry({ failures, settings: { retry } }: CheckState): string {
  return failures === 0 ? `, will do ${countOf(retry)}` : ` on retry ${failures}/${retry}`;
}

function fileWords({ settings, realServer }: CheckState, news: string): string {
  const name = settings.type === 'FILE_CHECK' ? settings.name : '';
  return `(${realServer}): tracked file ${name} ${news} FAULT state`;
}

function bfdWords({ settings, realServer }: CheckState, news: 'UP' | 'DOWN'): string {
  return `BFD check of [${sessionOf(settings)}] RS(${realServer}) is ${news}`;
}

function sessionOf(settings: CheckSettings): string {
  return settings.type === 'BFD_CHECK' ? settings.name : '';
}

/** By type of checker. */
export const WORDS: Readonly<Record<CheckSettings['type'], Words>> = {
  HTTP_GET: HTTP,
  SSL_GET: HTTP,
  TCP_CHECK: {
    alphaDown: 'told',
    success: ({ realServer }) => `TCP connection to ${realServer} success.`,
    failure: ({ realServer }, { reason }) =>
      `TCP connection to ${realServer} ${reason === 'connect-timeout' ? 'timeout' : 'failed'}.`,
    down: (state) => `TCP_CHECK on service ${state.realServer} failed${tried(state)}.`,
    mail: mail('TCP CHECK'),
  },
  UDP_CHECK: {
    alphaDown: 'told',
    success: ({ realServer }) => `UDP connection to ${realServer} success.`,
    failure: ({ realServer }, { reason }) =>
      reason === 'mismatch' || reason === 'bad-length'
        ? `UDP check to ${realServer} reply data mismatch.`
        : `UDP connection to ${realServer} failed.`,
    down: (state) => `UDP_CHECK on service ${state.realServer} failed${tried(state)}.`,
    mail: mail('UDP CHECK'),
  },
  PING_CHECK: {
    alphaDown: 'told',
    success: ({ realServer }) => `ICMP connection to ${realServer} success.`,
    failure: ({ realServer }) => `ICMP connection to address ${realServer} timeout.`,
    down: (state) => {
      const after = tried(state);
      const of = after === '' ? '' : ` of ${state.virtualServer}`;
      return `ICMP CHECK on service ${state.realServer}${of} failed${after}.`;
    },
    mail: mail('ICMP CHECK'),
  },
  SMTP_CHECK: {
    alphaDown: 'told',
    success: ({ realServer }) => `Remote SMTP server ${realServer} succeed on service.`,
    failure: (state, problem, last) =>
      last ? undefined : `SMTP_CHECK ${smtpWords(state, problem)}`,
    down: (state, problem) => `SMTP_CHECK ${smtpWords(state, problem)}`,
    mail: {
      up: () => '=> CHECK succeed on service <=',
      down: (state, problem) => `=> CHECK failed on service : ${smtpWords(state, problem)} <=`,
    },
  },
  DNS_CHECK: {
    alphaDown: 'told',
    failure: (state, problem, last) => (last ? undefined : dnsWords(state, problem)),
    down: (state, problem) => `${dnsWords(state, problem)}${tried(state)}`,
    mail: {
      up: () => '=> DNS_CHECK: succeed on service <=',
      down: () => '=> DNS_CHECK: failed on service <=',
    },
  },
  MISC_CHECK: {
    alphaDown: 'mailed',
    success: (state) => `${miscName(state)} succeeded.`,
    failure: (state, problem, last) =>
      last ? undefined : miscWords(state, problem, miscRetry(state)),
    down: (state, problem) => {
      const { retry } = state.settings;
      const retries = retry > 0 ? ` after ${countOf(retry)}` : ' with retry disabled';
      return miscWords(state, problem, retries);
    },
    mail: {
      up: () => '=> MISC CHECK succeeded on service <=',
      down: (_, { reason }) =>
        `=> MISC CHECK ${reason === 'timed-out' ? 'timed out' : 'failed'} on service <=`,
    },
  },
  FILE_CHECK: {
    success: (state) => fileWords(state, 'leaving'),
    down: (state) => fileWords(state, 'now'),
  },
  BFD_CHECK: {
    alphaDown: 'told',
    success: (state) => bfdWords(state, 'UP'),
    down: (state) => bfdWords(state, 'DOWN'),
    mail: {
      up: ({ settings }) => `=> BFD CHECK ${sessionOf(settings)} succeeded on service <=`,
      down: ({ settings }) => `=> BFD CHECK ${sessionOf(settings)} failed on service <=`,
    },
  },
};
