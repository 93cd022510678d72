// Debian's own servers and the kernel, for each way in which they can fail, the same for both
// daemons: what each checker makes of each fault, or why there is no such thing.
import {
  check,
  follow,
  misc,
  OUT,
  placed,
  TIMING,
  url,
  WEIGHT,
  type Case,
  type Unplaced,
} from './case.ts';
import { file, word } from './servers.ts';
import {
  ANSWER,
  changed,
  common,
  EXPIRED_CERTIFICATE,
  endless,
  filtered,
  INDEX,
  kernel,
  nginx,
  OWN_CERTIFICATE,
  PAGE,
  postfix,
  QUESTION,
  real,
  refuses,
  refusesNames,
  stopped,
  stuck,
  unbound,
  unchanged,
  forgetsNames,
} from './real-servers.ts';
import { telling } from './witness.ts';

const DIGEST = 'digest c7b4690c8c46625ef0f328cd7a24a0a3';
const OTHER_PAGE = { good: PAGE, bad: PAGE.replace('works', 'worked') };
const NO_PAGE = { good: PAGE, bad: undefined };
const CLIENT_CERTIFICATE = 'ssl_client_certificate FOLDER/cert.pem;\n    ssl_verify_client on;';
const ONLY_A = 'if ($ssl_server_name != "a.example") { return 403; }';
const A = 'enable_sni\n  virtualhost a.example\n ';
/** What is checked, and what answers, at the usual port and at one for many. */
const WEB = web(80);
const NGINX = nginx(80);
const TLS = tls(443);
const TLS_NGINX = nginx(443, OWN_CERTIFICATE);
const TCP = check('TCP_CHECK', 80);
const SMTP = smtp(25);
const POSTFIX = postfix(25);
const DNS = check('DNS_CHECK', 53, 'type A\n  name www.example.org');
const UDP = check('UDP_CHECK', 53, `payload ${QUESTION}\n  require_reply ${ANSWER}`);
const SHARED_NGINX = common(nginx(8080));
const SHARED_TLS_NGINX = common(nginx(8443, OWN_CERTIFICATE));
const SHARED_POSTFIX = common(postfix(2525));
/** Of nginx: a page takes three seconds. */
const TRICKLE = 'limit_rate 100;';
/** Twelve times the limit is when we give up. */
const SOON = `connect_timeout 1\n  ${url(DIGEST)}`;
const PING = check('PING_CHECK', 80, 'log_all_failures');

const RESET = filtered('-p tcp -j REJECT --reject-with tcp-reset');
const HALF = filtered('-p tcp ! --syn -j DROP');
const LOST = filtered('-j DROP');

/** Ways to fail, in the order of the columns below. */
const FAULTS = {
  /** It takes seconds, within the limit: that is no failure. */
  slow: true,
  /** Its program is gone. */
  refused: true,
  /** Its program stands still. */
  stuck: true,
  /** Packets to it are lost. */
  silent: true,
  /** Its program answers, and not what it should. */
  wrong: true,
  reset: true,
  /** It takes connections, and hears nothing in them: closing one, keepalived waits five seconds. */
  half: true,
  /** An answer that does not end: keepalived reads it for ever, and does little else. */
  endless: true,
  /** A certificate that has expired, of nobody, for another name. */
  certificate: true,
} as const;

type Checked = ReturnType<typeof check>;
type Fault = keyof typeof FAULTS;
/** A case without its name, or why there is none. */
type Cell = Omit<Unplaced, 'name'> | string;

const NO_TLS = 'it has no TLS';
const NO_ANSWER = 'it waits for no answer';
const NO_CONNECTION = 'there are no connections';
const ONE_PACKET = 'an answer is one packet';
const NO_SERVER = 'there is no server';
const LATE = 'its answers come at once, or too late: late-cases.ts';

