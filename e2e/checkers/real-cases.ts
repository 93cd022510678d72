// Debian's own servers and the kernel, for each way in which they can fail, the same for both daemons.
import { join } from 'node:path';
import { check, OUT, url, type Case } from './case.ts';
import {
  changed,
  filtered,
  INDEX,
  kernel,
  nginx,
  OWN_CERTIFICATE,
  PAGE,
  postfix,
  real,
  refuses,
  refusesNames,
  stopped,
  stuck,
  unbound,
} from './real-servers.ts';

const DIGEST = 'digest c7b4690c8c46625ef0f328cd7a24a0a3';
/** A question for the address of www.example.org, and how an answer to it begins. */
const QUESTION =
  'abcd 0100 0001 0000 0000 0000 0377 7777 0765 7861 6d70 6c65 036f 7267 0000 0100 01';
const ANSWER = 'abcd 8xx0 0001 0001';
const OTHER_PAGE = { good: PAGE, bad: PAGE.replace('works', 'worked') };
const NO_PAGE = { good: PAGE, bad: undefined };
const CLIENT_CERTIFICATE = 'ssl_client_certificate FOLDER/cert.pem;\n    ssl_verify_client on;';
const ONLY_A = 'if ($ssl_server_name != "a.example") { return 403; }';
const A = 'enable_sni\n  virtualhost a.example\n ';
const WEB = check('HTTP_GET', 80, url(DIGEST));
const TLS = check('SSL_GET', 443, url(DIGEST));
const DNS = check('DNS_CHECK', 53, 'type A\n  name www.example.org');

/** The real server tells of what happens to it. */
function telling(given: Pick<Case, 'port' | 'checker'>): Pick<Case, 'port' | 'checker'> {
  return {
    ...given,
    checker: (place) => {
      const words = (word: string): string =>
        `notify_${word} "/usr/bin/sh ${join(place.folder, 'tell')} ${place.name} ${word}"\n`;
      return `${words('up')}${words('down')}${given.checker(place)}`;
    },
  };
}

// prettier-ignore
const CASES: readonly Case[] = [
  { name: 'nginx-stopped', ...WEB, serve: real(nginx(80), stopped), bad: OUT },
  { name: 'nginx-stuck', ...WEB, serve: real(nginx(80), stuck), bad: OUT },
  { name: 'nginx-page', ...WEB, serve: real(nginx(80), changed(INDEX, OTHER_PAGE)), bad: OUT },
  { name: 'nginx-newer', ...check('HTTP_GET', 80, `http_protocol 1.1\n  ${url(DIGEST)}`), serve: real(nginx(80), changed(INDEX, OTHER_PAGE)), bad: OUT },
  { name: 'nginx-missing', ...check('HTTP_GET', 80, url()), serve: real(nginx(80), changed(INDEX, NO_PAGE)), bad: OUT },
  { name: 'nginx-reset', ...WEB, serve: real(nginx(80), filtered('-p tcp -j REJECT --reject-with tcp-reset')), bad: OUT },
  { name: 'nginx-prohibited', ...WEB, serve: real(nginx(80), filtered('-j REJECT --reject-with icmp-host-prohibited')), bad: OUT },
  { name: 'nginx-half', ...WEB, serve: real(nginx(80), filtered('-p tcp ! --syn -j DROP')), bad: OUT },
  { name: 'nginx-silent', ...WEB, serve: real(nginx(80), filtered('-p tcp -j DROP')), bad: OUT },
  { name: 'nginx-mark', ...check('HTTP_GET', 80, `fwmark 7\n  ${url(DIGEST)}`), serve: real(nginx(80), filtered('-p tcp --syn -m mark --mark 7 -j REJECT --reject-with tcp-reset')), bad: OUT },
  { name: 'nginx-bind', ...check('HTTP_GET', 80, `bindto 127.0.0.55\n  bind_if lo\n  ${url(DIGEST)}`), serve: real(nginx(80, 'allow 127.0.0.55;\n    deny all;'), filtered('-s 127.0.0.55 -p tcp -j REJECT --reject-with tcp-reset')), bad: OUT },
  { name: 'nginx-tcp-stopped', ...check('TCP_CHECK', 80), serve: real(nginx(80), stopped), bad: OUT },
  { name: 'nginx-tcp-silent', ...check('TCP_CHECK', 80), serve: real(nginx(80), filtered('-p tcp -j DROP')), bad: OUT },
  { name: 'nginx-tls-stopped', ...TLS, serve: real(nginx(443, OWN_CERTIFICATE), stopped), bad: OUT },
  { name: 'nginx-tls-stuck', ...TLS, serve: real(nginx(443, OWN_CERTIFICATE), stuck), bad: OUT },
  { name: 'nginx-tls-name', ...check('SSL_GET', 443, A + url()), serve: real(nginx(443, `${OWN_CERTIFICATE}\n    ${ONLY_A}`), changed(INDEX, NO_PAGE)), bad: OUT },
  { name: 'nginx-tls-client', ...TLS, serve: real(nginx(443, `${OWN_CERTIFICATE}\n    ${CLIENT_CERTIFICATE}`), changed(INDEX, OTHER_PAGE)), bad: OUT },
  { name: 'postfix-stopped', ...check('SMTP_CHECK', 25), serve: real(postfix, stopped), bad: OUT },
  { name: 'postfix-stuck', ...check('SMTP_CHECK', 25), serve: real(postfix, stuck), bad: OUT },
  { name: 'postfix-refuses', ...check('SMTP_CHECK', 25), serve: real(postfix, refuses), bad: OUT },
  { name: 'unbound-stopped', ...DNS, serve: real(unbound, stopped), bad: OUT },
  { name: 'unbound-stuck', ...DNS, serve: real(unbound, stuck), bad: OUT },
  { name: 'unbound-refuses', ...DNS, serve: real(unbound, refusesNames), bad: OUT },
  { name: 'unbound-udp-refuses', ...check('UDP_CHECK', 53, `payload ${QUESTION}\n  require_reply ${ANSWER}`), serve: real(unbound, refusesNames), bad: OUT },
  { name: 'unbound-udp-stopped', ...check('UDP_CHECK', 53, `payload ${QUESTION}\n  require_reply ${ANSWER}`), serve: real(unbound, stopped), bad: OUT },
  { name: 'kernel-ping-silent', ...check('PING_CHECK', 80), serve: real(kernel, filtered('-p icmp -j DROP')), bad: OUT },
  { name: 'kernel-ping-prohibited', ...check('PING_CHECK', 80), serve: real(kernel, filtered('-p icmp -j REJECT --reject-with icmp-host-prohibited')), bad: OUT },
];

export const REAL_CASES: readonly Case[] = CASES.map((each) => ({ ...each, ...telling(each) }));
