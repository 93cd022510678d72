/**
 * SMTP_CHECK: greeting 220, HELO answered with 250, QUIT answered with anything. Unlike keepalived,
 * an answer may have several lines.
 * @see RFC 5321 §4.2.1, inventory §4.7
 */
import type { NetworkProbe } from '@tandem/health';
import { exchange, type AnswerReader, type Outcome } from './connection.ts';
import { failure, type Failure } from './failure.ts';

/** An SMTP attempt. */
export type SmtpProbe = NetworkProbe & { readonly type: 'SMTP_CHECK' };

/** Of all lines of one answer. */
const ANSWER_BYTES_MAX = 8192;
const LINE_SHOWN_MAX = 80;

/** One turn of the dialogue: what must come, and what is said then. */
interface Turn {
  /** Absent: any answer will do. */
  readonly code?: string;
  readonly reason: Failure['reason'];
  readonly next?: string;
}

/**
 * @param probe - whom to greet
 * @param signal - ends the attempt with `aborted`
 * @returns success when the server has said goodbye; never throws
 */
export async function smtpCheck(probe: SmtpProbe, signal: AbortSignal): Promise<Outcome> {
  const { target, connectTimeout, heloName } = probe;
  const dialogue = new Dialogue([
    { code: '220', reason: 'bad-greeting', next: `HELO ${heloName}\r\n` },
    { code: '250', reason: 'bad-helo', next: 'QUIT\r\n' },
    { reason: 'no-data' },
  ]);
  const outcome = await exchange({ target, connectTimeout, signal }, dialogue);
  return outcome.ok && !dialogue.done
    ? failure('no-data', 'connection closed in the middle of the dialogue')
    : outcome;
}

/** Reads answers of one line or several, and says what comes next. */
class Dialogue implements AnswerReader {
  readonly #turns: readonly Turn[];
  #turn = 0;
  #text = '';

  constructor(turns: readonly Turn[]) {
    this.#turns = turns;
  }

  /** Whether all turns have been taken. */
  get done(): boolean {
    return this.#turn >= this.#turns.length;
  }

  read(chunk: Uint8Array, say: (bytes: Uint8Array) => void): Outcome | undefined {
    this.#text += Buffer.from(chunk).toString('latin1');
    for (;;) {
      const turn = this.#turns[this.#turn];
      if (turn === undefined) return { ok: true };
      const answer = /^(?:\d{3}-[^\n]*\n)*(?!\d{3}-)[^\n]*\n/.exec(this.#text)?.[0];
      if (answer === undefined) {
        if (this.#text.length <= ANSWER_BYTES_MAX) return undefined;
        return failure(turn.reason, `answer longer than ${ANSWER_BYTES_MAX} bytes`);
      }
      const problem = judge(answer, turn);
      if (problem !== undefined) return problem;
      this.#text = this.#text.slice(answer.length);
      this.#turn += 1;
      if (turn.next !== undefined) say(Buffer.from(turn.next));
    }
  }
}

function judge(answer: string, { code, reason }: Turn): Failure | undefined {
  if (code === undefined) return undefined;
  const lines = answer.split('\n').slice(0, -1);
  const right = lines.every((line, i) =>
    line.startsWith(`${code}${i === lines.length - 1 ? ' ' : '-'}`),
  );
  if (right) return undefined;
  const shown = (lines.at(-1) ?? '').trimEnd().slice(0, LINE_SHOWN_MAX);
  return failure(reason, `${code} wanted, got '${shown}'`);
}