// prettier-ignore
const MATRIX: Readonly<Record<string, Readonly<Record<Fault, Cell>>>> = {
  http: {
    slow: { ...late('HTTP_GET', 80), serve: real(nginx(80, TRICKLE), unchanged), bad: WEIGHT },
    refused: { ...WEB, serve: real(NGINX, stopped), bad: OUT },
    stuck: { ...WEB, serve: real(NGINX, stuck), bad: OUT },
    silent: { ...web(8080), serve: real(SHARED_NGINX, LOST), bad: OUT },
    wrong: { ...WEB, serve: real(NGINX, changed(INDEX, OTHER_PAGE)), bad: OUT },
    reset: { ...web(8080), serve: real(SHARED_NGINX, RESET), bad: OUT },
    half: { ...web(8080), serve: real(SHARED_NGINX, HALF), bad: OUT, alone: true },
    endless: { ...check('HTTP_GET', 80, SOON), serve: real(nginx(80, 'limit_rate 30k;'), endless), bad: OUT, differs: true },
    certificate: NO_TLS,
  },
  ssl: {
    slow: { ...late('SSL_GET', 443), serve: real(nginx(443, `${OWN_CERTIFICATE}\n    ${TRICKLE}`), unchanged), bad: WEIGHT },
    refused: { ...TLS, serve: real(TLS_NGINX, stopped), bad: OUT },
    stuck: { ...TLS, serve: real(TLS_NGINX, stuck), bad: OUT },
    silent: { ...tls(8443), serve: real(SHARED_TLS_NGINX, LOST), bad: OUT },
    wrong: { ...TLS, serve: real(TLS_NGINX, changed(INDEX, OTHER_PAGE)), bad: OUT },
    reset: { ...tls(8443), serve: real(SHARED_TLS_NGINX, RESET), bad: OUT },
    half: { ...tls(8443), serve: real(SHARED_TLS_NGINX, HALF), bad: OUT, alone: true },
    endless: { ...check('SSL_GET', 443, SOON), serve: real(nginx(443, `${OWN_CERTIFICATE}\n    limit_rate 30k;`), endless), bad: OUT, differs: true },
    certificate: { ...TLS, serve: real(nginx(443, EXPIRED_CERTIFICATE), changed(INDEX, OTHER_PAGE)), bad: OUT },
  },
  tcp: {
    slow: LATE,
    refused: { ...TCP, serve: real(NGINX, stopped), bad: OUT },
    stuck: { ...TCP, serve: real(NGINX, stuck), bad: WEIGHT },
    silent: { ...check('TCP_CHECK', 8080), serve: real(SHARED_NGINX, LOST), bad: OUT },
    wrong: NO_ANSWER,
    reset: { ...check('TCP_CHECK', 8080), serve: real(SHARED_NGINX, RESET), bad: OUT },
    half: { ...check('TCP_CHECK', 8080), serve: real(SHARED_NGINX, HALF), bad: WEIGHT, alone: true },
    endless: NO_ANSWER,
    certificate: NO_TLS,
  },
  smtp: {
    slow: { ...late('SMTP_CHECK', 25), serve: real(postfix(25, 'sleep 2'), unchanged), bad: WEIGHT },
    refused: { ...SMTP, serve: real(POSTFIX, stopped), bad: OUT },
    stuck: { ...SMTP, serve: real(POSTFIX, stuck), bad: OUT },
    silent: { ...smtp(2525), serve: real(SHARED_POSTFIX, LOST), bad: OUT },
    wrong: { ...SMTP, serve: real(POSTFIX, refuses), bad: OUT },
    reset: { ...smtp(2525), serve: real(SHARED_POSTFIX, RESET), bad: OUT },
    half: { ...smtp(2525), serve: real(SHARED_POSTFIX, HALF), bad: OUT, alone: true },
    endless: 'Postfix has no such answer: late-cases.ts',
    certificate: NO_TLS,
  },
  dns: {
    slow: LATE,
    refused: { ...DNS, serve: real(unbound, stopped), bad: OUT },
    stuck: { ...DNS, serve: real(unbound, stuck), bad: OUT },
    silent: { ...DNS, serve: real(unbound, LOST), bad: OUT },
    wrong: { ...DNS, serve: real(unbound, refusesNames), bad: OUT },
    reset: NO_CONNECTION,
    half: NO_CONNECTION,
    endless: ONE_PACKET,
    certificate: NO_TLS,
  },
  udp: {
    slow: LATE,
    refused: { ...UDP, serve: real(unbound, stopped), bad: OUT },
    stuck: { ...UDP, serve: real(unbound, stuck), bad: OUT },
    silent: { ...UDP, serve: real(unbound, LOST), bad: OUT },
    wrong: { ...UDP, serve: real(unbound, refusesNames), bad: OUT },
    reset: NO_CONNECTION,
    half: NO_CONNECTION,
    endless: ONE_PACKET,
    certificate: NO_TLS,
  },
  ping: {
    slow: LATE,
    refused: { ...PING, serve: real(kernel, filtered('-p icmp -j REJECT --reject-with icmp-host-prohibited')), bad: OUT },
    stuck: 'a kernel that stands still is silent',
    silent: { ...PING, serve: real(kernel, LOST), bad: OUT },
    wrong: 'an echo is what was sent',
    reset: NO_CONNECTION,
    half: NO_CONNECTION,
    endless: ONE_PACKET,
    certificate: NO_TLS,
  },
  misc: {
    ...allOf(NO_SERVER),
    stuck: { ...misc('', 8), serve: word('0', 'hang'), bad: OUT },
    wrong: { ...misc('retry 1\n  delay_before_retry 1'), serve: word('0', '3'), bad: OUT },
  },
  file: { ...allOf(NO_SERVER), wrong: { ...follow('weight 0'), serve: file('0', '1'), bad: OUT } },
  bfd: allOf('its peers are BIRD and keepalived on other boxes: e2e/bfd/*check.test.ts'),
};

