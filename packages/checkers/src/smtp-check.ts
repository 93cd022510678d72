/**
 * SMTP_CHECK: greeting 220, HELO answered with 250, QUIT answered with anything.
 * @see inventory §4.7
 */
import type { NetworkProbe } from '@tandem/health';
import { exchange, type Outcome } from './connection.ts';
import type { Deadlines } from './deadlines.ts';
import { failure } from './failure.ts';
import { SmtpDialogue } from './smtp-dialogue.ts';

/** An SMTP attempt. */
export type SmtpProbe = NetworkProbe & { readonly type: 'SMTP_CHECK' };

/**
 * @param probe - whom to greet
 * @param signal - ends the attempt with `aborted`
 * @param deadlines - for its limits
 * @returns success when the server has said goodbye; never throws
 */
export async function smtpCheck(
  probe: SmtpProbe,
  signal: AbortSignal,
  deadlines?: Deadlines,
): Promise<Outcome> {
  const { target, connectTimeout, heloName } = probe;
  const dialogue = new SmtpDialogue(heloName);
  const outcome = await exchange({ target, connectTimeout, signal, deadlines }, dialogue);
  return outcome.ok && !dialogue.done
    ? failure('no-data', 'connection closed in the middle of the dialogue')
    : outcome;
}
