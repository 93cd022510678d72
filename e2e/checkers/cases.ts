// One real server for each way in which a check can end, the same for both daemons.
import { join } from 'node:path';
import { check, COMMON, OUT, placed, TIMING, url, WEIGHT, type Case } from './case.ts';
import {
  both,
  bytes,
  dns,
  drip,
  file,
  hang,
  lines,
  nothing,
  page,
  pages,
  reset,
  silence,
  SMTP,
  tcp,
  tls,
  udp,
  word,
} from './servers.ts';

/**
 * @param timeout - in seconds; only a script that hangs meets it, however busy the machine is: the
 *   other bad ones would be out all the same, but that with a weight only shows it when it ends
 */
function misc(more = '', timeout = 60): Pick<Case, 'port' | 'checker'> {
  return {
    port: 80,
    checker: ({ folder, name }) => {
      // The shell is named, because tandemd refuses scripts below /tmp, which anybody can write.
      const words = `/usr/bin/sh ${join(folder, 'script')} ${join(folder, name)}`;
      return `MISC_CHECK {\n  misc_path "${words}"\n  ${TIMING}\n  misc_timeout ${timeout}\n  ${more}\n}`;
    },
  };
}

function follow(more = ''): Pick<Case, 'port' | 'checker'> {
  return { port: 80, checker: ({ name }) => `FILE_CHECK {\n  track_file ${name}\n  ${more}\n}` };
}

const X_DIGEST = '9dd4e461268c8034f5c8564e155c67a6';

// prettier-ignore
export const CASES = placed([
  { name: 'http-refused', ...check('HTTP_GET', 80, url()), serve: tcp(80, page('x')), bad: OUT },
  { name: 'http-status', ...check('HTTP_GET', 80, url('status_code 200-204 301')), serve: tcp(80, page('x', '301 Moved'), page('x', '302 Found')), bad: OUT },
  { name: 'http-digest', ...check('HTTP_GET', 80, url(`digest ${X_DIGEST}`)), serve: tcp(80, page('x'), page('y')), bad: OUT },
  { name: 'http-regex', ...check('HTTP_GET', 80, url('regex "^say\\\\s+hel+o$"\n    regex_options multiline')), serve: tcp(80, page('say  hello\n'), page('hello\n')), bad: OUT },
  { name: 'http-regex-no', ...check('HTTP_GET', 80, url('regex error\n    regex_no_match')), serve: tcp(80, page('x'), page('an error')), bad: OUT },
  { name: 'http-reset', ...check('HTTP_GET', 80, url()), serve: tcp(80, page('x'), reset), bad: OUT, differs: true },
  { name: 'http-hang', ...check('HTTP_GET', 80, url()), serve: tcp(80, page('x'), hang), bad: OUT },
  { name: 'http-drip', ...check('HTTP_GET', 80, url()), serve: tcp(80, page('x'), drip), bad: WEIGHT, differs: true },
  { name: 'http-two', ...check('HTTP_GET', 80, url('', '/a') + url('', '/b')), serve: tcp(80, pages([]), pages(['/b'])), bad: OUT },
  { name: 'http-fast', ...check('HTTP_GET', 80, `fast_recovery\n${url('', '/a')}\n${url('', '/b')}`), serve: tcp(80, pages([]), pages(['/b'])), bad: OUT },
  { name: 'ssl-status', ...check('SSL_GET', 443, url()), serve: tls('status'), bad: OUT },
  { name: 'ssl-plain', ...check('SSL_GET', 443, `enable_sni\n  virtualhost a.example\n  ${url()}`), serve: tls(page('x')), bad: OUT },
  { name: 'ssl-hang', ...check('SSL_GET', 443, url()), serve: tls(hang), bad: OUT },
  { name: 'tcp-refused', ...check('TCP_CHECK', 80), serve: tcp(80, hang), bad: OUT },
  { name: 'smtp-refused', ...check('SMTP_CHECK', 25), serve: tcp(25, SMTP), bad: OUT },
  { name: 'smtp-greeting', ...check('SMTP_CHECK', 25), serve: tcp(25, SMTP, lines('554 no')), bad: OUT },
  { name: 'smtp-helo', ...check('SMTP_CHECK', 25), serve: tcp(25, SMTP, lines('220 hi', '500 no')), bad: OUT },
  { name: 'smtp-hang', ...check('SMTP_CHECK', 25), serve: tcp(25, SMTP, hang), bad: OUT },
  { name: 'smtp-quit', ...check('SMTP_CHECK', 25), serve: tcp(25, SMTP, lines('220 hi', '250 ok', '500 no')), bad: WEIGHT },
  { name: 'dns-refused', ...check('DNS_CHECK', 53), serve: udp(53, dns(0)), bad: OUT },
  { name: 'dns-error', ...check('DNS_CHECK', 53, 'type A\n  name www.example.org'), serve: udp(53, dns(0), dns(3)), bad: OUT },
  { name: 'dns-foreign', ...check('DNS_CHECK', 53), serve: udp(53, dns(0), dns(0, (answer) => answer.writeUInt16BE(answer.readUInt16BE(0) ^ 0xffff, 0))), bad: OUT },
  { name: 'dns-silent', ...check('DNS_CHECK', 53), serve: udp(53, dns(0), silence), bad: OUT },
  { name: 'udp-refused', ...check('UDP_CHECK', 9), serve: udp(9, silence), bad: OUT },
  { name: 'udp-mismatch', ...check('UDP_CHECK', 9, 'payload 0102\n  require_reply 0a xx 0b'), serve: udp(9, bytes('0aff0b'), bytes('0aff0c')), bad: OUT },
  { name: 'udp-silent', ...check('UDP_CHECK', 9, 'require_reply'), serve: udp(9, bytes('0a'), silence), bad: OUT },
  { name: 'ping', ...check('PING_CHECK', 80), serve: nothing, bad: WEIGHT },
  { name: 'misc-exit', ...misc(), serve: word('0', '1'), bad: OUT },
  { name: 'misc-retry', ...misc('retry 1\n  delay_before_retry 1'), serve: word('0', '3'), bad: OUT },
  { name: 'misc-hang', ...misc('', 8), serve: word('0', 'hang'), bad: OUT },
  { name: 'misc-killed', ...misc(), serve: word('0', 'kill'), bad: OUT },
  { name: 'misc-dynamic', ...misc('misc_dynamic'), serve: word('0', '5'), bad: 3 },
  { name: 'misc-dynamic-alpha', ...misc('misc_dynamic\n  alpha'), serve: word('30', '1'), good: 28, bad: OUT },
  { name: 'file-more', ...follow(), serve: file('0', '5'), bad: 15 },
  { name: 'file-reverse', ...follow('weight 2 reverse'), serve: file('0', '7'), bad: 0 },
  { name: 'file-fault', ...follow('weight 0'), serve: file('0', '1'), bad: OUT },
  { name: 'two-checkers', port: 80, checker: () => `TCP_CHECK {\n  ${COMMON}\n}\nTCP_CHECK {\n  ${COMMON}\n  connect_port 81\n}`, serve: both(tcp(80, hang, hang), tcp(81, hang)), bad: OUT },
]);