/** What there is beside the kinds of faults. */
// prettier-ignore
const MORE: readonly Unplaced[] = [
  { name: 'http-newer', ...check('HTTP_GET', 80, `http_protocol 1.1\n  ${url(DIGEST)}`), serve: real(NGINX, changed(INDEX, OTHER_PAGE)), bad: OUT },
  { name: 'http-missing', ...check('HTTP_GET', 80, url()), serve: real(NGINX, changed(INDEX, NO_PAGE)), bad: OUT },
  { name: 'http-prohibited', ...web(8080), serve: real(SHARED_NGINX, filtered('-j REJECT --reject-with icmp-host-prohibited')), bad: OUT },
  { name: 'http-mark', ...check('HTTP_GET', 8080, `fwmark 7\n  ${url(DIGEST)}`), serve: real(SHARED_NGINX, filtered('-p tcp --syn -m mark --mark 7 -j REJECT --reject-with tcp-reset')), bad: OUT },
  { name: 'http-bind', ...check('HTTP_GET', 80, `bindto 127.0.0.55\n  bind_if lo\n  ${url(DIGEST)}`), serve: real(nginx(80, 'allow 127.0.0.55;\n    deny all;'), filtered('-s 127.0.0.55 -p tcp -j REJECT --reject-with tcp-reset')), bad: OUT },
  { name: 'ssl-name', ...check('SSL_GET', 443, A + url()), serve: real(nginx(443, `${OWN_CERTIFICATE}\n    ${ONLY_A}`), changed(INDEX, NO_PAGE)), bad: OUT },
  { name: 'ssl-client', ...TLS, serve: real(nginx(443, `${OWN_CERTIFICATE}\n    ${CLIENT_CERTIFICATE}`), changed(INDEX, OTHER_PAGE)), bad: OUT },
  { name: 'dns-forgotten', ...DNS, serve: real(unbound, forgetsNames), bad: OUT },
];

function web(port: number): Checked {
  return check('HTTP_GET', port, url(DIGEST));
}

function tls(port: number): Checked {
  return check('SSL_GET', port, url(DIGEST));
}

/** @returns one that waits long enough for what takes three seconds, however busy the machine */
function late(type: 'HTTP_GET' | 'SSL_GET' | 'SMTP_CHECK', port: number): Checked {
  const page = type === 'SMTP_CHECK' ? '' : url(DIGEST);
  return { port, checker: () => `${type} {\n  ${TIMING}\n  connect_timeout 60\n  ${page}\n}` };
}

function smtp(port: number): Checked {
  return check('SMTP_CHECK', port);
}

/** What mails say depends on the kind of the checker; of that of mail servers on the fault, too. Of files there are none. */
const MAILING = /-(?:refused|wrong)$|^smtp-(?!slow)/;

/** @returns whether there are mails about it: each takes its time in the user-mode kernel */
export function isMailing({ name, differs }: Unplaced): boolean {
  return MAILING.test(name) && !name.startsWith('file-') && differs !== true;
}

function allOf(reason: string): Readonly<Record<Fault, Cell>> {
  const cells = Object.keys(FAULTS).map((fault) => [fault, reason] as const);
  return Object.fromEntries(cells) as Record<Fault, Cell>;
}

const CELLS = Object.entries(MATRIX).flatMap(([checker, row]) =>
  Object.entries(row).flatMap(([fault, cell]): Unplaced[] =>
    typeof cell === 'string' ? [] : [{ ...cell, name: `${checker}-${fault}` }],
  ),
);

export const REAL_CASES: readonly Case[] = placed(
  [...CELLS, ...MORE].map((each) => telling(each, MAILING.test(each.name))),
);
