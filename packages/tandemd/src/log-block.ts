/** Makes one message of many log lines: of thousands, most of what each costs is its own message. */
import type { FromChild, LogLevel } from './ipc.ts';

/** They are sent, and remembered meanwhile, as one string. */
const LINES_MAX = 100;
const LENGTH_MAX = 1000;

/** Log lines of one level that follow each other, 100 at the most. */
export class LogBlock {
  #level: LogLevel | undefined;
  #texts: string[] = [];

  /** @returns whether it is in; else it has no place in a block, or in this one */
  take(message: FromChild): boolean {
    if (message.type !== 'log') return false;
    const { level, text } = message;
    if (text.length > LENGTH_MAX || text.includes('\n')) return false;
    if (this.#texts.length > 0 && (this.#level !== level || this.#texts.length === LINES_MAX))
      return false;
    this.#level = level;
    this.#texts.push(text);
    return true;
  }

  /** @returns what is in it, and it is empty; undefined when it was */
  close(): FromChild | undefined {
    const [text] = this.#texts;
    const level = this.#level;
    if (text === undefined || level === undefined) return undefined;
    const lines = this.#texts.join('\n');
    const isOne = this.#texts.length === 1;
    this.#texts = [];
    return isOne ? { type: 'log', level, text } : { type: 'log-lines', level, lines };
  }
}
