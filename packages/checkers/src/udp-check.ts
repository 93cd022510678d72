/**
 * UDP_CHECK: without a required answer silence is success, and only an ICMP error is a failure.
 * @see inventory §4.7
 */
import type { NetworkProbe, UdpReplySettings } from '@tandem/health';
import type { Outcome } from './connection.ts';
import { exchangeDatagram } from './datagram.ts';
import { failure } from './failure.ts';

/** A UDP attempt. */
export type UdpProbe = NetworkProbe & { readonly type: 'UDP_CHECK' };

/**
 * @param probe - what to send whom
 * @param signal - ends the attempt with `aborted`
 * @returns success, or why not; never throws
 */
export async function udpCheck(probe: UdpProbe, signal: AbortSignal): Promise<Outcome> {
  const { target, connectTimeout: timeout, payload, reply } = probe;
  const outcome = await exchangeDatagram({
    kind: 'udp',
    target,
    payload: Buffer.from(payload, 'hex'),
    timeout,
    signal,
    judge: (data) => (reply === undefined ? { ok: true } : judgeReply(data, reply)),
  });
  const isSilence = !outcome.ok && outcome.reason === 'read-timeout';
  return isSilence && reply === undefined ? { ok: true } : outcome;
}

/**
 * @param data - an answer
 * @param reply - what it must be like
 * @returns success, or what is wrong with it
 */
export function judgeReply(data: Uint8Array, reply: UdpReplySettings): Outcome {
  const { lengthMin = 0, lengthMax = Number.POSITIVE_INFINITY } = reply;
  if (data.length < lengthMin || data.length > lengthMax)
    return failure('bad-length', `the answer has ${data.length} bytes`);
  const [bytes, mask] = [Buffer.from(reply.bytes, 'hex'), Buffer.from(reply.mask, 'hex')];
  const at = bytes.findIndex(
    (byte, i) => i < data.length && ((byte ^ (data[i] ?? 0)) & (mask[i] ?? 0)) !== 0,
  );
  return at < 0 ? { ok: true } : failure('mismatch', `byte ${at} of the answer is another one`);
}
