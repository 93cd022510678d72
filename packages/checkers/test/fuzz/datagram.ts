/** Packets that come back to DNS_CHECK, UDP_CHECK and PING_CHECK. */
import { decodeAnswer } from '../../src/dns-message.ts';
import { isReply } from '../../src/ping-check.ts';
import { judgeReply } from '../../src/udp-check.ts';

const REPLY = { bytes: '0102030405', mask: 'ff00ff0fff', lengthMin: 3, lengthMax: 300 };
const TAG = { id: 0x1234, sequence: 1 };

/** @returns what each check made of it */
export function read(input: Uint8Array): readonly string[] {
  const answer = decodeAnswer(input);
  const udp = judgeReply(input, REPLY);
  return [
    answer.ok ? `dns ${answer.isResponse} ${answer.rcode}` : `dns ${answer.reason}`,
    udp.ok ? 'udp' : `udp ${udp.reason}`,
    `ping ${isReply(4, input, TAG)} ${isReply(6, input, TAG)}`,
  ];
}
