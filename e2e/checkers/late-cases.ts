// Answers that come after the limit, answers that do not end, and a file that is gone.
import { check, follow, misc, OUT, placed, TIMING, type Case, type Unplaced } from './case.ts';
import { ANSWER, kernel, late, nginx, QUESTION, real, unbound } from './real-servers.ts';
import { babble, file, SMTP, tcp, word } from './servers.ts';
import { telling } from './witness.ts';

const DNS = 'type A\n  name www.example.org';
const UDP = `payload ${QUESTION}\n  require_reply ${ANSWER}`;
/** It counts lines: what is slow to say the first, as this box may be, is another fault. */
const PATIENT: Pick<Case, 'port' | 'checker'> = {
  port: 25,
  checker: () =>
    `SMTP_CHECK {\n  ${TIMING}\n  retry 1\n  delay_before_retry 1\n  connect_timeout 60\n}`,
};
/** Seconds for a script: the good one ends at once, the others only then. */
const SCRIPT_LIMIT = 8;

// prettier-ignore
const CASES: readonly Unplaced[] = [
  { name: 'tcp-late', ...check('TCP_CHECK', 80), serve: real(nginx(80), late), bad: OUT },
  { name: 'dns-late', ...check('DNS_CHECK', 53, DNS), serve: real(unbound, late), bad: OUT },
  { name: 'udp-late', ...check('UDP_CHECK', 53, UDP), serve: real(unbound, late), bad: OUT },
  { name: 'ping-late', ...check('PING_CHECK', 80), serve: real(kernel, late), bad: OUT },
  { name: 'smtp-endless', ...PATIENT, serve: tcp(25, SMTP, babble), bad: OUT },
  { name: 'misc-late', ...misc('', SCRIPT_LIMIT), serve: word('0', 'late'), bad: OUT },
  { name: 'misc-deaf-late', ...misc('', SCRIPT_LIMIT), serve: word('0', 'deaf'), bad: OUT },
  { name: 'misc-endless', ...misc('', SCRIPT_LIMIT), serve: word('0', 'endless'), bad: OUT },
  { name: 'file-gone', ...follow(), serve: file('5'), good: 15, bad: 10 },
];

export const LATE_CASES: readonly Case[] = placed(CASES.map((each) => telling(each, true)));
