/**
 * DNS_CHECK: success is any answer of the server to our question that carries no error.
 * @see inventory §4.7
 */
import type { NetworkProbe } from '@tandem/health';
import type { Outcome } from './connection.ts';
import { cryptography } from './cryptography.ts';
import { exchangeDatagram } from './datagram.ts';
import { decodeAnswer, encodeQuestion } from './dns-message.ts';
import { failure } from './failure.ts';

/** A DNS attempt. */
export type DnsProbe = NetworkProbe & { readonly type: 'DNS_CHECK' };

/**
 * @param probe - what to ask whom
 * @param signal - ends the attempt with `aborted`
 * @returns success, or why not; never throws
 */
export async function dnsCheck(probe: DnsProbe, signal: AbortSignal): Promise<Outcome> {
  const { target, connectTimeout: timeout, recordType, name } = probe;
  const id = cryptography().randomInt(0x10000);
  const payload = encodeQuestion({ id, recordType, name });
  if (payload === undefined) return failure('other', `'${name}' is no name`);
  return exchangeDatagram({
    kind: 'udp',
    target,
    payload,
    timeout,
    signal,
    judge(data) {
      const answer = decodeAnswer(data);
      // Somebody else's, or a late one: the right one may still come.
      if (!answer.ok || !answer.isResponse || answer.id !== id) return undefined;
      if (answer.rcode === 0) return { ok: true };
      return {
        ...failure('bad-rcode', `the answer has rcode ${answer.rcode}`),
        code: answer.rcode,
      };
    },
  });
}
