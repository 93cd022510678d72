/**
 * What a mail server says to a check, and what is said to it. Unlike with keepalived, an answer may
 * have several lines.
 * @see RFC 5321 §4.2.1
 */
import type { AnswerReader, Outcome } from './connection.ts';
import { failure, type Failure } from './failure.ts';

/** Of all lines of one answer. */
const ANSWER_BYTES_MAX = 8192;
const LINE_SHOWN_MAX = 80;
const LINE_FEED = 0x0a;
/** Lines that go on, and the last one. */
const ANSWER = /^(?:\d{3}-[^\n]*\n)*(?!\d{3}-)[^\n]*\n/;

/** One turn of the dialogue: what must come, and what is said then. */
interface Turn {
  /** Absent: any answer will do. */
  readonly code?: string;
  readonly reason: Failure['reason'];
  readonly next?: string;
}

/** Reads answers of one line or several, and says what comes next. */
export class SmtpDialogue implements AnswerReader {
  readonly #turns: readonly Turn[];
  #turn = 0;
  #text = '';

  /** @param heloName - what this box calls itself */
  constructor(heloName: string) {
    this.#turns = [
      { code: '220', reason: 'bad-greeting', next: `HELO ${heloName}\r\n` },
      { code: '250', reason: 'bad-helo', next: 'QUIT\r\n' },
      { reason: 'no-data' },
    ];
  }

  /** Whether all turns have been taken. */
  get done(): boolean {
    return this.#turn >= this.#turns.length;
  }

  /**
   * @param chunk - the next bytes of the server
   * @param say - sends an answer
   * @returns how the check ends, or undefined to go on
   */
  read(chunk: Uint8Array, say: (bytes: Uint8Array) => void): Outcome | undefined {
    this.#text += Buffer.from(chunk).toString('latin1');
    // Of a server that sends its bytes one by one, not each is a reason to read all of them again.
    const isLine = chunk.includes(LINE_FEED);
    for (;;) {
      const turn = this.#turns[this.#turn];
      if (turn === undefined) return { ok: true };
      const answer = isLine ? ANSWER.exec(this.#text)?.[0] : undefined;
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
